// Boots Python beside the Flutter client: runtime, packages and app code are fetched together, then the app's main runs.
// Speaks Flet's worker protocol: the first message starts Python, later ones are frames for `flet_js.send`.

import { forgetCode, keepCode, keptCode, unpackCode } from "./kept-code.js";
import { openKeptFile } from "./kept-files.js";
import { unpackTar } from "./tar.js";

const RUNTIME = ""; // filled in by the bundle builder: names the Pyodide and packages that a snapshot belongs to
const SOURCES = ""; // filled in as well: changes with the app's own code
const APP_FOLDER = "/app";
const PACKAGES_FOLDER = "/app/__pypackages__";
const SNAPSHOT_CACHE = "blinkpick-python";
const SNAPSHOT_KEY = `snapshot?runtime=${RUNTIME}`;
const CODE_VERSION = RUNTIME && `${RUNTIME}-${SOURCES}`;
const KEEP_DELAY_MS = 5000; // the app's own start comes first

self.flet_js = {};
self.openKeptFile = openKeptFile;

// What every start imports anyway, as far as it is plain Python: a snapshot cannot hold compiled packages.
const IMPORT_COMMON = `
import sys
sys.path[:0] = ["/app", "${PACKAGES_FOLDER}"]
import asyncio, base64, bisect, calendar, collections.abc, contextlib, contextvars, copy, dataclasses, datetime, decimal, difflib, enum
import fractions, gettext, importlib.resources.readers
import functools, hashlib, importlib.metadata, inspect, io, ipaddress, itertools, json, locale, logging, math, numbers, operator, pathlib
import queue, random, re, runpy, secrets, sqlite3, statistics, string, struct, tarfile, tempfile, textwrap, threading, tomllib, traceback
import types, typing, unicodedata, urllib.parse, uuid, warnings, weakref, zipfile, zlib, zoneinfo
import flet as ft, flet.canvas, flet.controls.page, flet.components.component, flet.components.memo, flet.pubsub.pubsub_hub, httpx, typing_extensions, annotated_types
for name in ("AlertDialog Button Column Container Divider Icon Icons IconButton ListView Page ProgressBar ProgressRing Router Row SafeArea"
             " Semantics Stack Text TextField View component observable use_effect use_state").split():
    getattr(ft, name)  # Flet imports a control when it is first named
compiled = [name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).endswith(".so")]
assert not compiled, f"a snapshot would lose {compiled}"
`;

const RUN_APP = `
import importlib, os, random, runpy, sys
if "/app" not in sys.path:
    sys.path[:0] = ["/app", "${PACKAGES_FOLDER}"]
importlib.invalidate_caches()
random.seed()  # a snapshot would otherwise repeat one and the same chance at every start
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # looking for them reads every package's metadata
os.chdir("/app")
runpy.run_module("main", run_name="__main__")
`;

async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

self.flet_js.receive_callback = (message) => {
  const bytes = message.toJs();
  self.postMessage(bytes, [bytes.buffer]);
};

// --- Python as it was after its imports, kept by an earlier start: most of the seconds of a start are there -----------
async function keptSnapshot() {
  if (!self.caches || !RUNTIME) return null;
  try {
    const kept = await (await caches.open(SNAPSHOT_CACHE)).match(SNAPSHOT_KEY);
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

async function keepSnapshot(bytes) {
  const cache = await caches.open(SNAPSHOT_CACHE);
  for (const request of await cache.keys()) await cache.delete(request); // of an earlier version
  await cache.put(SNAPSHOT_KEY, new Response(bytes));
}

async function loadPython(loadPyodide, indexURL, packages) {
  const snapshot = await keptSnapshot();
  if (snapshot) {
    try {
      const python = await loadPyodide({ indexURL, _loadSnapshot: snapshot });
      unpackTar(python.FS, await packages, PACKAGES_FOLDER);
      return python;
    } catch (failure) {
      console.warn("Python's snapshot is of no use:", failure);
      await caches.delete(SNAPSHOT_CACHE);
    }
  }
  const python = await loadPyodide({ indexURL, _makeSnapshot: Boolean(self.caches && RUNTIME) });
  unpackTar(python.FS, await packages, PACKAGES_FOLDER);
  if (self.caches && RUNTIME) {
    try {
      python.runPython(IMPORT_COMMON);
      const made = python.makeMemorySnapshot();
      setTimeout(() => keepSnapshot(made).catch((failure) => console.warn("No snapshot kept:", failure)), KEEP_DELAY_MS);
    } catch (failure) {
      console.warn("No snapshot made:", failure);
    }
  }
  return python;
}

async function start({ entry, pagePort, documentUrl }) {
  self.pagePort = pagePort;
  self.flet_js.args = {};
  self.flet_js.documentUrl = documentUrl;
  const packages = fetchBytes(new URL("packages.tar", entry));
  const app = fetchBytes(new URL("app.tar", entry));
  const kept = keptCode(CODE_VERSION);
  const { loadPyodide } = await import(new URL("pyodide/pyodide.mjs", entry));
  const python = await loadPython(loadPyodide, new URL("pyodide/", entry).href, packages);
  self.pyodide = python;
  // While a snapshot is made Pyodide wraps every browser object, and most refuse to work wrapped.
  python.unregisterJsModule("js");
  python.registerJsModule("js", self);
  python.registerJsModule("flet_js", self.flet_js);
  unpackTar(python.FS, await app, APP_FOLDER);
  const code = await kept;
  if (code) unpackCode(python.FS, code);
  else python.runPython("import sys; sys.dont_write_bytecode = False"); // what it writes is kept for the next start
  try {
    await python.runPythonAsync(RUN_APP);
  } catch (failure) {
    if (code) await forgetCode(); // should it be the cause, the next start does without
    throw failure;
  }
  if (!code && CODE_VERSION && self.caches) {
    setTimeout(() => keepCode(python.FS, APP_FOLDER, CODE_VERSION).catch((failure) => console.warn("No code kept:", failure)), KEEP_DELAY_MS);
  }
  if (typeof self.flet_js.start_connection !== "function") throw new Error("main.py ended without starting the app");
  await self.flet_js.start_connection(self.flet_js.receive_callback);
}

let isStarted = false;
self.onmessage = async (event) => {
  if (isStarted) {
    if (self.flet_js.send) self.flet_js.send(event.data);
    return;
  }
  isStarted = true;
  try {
    await start(event.data);
    self.postMessage("initialized");
  } catch (error) {
    console.error("Python did not start:", error);
    self.postMessage(String(error));
  }
};
