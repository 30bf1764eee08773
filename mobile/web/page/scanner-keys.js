// While the scanner is checked: every key as it is pressed, before scanner.js makes anything of it, told burst by burst.
//
// A capture listener of the window, as those of scanner.js, and named before them: listeners run in the order they were
// added, and what scanner.js swallows would not come here. Nothing is changed, nothing is kept.
"use strict";

(() => {
  const { tell, answer } = globalThis.blinkpick;
  const REST_MS = 600; // a longer rest ends a burst
  const KEYS_MAX = 2000;
  let isWatched = false;
  let keys = [];
  let timer = 0;

  function note(key, code, event) {
    if (keys.length < KEYS_MAX) keys.push([key, code, event.timeStamp, Boolean(event.shiftKey), Boolean(event.ctrlKey)]);
    clearTimeout(timer);
    timer = setTimeout(send, REST_MS);
  }

  function send() {
    if (keys.length) tell("scanner_keys", { keys });
    keys = [];
  }

  addEventListener("keydown", (event) => {
    // What scanner.js gives back to a field is no key of anybody's.
    if (!isWatched || !event.isTrusted || event.isComposing || event.keyCode === 229 || event.key === undefined) return;
    if ([...event.key].length === 1 || event.key === "Enter" || event.key === "Tab") note(event.key, event.code, event);
  }, true);
  addEventListener("beforeinput", (event) => {
    if (isWatched && event.isTrusted && event.inputType === "insertText" && event.data?.length > 1) note(event.data, "input", event);
  }, true);

  answer("watch_scanner", ({ is_watched }) => {
    isWatched = is_watched;
    clearTimeout(timer);
    keys = [];
  });
})();
