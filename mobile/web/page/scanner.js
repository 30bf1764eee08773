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
    silence_ms_unknown: 1000, // the same while nobody knows yet how the scanner ends its codes
    silence_ms_before_end: 4000, // the same where its last code ended with Enter or Tab: the next code ends it sooner
    length_min: 4, // shorter bursts are typing
    length_min_in_field: 6, // while a text field has the focus
    rest_ms_max: 10000, // how long the rest of a long code may take that came in part
    is_by_position: 0, // 1: keys count by their place on an American keyboard, not by what they write here
  };
  const IGNORED = new Set(["Shift", "CapsLock", "NumLock", "AltGraph", "Alt", "Control", "Dead", "Process", "Unidentified"]);
  const TERMINATORS = { Enter: "enter", Tab: "tab" };
  const GROUP_SEPARATOR = "\x1d"; // scanners send it as Control + ]
  const ONE_SHOT_CODE = /^(\][A-Za-z]\d)?[\x1d\d]{8,}$/; // what an input-method scanner writes in one piece
  const LATE_TIMES = 3; // how many times as long as the last key was under way the next one may take
  const ECHO_MS_MAX = 300; // the same code by the other way within this time is the same scan
  const PLAIN = "`1234567890-=[]\\;',./";
  const SHIFTED = '~!@#$%^&*()_+{}|:"<>?';
  const PLACES = ["Backquote", ..."1234567890".split("").map((digit) => `Digit${digit}`), "Minus", "Equal", "BracketLeft", "BracketRight",
    "Backslash", "Semicolon", "Quote", "Comma", "Period", "Slash"];
  const replayed = new WeakSet();
  const swallowedCodes = new Set();

  let held = []; // { text, event, at }
  let field = null;
  let timer = 0;
  let hasEndKey = null; // whether the scanner ends its codes with a key; null: it has not sent one yet
  let endedAt = -Infinity; // when the last key of the last code was pressed
  let cut = null; // the keys of a code that silence ended, in case the next key turns out to belong to it
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
    const texts = held.map((key) => key.text).join("");
    const positions = held.map((key) => key.position).join("");
    const code = settings.is_by_position ? positions : texts;
    const scan = { code, ended_by: endedBy, slowest_gap_ms: slowestGapMs(), by_position: positions === code ? "" : positions };
    hasEndKey = endedBy !== "silence";
    endedAt = held.at(-1).at;
    cut = endedBy === "silence" ? { keys: held, scan } : null;
    forget();
    hand(scan);
  }

  // --- whole codes -------------------------------------------------------------------------------------------------
  // Some handhelds write a long code in parts with seconds between them, and some write each code twice: as keys and
  // through the input method.
  let part = null; // a code whose content says that more must come
  let partTimer = 0;
  let last = { code: "", isInput: false, at: -Infinity };

  function isPart(code) {
    if (/^(\](C1|e0|d2|Q3|J1))01\d{0,13}$/.test(code) || /^\(01\)\d{0,13}$/.test(code)) return true;
    return /^(\]..)?https?:\/\//i.test(code) && !/\/(01|gtin)\/\d{8,14}(?!\d)/i.test(code);
  }

  const isWhole = (code) => /^(\]|\(|https?:)/i.test(code) || /^(\d{8}|\d{12,14})$/.test(code);

  function hand(scan) {
    if (part) {
      const first = part;
      forgetPart();
      if (isWhole(scan.code)) pass(first); // another code: the rest of the first never came
      else scan = { ...scan, code: first.code + scan.code, by_position: "" };
    }
    if (scan.ended_by !== "silence" || !isPart(scan.code)) return pass(scan);
    part = scan;
    partTimer = setTimeout(() => {
      const alone = part;
      forgetPart();
      pass(alone);
    }, settings.rest_ms_max);
  }

  function forgetPart() {
    clearTimeout(partTimer);
    part = null;
  }

  function pass(scan) {
    const now = performance.now();
    const isInput = scan.ended_by === "input";
    const isEcho = scan.code === last.code && isInput !== last.isInput && now - last.at <= ECHO_MS_MAX;
    last = { code: scan.code, isInput, at: now };
    if (!isEcho) tell("scan", scan);
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

  // What a key says on an American keyboard, whose keys most scanners press whatever the keyboard here is.
  function positionOf(event, text) {
    if (text === GROUP_SEPARATOR || !event.code) return text;
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    const isUpper = event.shiftKey !== (event.getModifierState?.("CapsLock") ?? false);
    if (letter) return isUpper ? letter : letter.toLowerCase();
    const number = /^Numpad(\d)$/.exec(event.code)?.[1];
    if (number) return number;
    if (event.code === "Space") return " ";
    const place = PLACES.indexOf(event.code);
    return place < 0 ? text : (event.shiftKey ? SHIFTED : PLAIN)[place];
  }

  // Flutter puts another element in a field's place now and then, with what was written in it.
  function standsBefore(element, keys) {
    const written = keys.map((key) => key.text).join("");
    return Boolean(element?.value?.slice(0, element.selectionStart ?? 0).endsWith(written));
  }

  function takeBack(event) {
    const earlier = letGo;
    letGo = null;
    if (!earlier || event.timeStamp - earlier.keys.at(-1).at > settings.gap_ms_max) return;
    // The screen may have changed between two keys of one code, and the field with it: the code stays whole all the same.
    const now = focusedField();
    if (earlier.field && (now === earlier.field || standsBefore(now, earlier.keys))) {
      earlier.keys.forEach(() => document.execCommand("delete"));
    }
    held = earlier.keys;
    field = now;
  }

  // The device was so busy that it delivered the rest of a code long after silence had ended it: the code is told again, whole.
  function join(event) {
    const earlier = cut;
    cut = null;
    if (!earlier || event.timeStamp - earlier.keys.at(-1).at > settings.gap_ms_max) return;
    if (part === earlier.scan) forgetPart();
    held = earlier.keys;
  }

  function silenceMs() {
    if (hasEndKey === null) return settings.silence_ms_unknown;
    return hasEndKey ? settings.silence_ms_before_end : settings.silence_ms;
  }

  function settle() {
    if (!held.length) return;
    // Keys pressed before this moment may still wait behind a busy page: let them in first.
    if (navigator.scheduling?.isInputPending?.()) return wait(1);
    if (isBurst()) {
      // A page that has just heard a key late, while it starts, will hear the rest late as well.
      const { at, arrived } = held.at(-1);
      const silentMs = performance.now() - arrived;
      const endMs = silenceMs() + LATE_TIMES * Math.max(0, arrived - at);
      return silentMs < endMs ? wait(endMs - silentMs) : finish("silence");
    }
    return release(true);
  }

  function wait(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = setTimeout(settle, 0); }, ms); // both can be called off
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
      join(event);
    }
    held.push({ text, position: positionOf(event, text), event, at: event.timeStamp, arrived: performance.now() });
    wait(settings.gap_ms_max);
  }

  function onKeyDown(event) {
    if (replayed.has(event) || event.isComposing || event.keyCode === 229) return;
    const key = event.key;
    if (key === "Dead" && settings.is_by_position && positionOf(event, "")) return hold(event, positionOf(event, ""));
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
    hand({ code: event.data, ended_by: "input", slowest_gap_ms: 0, by_position: "" });
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
