// A scan outlives its tab: kept from the moment it is read until Python has dealt with it, told again after a restart.
//
// One entry of localStorage for each scan, because that is written before the key's own event is over; the phone's file is
// not within the page's reach. Python says up to which number its file holds the effect, so that none counts twice.
"use strict";

(() => {
  const { tell, answer } = globalThis.blinkpick;
  const PREFIX = "blinkpick.scan.";
  const AGE_MS_MAX = 5 * 60 * 1000; // who comes back later than that stands somewhere else

  let number = 0;

  function store(change) {
    try {
      return change(localStorage);
    } catch {
      return undefined; // storage that is full or forbidden: the scan is told all the same
    }
  }

  function keptNumbers() {
    const names = store((storage) => Object.keys(storage)) ?? [];
    return names.filter((name) => name.startsWith(PREFIX)).map((name) => Number(name.slice(PREFIX.length))).sort((a, b) => a - b);
  }

  function forget(upTo) {
    for (const kept of keptNumbers()) {
      if (!(kept > upTo)) store((storage) => storage.removeItem(PREFIX + kept));
    }
  }

  function tellAgain() {
    for (const kept of keptNumbers()) {
      number = Math.max(number, kept);
      const text = store((storage) => storage.getItem(PREFIX + kept));
      let scan = null;
      try {
        scan = JSON.parse(text);
      } catch {
        // not ours
      }
      const ageMs = Date.now() - kept;
      if (scan && ageMs >= 0 && ageMs < AGE_MS_MAX) tell("scan", { ...scan, number: kept, is_kept: true });
      else store((storage) => storage.removeItem(PREFIX + kept));
    }
  }

  globalThis.blinkpick.tell = (kind, fields = {}) => {
    if (kind !== "scan") return tell(kind, fields);
    number = Math.max(Date.now(), number + 1); // milliseconds, so that the number says how old the scan is
    store((storage) => storage.setItem(PREFIX + number, JSON.stringify(fields)));
    return tell(kind, { ...fields, number, is_kept: false });
  };
  answer("scan_done", ({ up_to }) => forget(up_to));
  tellAgain();
})();
