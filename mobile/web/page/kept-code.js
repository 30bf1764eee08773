// Keeps what Python made of its source files (its bytecode), so that the next start of the same version need not make it again.
//
// One file: the length of a list, the list of [name, bytes], then the contents. Python takes a bytecode file that carries its
// source's time and size; both are the same at every start, and the name under which all is kept changes with the sources.

const CACHE = "blinkpick-code";
const FOLDER = "__pycache__";
const LENGTH_BYTES = 4;

function bytecodeBelow(files, folder, found = []) {
  for (const name of files.readdir(folder)) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    if (files.isDir(files.stat(path).mode)) bytecodeBelow(files, path, found);
    else if (folder.endsWith(FOLDER)) found.push(path);
  }
  return found;
}

export async function keptCode(version) {
  if (!self.caches || !version) return null;
  try {
    const kept = await (await caches.open(CACHE)).match(`code?version=${version}`);
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

export function unpackCode(files, kept) {
  const length = new DataView(kept.buffer, kept.byteOffset).getUint32(0);
  const listed = JSON.parse(new TextDecoder().decode(kept.subarray(LENGTH_BYTES, LENGTH_BYTES + length)));
  const made = new Set();
  let at = LENGTH_BYTES + length;
  for (const [path, size] of listed) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) files.mkdirTree(folder);
    made.add(folder);
    files.writeFile(path, kept.slice(at, at + size), { canOwn: true });
    at += size;
  }
}

export async function keepCode(files, folder, version) {
  const contents = bytecodeBelow(files, folder).map((path) => [path, files.readFile(path)]);
  const list = new TextEncoder().encode(JSON.stringify(contents.map(([path, bytes]) => [path, bytes.length])));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, list.length);
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) await cache.delete(request); // of an earlier version
  await cache.put(`code?version=${version}`, new Response(new Blob([length, list, ...contents.map(([, bytes]) => bytes)])));
}

export async function forgetCode() {
  await caches.delete(CACHE);
}
