// Starts the Python worker while Flutter is still loading, and joins the two when Flutter asks for its connection.
"use strict";

(() => {
  const entry = new URL(".", document.baseURI).href;
  const channel = new MessageChannel();
  // What the page hears (scans, focus, network) waits in this port until Python listens, so nothing is lost while booting.
  globalThis.blinkpickPort = channel.port1;

  function startWorker(pagePort) {
    const worker = new Worker(new URL("python-worker.js", entry), { type: "module" });
    const transfer = pagePort ? [pagePort] : [];
    worker.postMessage({ entry, pagePort, documentUrl: document.URL }, transfer);
    const connection = { worker, onFrame: null, early: [] };
    connection.ready = new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message || "The Python worker did not load"));
      worker.onmessage = (event) => {
        if (event.data === "initialized") resolve();
        else if (typeof event.data === "string") reject(new Error(event.data));
        else if (connection.onFrame) connection.onFrame(event.data);
        else connection.early.push(event.data);
      };
    });
    return connection;
  }

  let early = startWorker(channel.port2);
  early.ready.catch(() => {}); // reported to whoever connects
  globalThis.blinkpickStarted = early.ready;
  const connections = {};

  globalThis.jsConnect = async (appId, args, onFrame) => {
    const connection = early ?? startWorker(null);
    early = null;
    connections[appId] = connection;
    connection.onFrame = onFrame;
    connection.early.splice(0).forEach(onFrame);
    await connection.ready;
  };

  globalThis.jsSend = async (appId, bytes) => {
    connections[appId]?.worker.postMessage(bytes, [bytes.buffer]);
  };

  globalThis.jsDisconnect = async (appId) => {
    connections[appId]?.worker.terminate();
    delete connections[appId];
  };
})();
