// Keeps the whole app on the phone, so that it starts without network. Never touches /api, nor anything the app stores.
//
// The bundle builder fills in the three constants: a file is kept under its content hash, so an update downloads only
// what changed, and the old version stays whole until the new one is complete and the page asks for it.
"use strict";

const VERSION = "";
const FILES = {};
const ON_DEMAND = [];

const CACHE_NAME = "blinkpick";
const DOWNLOADS_AT_ONCE = 6;
const onDemand = new Set(ON_DEMAND);
const keyOf = (path) => new URL(`${path}?kept=${FILES[path]}`, self.registration.scope).href;

async function contentHash(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keep(cache, path) {
  if (await cache.match(keyOf(path))) return;
  const response = await fetch(new URL(path, self.registration.scope), { cache: "no-cache", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  const bytes = await response.arrayBuffer();
  // The server may be replaced while this runs: half of one version and half of another must never be kept.
  if (!(await contentHash(bytes)).startsWith(FILES[path])) throw new Error(`${path} is not of version ${VERSION}`);
  const headers = { "content-type": response.headers.get("content-type") ?? "application/octet-stream" };
  await cache.put(keyOf(path), new Response(bytes, { headers }));
}

async function keepAll(paths) {
  const cache = await caches.open(CACHE_NAME);
  const waiting = [...paths];
  const worker = async () => {
    while (waiting.length) await keep(cache, waiting.shift());
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, worker));
}

async function install() {
  const cache = await caches.open(CACHE_NAME);
  const keptBefore = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const isWanted = (path) => !onDemand.has(path) || keptBefore.has(new URL(path, self.registration.scope).pathname);
  await keepAll(Object.keys(FILES).filter(isWanted));
}

async function activate() {
  const cache = await caches.open(CACHE_NAME);
  const current = new Set(Object.keys(FILES).map(keyOf));
  for (const request of await cache.keys()) {
    if (!current.has(request.url)) await cache.delete(request);
  }
  await self.clients.claim();
}

async function answer(request, path) {
  const cache = await caches.open(CACHE_NAME);
  const kept = await cache.match(keyOf(path));
  if (kept) return kept;
  await keep(cache, path).catch(() => {});
  return (await cache.match(keyOf(path))) ?? fetch(request);
}

function pathOf(request) {
  const scope = new URL(self.registration.scope);
  const url = new URL(request.url);
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return null;
  const path = url.pathname.slice(scope.pathname.length);
  if (path === "api" || path.startsWith("api/")) return null;
  if (path in FILES) return path;
  return request.mode === "navigate" ? "index.html" : null;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(event.request, path));
});

self.addEventListener("message", (event) => {
  if (event.data.kind === "activate") self.skipWaiting();
  if (event.data.kind === "keep") {
    const scopePath = new URL(self.registration.scope).pathname;
    const paths = event.data.paths.map((path) => path.slice(scopePath.length)).filter((path) => path in FILES);
    event.waitUntil(keepAll(paths).then(() => event.source.postMessage({ kind: "kept", version: VERSION })));
  }
});
