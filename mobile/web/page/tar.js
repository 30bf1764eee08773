// Unpacks a tar (USTAR, as the bundle builder writes it) into Python's file system: Python itself would take half a second.

const BLOCK_BYTES = 512;
const REGULAR_FILE = ["0", "\0"];
const WRITTEN_MS = Date.UTC(2026, 0, 1); // the same at every start, or Python would not take the bytecode it made of a file
const text = new TextDecoder();

function field(block, start, length) {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export function unpackTar(files, tar, folder) {
  const made = new Set();
  for (let at = 0; at + BLOCK_BYTES <= tar.length;) {
    const block = tar.subarray(at, at + BLOCK_BYTES);
    if (block[0] === 0) break; // the end is marked by empty blocks
    const size = parseInt(field(block, 124, 12), 8);
    const prefix = field(block, 345, 155);
    const name = `${folder}/${prefix ? `${prefix}/` : ""}${field(block, 0, 100)}`;
    at += BLOCK_BYTES;
    if (REGULAR_FILE.includes(String.fromCharCode(block[156]))) {
      const parent = name.slice(0, name.lastIndexOf("/"));
      if (!made.has(parent)) files.mkdirTree(parent);
      made.add(parent);
      files.writeFile(name, tar.slice(at, at + size), { canOwn: true });
      files.utime(name, WRITTEN_MS, WRITTEN_MS);
    }
    at += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}
