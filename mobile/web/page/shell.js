// The page around the app: offline start, updates, lasting storage, and what Python cannot see from its worker.
"use strict";

(() => {
  const port = globalThis.blinkpickPort;
  const workers = navigator.serviceWorker; // missing where the address is not secure (plain http on a LAN)

  // Flutter's camera plugin looks into it when the app starts, and stops the app where there is none (plain http on a LAN).
  if (!navigator.mediaDevices) {
    const noDevices = { getSupportedConstraints: () => ({}), enumerateDevices: async () => [], addEventListener() {} };
    Object.defineProperty(navigator, "mediaDevices", { value: noDevices, configurable: true });
  }

  // Every message from Python names its kind; each script adds the kinds it answers to.
  const answers = {};
  globalThis.blinkpick = {
    tell: (kind, fields = {}) => port.postMessage({ kind, ...fields }),
    answer: (kind, listener) => { answers[kind] = listener; },
  };
  const { tell, answer } = globalThis.blinkpick;
  port.onmessage = (event) => answers[event.data.kind]?.(event.data);

  // --- what the page notices -------------------------------------------------------------------------------------
  const tellNetwork = () => tell("network", { is_online: navigator.onLine });
  const tellVisibility = () => tell("visibility", { is_visible: document.visibilityState === "visible" });
  addEventListener("online", tellNetwork);
  addEventListener("offline", tellNetwork);
  document.addEventListener("visibilitychange", tellVisibility);
  addEventListener("pagehide", () => tell("visibility", { is_visible: false }));
  tellNetwork();
  tellVisibility();

  navigator.storage?.persist?.().then((is_granted) => tell("storage_persisted", { is_granted }), () => {});

  // --- offline start and updates ---------------------------------------------------------------------------------
  // A new version waits until the app starts anew or Python says the moment is good: never in the middle of a pick.
  function activate(waiting) {
    workers.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage({ kind: "activate" });
  }

  async function applyWaitingUpdate() {
    const registration = await workers?.getRegistration();
    if (registration?.waiting) activate(registration.waiting);
  }

  function watchForUpdates(registration) {
    if (registration.waiting) tell("update_ready");
    registration.addEventListener("updatefound", () => {
      const arriving = registration.installing;
      arriving.addEventListener("statechange", () => {
        if (arriving.state === "installed" && workers.controller) tell("update_ready");
      });
    });
    addEventListener("online", () => registration.update().catch(() => {}));
    answer("look_for_update", () => registration.update().catch(() => {}));
  }

  async function keepForOffline() {
    const registration = await workers.register("service-worker.js", { updateViaCache: "none" });
    watchForUpdates(registration);
    await workers.ready;
    // Which of Flutter's drawing engines this browser took is known only now: the service worker keeps exactly that.
    const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name))
      .filter((url) => url.origin === location.origin).map((url) => url.pathname);
    workers.addEventListener("message", (event) => {
      if (event.data.kind !== "kept") return;
      document.documentElement.dataset.offline = "ready";
      tell("offline_ready");
    });
    (registration.active ?? workers.controller).postMessage({ kind: "keep", paths: loaded });
  }

  answer("apply_update", applyWaitingUpdate);
  applyWaitingUpdate();
  if (workers) {
    // Only once the app shows: the first start needs the network and both processor cores for itself.
    addEventListener("flutter-first-frame", () => globalThis.blinkpickStarted.then(keepForOffline).catch(console.warn), { once: true });
  }
})();
