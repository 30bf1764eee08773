// The compiled parts of Python packages: fetched and compiled beside Python itself, and put in before Python begins to run.
//
// Python loads such a part wherever there is room when it is first imported. Here all of them get their places in memory and
// in the table of functions at one fixed moment, so that they lie in the same places at every start: only so can Python's
// memory be kept and taken back with them in it.

const COMPILED = {}; // filled in by the bundle builder: the name below the packages folder -> the file to fetch

const compile = (file) => WebAssembly.compileStreaming(fetch(new URL(file, import.meta.url)));
const arriving = Object.entries(COMPILED).map(([name, file]) => [name, compile(file)]);
for (const [, module] of arriving) module.catch(() => {}); // told to whoever waits for it

// Compiled, in a fixed order: [name, WebAssembly.Module].
export const compiledPackages = () => Promise.all(arriving.map(async ([name, module]) => [name, await module]));

// `runtime` is Pyodide's module once its memory is there and before Python runs in it. Returns where everything came to lie.
export function placePackages(runtime, compiled, folder) {
  const places = [];
  for (const [name, module] of compiled) {
    const path = `${folder}/${name}`;
    runtime.preloadedWasm[path] = runtime.loadWebAssemblyModule(module, { loadAsync: false, nodelete: true }, path, {});
    places.push([name, runtime.wasmTable.length, runtime._malloc(1)]); // where the table ends, and where memory is free
  }
  return JSON.stringify(places);
}

// Python's own handles of what it has imported, so that it finds it again after its memory was taken back.
export const openedPackages = (runtime) =>
  Object.entries(runtime.LDSO.loadedLibsByHandle).filter(([, library]) => library.name in runtime.preloadedWasm)
    .map(([handle, library]) => [Number(handle), library.name]);

export function reopenPackages(runtime, opened) {
  for (const [handle, path] of opened) {
    const library = runtime.newDSO(path, handle, runtime.preloadedWasm[path]);
    library.refcount = Infinity;
  }
}
