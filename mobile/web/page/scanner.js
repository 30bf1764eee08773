// Tells a wedge scanner's burst of keys from a person's typing, before Flutter or a text field sees either.
//
// Keys arrive in the capture phase of the window. Each printable key is held for `gap_ms_max`: if the next one follows
// within that time it may be a scan, otherwise a person typed and the held keys go where they were meant to go. A burst
// of at least `length_min` characters that ends with Enter, Tab or silence is one code. Times come from the events
// themselves, which carry the moment of the key press, so a busy page neither cuts a code in two nor joins two codes: keys
// that were let go too early, because the device delivered the next one late, are taken back.
"use strict";

(() => {
  const { tell, answer } = globalThis.blinkpick;
  const settings = {
    gap_ms_max: 50, // the longest pause inside one code
    silence_ms: 150, // ends a code of a scanner that sends no Enter or Tab
    silence_ms_before_end: 1000, // the same while the scanner is unknown, or its last code ended with Enter or Tab
    length_min: 4, // shorter bursts are typing
    length_min_in_field: 6, // while a text field has the focus
  };
  const IGNORED = new Set(["Shift", "CapsLock", "NumLock", "AltGraph", "Alt", "Control", "Dead", "Process", "Unidentified"]);
  const TERMINATORS = { Enter: "enter", Tab: "tab" };
  const GROUP_SEPARATOR = "\x1d"; // scanners send it as Control + ]
  const ONE_SHOT_CODE = /^(\][A-Za-z]\d)?[\x1d\d]{8,}$/; // what an input-method scanner writes in one piece
  const replayed = new WeakSet();
  const swallowedCodes = new Set();

  let held = []; // { text, event, at }
  let field = null;
  let timer = 0;
  let hasEndKey = true; // whether the scanner ends its codes with a key; then nothing but that key ends them
  let endedAt = -Infinity; // when the last key of the last code was pressed
  let letGo = null; // what was released last, in case the next key turns out to belong to it

  function focusedField() {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const isText = element?.tagName === "TEXTAREA" || element?.isContentEditable
      || (element?.tagName === "INPUT" && !["button", "checkbox", "radio", "range", "submit"].includes(element.type));
    return isText && !element.readOnly && !element.disabled ? element : null;
  }

  function swallow(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "keydown") swallowedCodes.add(event.code);
  }

  const slowestGapMs = () => Math.max(0, ...held.slice(1).map((key, index) => key.at - held[index].at));
  const isBurst = () => held.length >= (field ? settings.length_min_in_field : settings.length_min);

  function forget() {
    clearTimeout(timer);
    held = [];
    field = null;
  }

  function finish(endedBy) {
    const code = held.map((key) => key.text).join("");
    tell("scan", { code, ended_by: endedBy, slowest_gap_ms: slowestGapMs() });
    hasEndKey = endedBy !== "silence";
    endedAt = held.at(-1).at;
    forget();
  }

  // The held keys were a person's: into the field they go, or on to whoever listens for keys.
  function release(canComeBack = false) {
    const keys = held;
    const target = field;
    forget();
    letGo = canComeBack ? { keys, field: target } : null;
    if (target?.isConnected) {
      if (focusedField() !== target) target.focus({ preventScroll: true });
      document.execCommand("insertText", false, keys.map((key) => key.text).join(""));
      return;
    }
    for (const { event } of keys) {
      for (const type of ["keydown", "keyup"]) {
        const copy = new KeyboardEvent(type, {
          key: event.key, code: event.code, location: event.location, bubbles: true, cancelable: true, composed: true,
          shiftKey: event.shiftKey, altKey: event.altKey, ctrlKey: event.ctrlKey, metaKey: event.metaKey,
        });
        replayed.add(copy);
        (event.target?.isConnected ? event.target : document.body).dispatchEvent(copy);
      }
    }
  }

  function takeBack(event) {
    const earlier = letGo;
    letGo = null;
    if (!earlier || event.timeStamp - earlier.keys.at(-1).at > settings.gap_ms_max) return;
    if (earlier.field && earlier.field !== focusedField()) return;
    if (earlier.field) earlier.keys.forEach(() => document.execCommand("delete"));
    held = earlier.keys;
    field = earlier.field;
  }

  function settle() {
    // Keys pressed before this moment may still wait behind a busy page: let them in first.
    if (navigator.scheduling?.isInputPending?.()) return wait(1);
    if (isBurst()) {
      const silentMs = performance.now() - held.at(-1).arrived;
      const endMs = hasEndKey ? settings.silence_ms_before_end : settings.silence_ms;
      return silentMs < endMs ? wait(endMs - silentMs) : finish("silence");
    }
    return release(true);
  }

  function wait(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => setTimeout(settle, 0), ms);
  }

  function hold(event, text) {
    swallow(event);
    if (held.length && event.timeStamp - held.at(-1).at > settings.gap_ms_max) {
      // A pause inside the keys: what came before is complete, whether or not its timer has run yet.
      if (isBurst()) finish("silence");
      else release();
    }
    if (!held.length) {
      field = focusedField();
      takeBack(event);
    }
    held.push({ text, event, at: event.timeStamp, arrived: performance.now() });
    wait(settings.gap_ms_max);
  }

  function onKeyDown(event) {
    if (replayed.has(event) || event.isComposing || event.keyCode === 229) return;
    const key = event.key;
    if (key === undefined || IGNORED.has(key)) return;
    const isRecent = held.length && event.timeStamp - held.at(-1).at <= settings.gap_ms_max;
    if (isRecent && event.ctrlKey && (key === "]" || key === GROUP_SEPARATOR)) return hold(event, GROUP_SEPARATOR);
    const isPrintable = [...key].length === 1 && !event.ctrlKey && !event.metaKey && !event.repeat;
    if (isPrintable) return hold(event, key); // altKey is let through: some handhelds set it on every character
    if (!held.length) {
      letGo = null;
      // The end of a code that silence seemed to have ended, delivered late: it must not press a button.
      if (key in TERMINATORS && event.timeStamp - endedAt <= settings.gap_ms_max) {
        swallow(event);
        hasEndKey = true;
      }
      return;
    }
    if (key in TERMINATORS && isBurst()) {
      swallow(event); // or Flutter would press the focused button
      return finish(TERMINATORS[key]);
    }
    if (isBurst()) finish("silence");
    else release();
  }

  function onKeyUp(event) {
    if (replayed.has(event) || !swallowedCodes.delete(event.code)) return;
    event.stopImmediatePropagation();
  }

  // Input methods write text without keys: what is held came before it. Scanners that write through the input method
  // write their whole code as one piece.
  function onBeforeInput(event) {
    if (held.length && !isBurst()) release();
    if (event.inputType !== "insertText" || event.isComposing || !ONE_SHOT_CODE.test(event.data ?? "")) return;
    if (!event.cancelable) return;
    swallow(event);
    tell("scan", { code: event.data, ended_by: "input", slowest_gap_ms: 0 });
  }

  addEventListener("keydown", onKeyDown, true);
  addEventListener("keyup", onKeyUp, true);
  addEventListener("beforeinput", onBeforeInput, true);
  addEventListener("blur", forgetKeyUps);
  function forgetKeyUps() {
    swallowedCodes.clear();
  }

  answer("scanner", ({ kind, ...chosen }) => Object.assign(settings, chosen));
})();
