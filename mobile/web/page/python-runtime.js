// Gives Python a start: from the memory kept by an earlier start where that fits, else from nothing, and then keeps it.

import { compiledPackages, openedPackages, placePackages, reopenPackages } from "./compiled-packages.js";
import { forgetSnapshot, keepSnapshot, keptSnapshot } from "./python-snapshot.js";

const RUNTIME = new URL("pyodide/", import.meta.url).href;
const OUR_MODULES = ["flet_js"]; // what Python finds of us under these names is not memory: it is put in anew

// All at once, before anything is asked of us. `compiledPython` is where Pyodide, as our bundle has it, looks first.
const loading = import("./pyodide/pyodide.mjs");
const creating = import("./pyodide/pyodide.asm.mjs");
self.compiledPython = WebAssembly.compileStreaming(fetch(`${RUNTIME}pyodide.asm.wasm`));
self.compiledPython.catch(() => {}); // told to whoever waits for it

async function boot(packagesFolder, options) {
  let places = "";
  const createPyodideModule = async (runtime) => {
    const { default: create } = await creating;
    const compiled = await compiledPackages();
    await self.compiledPython;
    runtime.onRuntimeInitialized = () => { places = placePackages(runtime, compiled, packagesFolder); };
    return create(runtime);
  };
  const { loadPyodide } = await loading;
  const python = await loadPyodide({ indexURL: RUNTIME, createPyodideModule, ...options });
  return { python, places };
}

// Python with everything in it that an earlier start had imported, or null.
export async function takenBack(version, packagesFolder) {
  const kept = await keptSnapshot(version);
  if (!kept) return null;
  try {
    const options = { _loadSnapshot: kept.memory, _snapshotDeserializer: (name) => self[name] };
    const { python, places } = await boot(packagesFolder, options);
    if (places !== kept.facts.places) throw new Error("Compiled packages lie elsewhere");
    reopenPackages(python._module, kept.facts.opened);
    python._api.config._loadSnapshot = true; // the copy itself would stay in memory for as long as Python runs
    return python;
  } catch (failure) {
    await forgetSnapshot(failure);
    return null;
  }
}

export async function fromNothing(packagesFolder) {
  const canKeep = Boolean(self.caches);
  const { python, places } = await boot(packagesFolder, { _makeSnapshot: canKeep });
  for (const name of OUR_MODULES) python.registerJsModule(name, self[name]);
  return { python, snapshot: canKeep ? (version) => snapshotOf(python, places, version) : null };
}

// Returns what keeps it, for later: the app's own start comes first.
function snapshotOf(python, places, version) {
  const memory = python.makeMemorySnapshot({ serializer: nameOf });
  const opened = openedPackages(python._module);
  return () => keepSnapshot(memory, { version, places, opened });
}

function nameOf(object) {
  const found = OUR_MODULES.find((name) => self[name] === object);
  if (!found) throw new Error(`Python holds on to something of the browser's: ${object}`);
  return found;
}
