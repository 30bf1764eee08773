// Sounds, vibration, the wake lock and the size of letters: what a picker's eyes, ears and hands need.
"use strict";

(() => {
  const { tell, answer } = globalThis.blinkpick;
  const LOAD_DELAY_MS = 1000;
  const RESUME_MS_MAX = 300; // a sound later than this would answer the wrong scan

  let audio = null;
  const loaded = new Map(); // name -> promise of the decoded sound

  function unlock() {
    audio ??= new AudioContext({ latencyHint: "interactive" });
    if (audio.state === "suspended") audio.resume().catch(() => {});
  }
  // Browsers let sound out only after the first touch or key; scanners count as keys.
  for (const gesture of ["pointerdown", "keydown", "touchend"]) addEventListener(gesture, unlock, { capture: true, passive: true });

  function load(name) {
    if (!loaded.has(name)) {
      const sound = fetch(`sounds/${encodeURIComponent(name)}.wav`).then((response) => response.arrayBuffer())
        .then((bytes) => audio.decodeAudioData(bytes));
      sound.catch(() => loaded.delete(name));
      loaded.set(name, sound);
    }
    return loaded.get(name);
  }

  async function play({ name, volume = 0.8 }) {
    if (volume <= 0) return;
    const asked = performance.now();
    unlock();
    if (audio.state !== "running") await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, RESUME_MS_MAX))]);
    const sound = await load(name);
    if (audio.state !== "running" || performance.now() - asked > RESUME_MS_MAX) return;
    const source = new AudioBufferSourceNode(audio, { buffer: sound });
    source.connect(new GainNode(audio, { gain: volume })).connect(audio.destination);
    source.start();
    document.documentElement.dataset.lastSound = name;
  }

  // --- the screen stays on while a walk is open ------------------------------------------------------------------
  let isScreenWanted = false;
  let wakeLock = null;

  async function holdScreen() {
    if (!isScreenWanted || wakeLock || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    try {
      wakeLock = await navigator.wakeLock.request("screen");
      wakeLock.addEventListener("release", () => { wakeLock = null; });
      if (!isScreenWanted) await releaseScreen(); // it was let go while the browser was still asked
    } catch (refusal) {
      tell("wake_lock_refused", { reason: String(refusal.message) }); // low battery, or a policy of the device
    }
  }

  async function releaseScreen() {
    const held = wakeLock;
    wakeLock = null;
    await held?.release();
  }
  document.addEventListener("visibilitychange", holdScreen); // the browser drops the lock whenever the page is hidden

  // Not while the app draws its first screen: to open the device's sound holds up the page.
  answer("load_sounds", ({ names }) => setTimeout(() => {
    audio ??= new AudioContext({ latencyHint: "interactive" });
    names.forEach((name) => load(name).catch(() => {}));
  }, LOAD_DELAY_MS));
  answer("play", (asked) => play(asked).catch((failure) => console.warn("no sound:", failure)));
  answer("vibrate", ({ pattern_ms }) => navigator.vibrate?.(pattern_ms));
  answer("text_size", ({ percent }) => { document.documentElement.style.fontSize = percent === 100 ? "" : `${percent}%`; });
  answer("wake_lock", ({ is_on }) => {
    isScreenWanted = is_on;
    return is_on ? holdScreen() : releaseScreen();
  });
})();
