// Reads barcodes with the phone's camera, where no scanner is: pictures go to a worker, codes go where scans go.
//
// A code counts when two pictures in a row say the same: one picture may lie, above all about short codes. The camera is
// off until it is asked for, and rests again after each code and when nothing was read for a while.
"use strict";

(() => {
  const { tell, answer } = globalThis.blinkpick;
  const settings = {
    same_within_ms: 1500, // two equal reads further apart are two scans of luck
    idle_ms: 30000, // then the camera rests: it warms the phone and empties its battery
    picture_every_ms: 80, // between the end of one reading and the next picture
  };
  const WANTED = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
  const BAND = 0.7; // of the picture's height: what the frame shows, and less to read
  const PROBLEMS = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "busy",
    AbortError: "busy",
  };

  let worker = null; // kept once it was needed: making it costs a second
  let open = null; // { stream, track, view, video, timer, last, lastAt, readAt, isTorchOn }
  let opening = 0; // counts, so that a camera that comes after it was given up is let go

  function makeView(words) {
    const view = document.createElement("div");
    view.id = "camera";
    view.setAttribute("role", "dialog");
    view.setAttribute("aria-label", words.hint);
    view.innerHTML = `<style>
        #camera { position: fixed; inset: 0 0 auto 0; height: 46vh; z-index: 1000; background: #0B1F33; overflow: hidden; font: 700 18px Roboto, sans-serif; }
        #camera video { width: 100%; height: 100%; object-fit: cover; }
        #camera .aim { position: absolute; inset: 22% 8%; border: 3px solid #fff; border-radius: 16px; box-shadow: 0 0 0 100vmax #0B1F3388; pointer-events: none; }
        #camera p { position: absolute; inset: 12px 80px auto 80px; margin: 0; text-align: center; color: #fff; text-shadow: 0 1px 3px #000; }
        #camera button { position: absolute; top: 8px; width: 60px; height: 60px; border: 0; border-radius: 30px; background: #fff; font-size: 26px; }
        #camera .close { right: 8px; } #camera .torch { left: 8px; } #camera .torch[aria-pressed=true] { background: #F0E442; }
      </style><video playsinline muted></video><div class="aim"></div><p></p>
      <button class="torch" aria-pressed="false" hidden>&#128294;&#xFE0E;</button><button class="close">&#10005;</button>`;
    view.querySelector("p").textContent = words.hint;
    view.querySelector(".close").setAttribute("aria-label", words.close);
    view.querySelector(".torch").setAttribute("aria-label", words.torch);
    view.querySelector(".close").onclick = () => rest("");
    view.querySelector(".torch").onclick = toggleTorch;
    document.body.append(view);
    return view;
  }

  async function begin({ words }) {
    if (open) return;
    const mine = ++opening;
    const media = navigator.mediaDevices;
    if (!globalThis.isSecureContext || !media?.getUserMedia) return tell("camera", { is_open: false, problem: "insecure" });
    let stream;
    try {
      stream = await media.getUserMedia({ video: WANTED, audio: false });
    } catch (refusal) {
      return tell("camera", { is_open: false, problem: PROBLEMS[refusal.name] ?? "failed" });
    }
    if (mine !== opening) return stream.getTracks().forEach((track) => track.stop());
    const view = makeView(words);
    const video = view.querySelector("video");
    const track = stream.getVideoTracks()[0];
    open = { stream, track, view, video, timer: 0, last: "", lastAt: -Infinity, readAt: performance.now(), isTorchOn: false };
    track.onended = () => rest("busy"); // another app took it, or the cable went
    video.srcObject = stream;
    const can = track.getCapabilities?.() ?? {};
    view.querySelector(".torch").hidden = !can.torch;
    if (can.focusMode?.includes("continuous")) track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
    tell("camera", { is_open: true, problem: "" });
    await video.play().catch(() => {});
    if (open?.video === video) readNext();
  }

  function rest(problem) {
    opening += 1;
    if (!open) return;
    clearTimeout(open.timer);
    open.track.onended = null;
    open.stream.getTracks().forEach((track) => track.stop()); // the torch goes out with it
    open.view.remove();
    open = null;
    tell("camera", { is_open: false, problem });
  }

  async function toggleTorch() {
    if (!open) return;
    const { track, view } = open;
    try {
      await track.applyConstraints({ advanced: [{ torch: !open.isTorchOn }] });
      open.isTorchOn = !open.isTorchOn;
      view.querySelector(".torch").setAttribute("aria-pressed", String(open.isTorchOn));
    } catch {
      view.querySelector(".torch").hidden = true; // said it could, and cannot
    }
  }

  // --- pictures ----------------------------------------------------------------------------------------------------
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });

  function reader() {
    if (worker) return worker;
    worker = new Worker("camera-worker.js");
    worker.onmessage = ({ data }) => data.failure ? rest("failed") : judge(data.codes);
    worker.onerror = () => {
      worker = null;
      rest("failed");
    };
    return worker;
  }

  function readNext() {
    if (!open) return;
    if (performance.now() - open.readAt > settings.idle_ms || document.hidden) return rest("");
    const { videoWidth: width, videoHeight: height } = open.video;
    if (!width) return later();
    canvas.width = width;
    canvas.height = Math.round(height * BAND);
    drawing.drawImage(open.video, 0, Math.round((height - canvas.height) / 2), width, canvas.height, 0, 0, width, canvas.height);
    const picture = drawing.getImageData(0, 0, canvas.width, canvas.height);
    reader().postMessage(picture, [picture.data.buffer]);
  }

  function later() {
    open.timer = setTimeout(readNext, settings.picture_every_ms);
  }

  function judge(codes) {
    if (!open) return;
    const now = performance.now();
    const again = codes.find((code) => code === open.last && now - open.lastAt <= settings.same_within_ms);
    if (again) {
      rest(""); // first: what the scan shows must be seen
      return tell("scan", { code: again, ended_by: "camera", slowest_gap_ms: 0, by_position: "" });
    }
    if (codes.length) {
      [open.last] = codes;
      open.lastAt = open.readAt = now;
    }
    later();
  }

  document.addEventListener("visibilitychange", () => document.hidden && rest(""));
  answer("open_camera", begin);
  answer("close_camera", () => rest(""));
})();
