// Boots Python beside the Flutter client: runtime, packages and app code are fetched together, then the app's main runs.
// Speaks Flet's worker protocol: the first message starts Python, later ones are frames for `flet_js.send`.

import { forgetCode, keepCode, keptCode, unpackCode } from "./kept-code.js";
import { openKeptFile } from "./kept-files.js";
import { fromNothing, takenBack } from "./python-runtime.js";
import { firstScreenShown, forgetSnapshot } from "./python-snapshot.js";
import { unpackTar } from "./tar.js";

const VERSION = ""; // filled in by the bundle builder: changes with Pyodide, the packages and the app's code
const APP_FOLDER = "/app";
const PACKAGES_FOLDER = "/app/__pypackages__";
const FIRST_SCREEN_FRAME = 2; // after the answer to Flutter's registration
const KEEP_DELAY_MS = 5000; // the app's own start comes first

self.flet_js = {};
self.openKeptFile = openKeptFile;

const IMPORT_ALL = `
import os, sys
sys.path[:0] = ["/app", "${PACKAGES_FOLDER}"]
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # looking for them reads every package's metadata
from mobile.web.imports import import_all
import_all()
`;

const RUN_APP = `
import importlib, os, random, runpy
importlib.invalidate_caches()
random.seed()  # memory that was kept would otherwise repeat one and the same chance at every start
os.chdir("/app")
runpy.run_module("main", run_name="__main__")
`;

async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

let framesSent = 0;

self.flet_js.receive_callback = (message) => {
  if (++framesSent === FIRST_SCREEN_FRAME) firstScreenShown().catch(() => {});
  const bytes = message.toJs();
  self.postMessage(bytes, [bytes.buffer]);
};

async function unpackInto(python, packages, app) {
  unpackTar(python.FS, await packages, PACKAGES_FOLDER);
  unpackTar(python.FS, await app, APP_FOLDER);
}

async function runApp(python) {
  self.pyodide = python;
  // While a snapshot may be made Pyodide wraps every browser object, and most refuse to work wrapped.
  python.unregisterJsModule("js");
  python.registerJsModule("js", self);
  await python.runPythonAsync(RUN_APP);
  if (typeof self.flet_js.start_connection !== "function") throw new Error("main.py ended without starting the app");
}

async function startAgain(packages, app) {
  const python = await takenBack(VERSION, PACKAGES_FOLDER);
  if (!python) return false;
  try {
    await unpackInto(python, packages, app);
    await runApp(python);
    python._api.on_fatal = forgetSnapshot; // should it be the cause, the next start does without
    return true;
  } catch (failure) {
    await forgetSnapshot(failure);
    return false;
  }
}

async function startFromNothing(packages, app) {
  const kept = keptCode(VERSION);
  const { python, snapshot } = await fromNothing(PACKAGES_FOLDER);
  await unpackInto(python, packages, app);
  const code = await kept;
  if (code) unpackCode(python.FS, code);
  else python.runPython("import sys; sys.dont_write_bytecode = False"); // what it writes is kept for a start without a snapshot
  let keep = null;
  try {
    python.runPython(IMPORT_ALL);
    if (snapshot && VERSION) keep = attempt(() => snapshot(VERSION));
    await runApp(python);
  } catch (failure) {
    if (code) await forgetCode(); // should it be the cause, the next start does without
    throw failure;
  }
  if (!VERSION || !self.caches) return;
  setTimeout(async () => {
    await attempt(() => keep?.());
    if (!code) await attempt(() => keepCode(python.FS, APP_FOLDER, VERSION));
  }, KEEP_DELAY_MS);
}

// What only makes the next start quicker may fail.
function attempt(action) {
  const warn = (failure) => console.warn("Not kept for the next start:", failure);
  try {
    const result = action();
    return result instanceof Promise ? result.catch(warn) : result;
  } catch (failure) {
    warn(failure);
    return null;
  }
}

async function start({ entry, pagePort, documentUrl }) {
  self.pagePort = pagePort;
  self.flet_js.args = {};
  self.flet_js.documentUrl = documentUrl;
  const packages = fetchBytes(new URL("packages.tar", entry));
  const app = fetchBytes(new URL("app.tar", entry));
  if (!await startAgain(packages, app)) await startFromNothing(packages, app);
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
