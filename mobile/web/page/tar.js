// Unpacks a tar (USTAR, as the bundle builder writes it) into Python's file system: Python itself would take half a second.

const BLOCK_BYTES = 512;
const FILE_MODE = 0o100666;
const REGULAR_FILE = ["0", "\0"];
const WRITTEN_MS = Date.UTC(2026, 0, 1); // the same at every start, or Python would not take the bytecode it made of a file
const text = new TextDecoder();

function field(block, start, length) {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

// Straight into the nodes that Emscripten's file system in memory consists of: opening, writing, closing and dating each of
// hundreds of files by its path would take five times as long. The files share the archive's memory.
export function unpackTar(files, tar, folder) {
  const { MEMFS } = files.filesystems;
  const folders = new Map();
  const folderAt = (path) => {
    if (!folders.has(path)) {
      files.mkdirTree(path);
      folders.set(path, files.lookupPath(path).node);
    }
    return folders.get(path);
  };
  for (let at = 0; at + BLOCK_BYTES <= tar.length;) {
    const block = tar.subarray(at, at + BLOCK_BYTES);
    if (block[0] === 0) break; // the end is marked by empty blocks
    const size = parseInt(field(block, 124, 12), 8);
    const prefix = field(block, 345, 155);
    const path = `${folder}/${prefix ? `${prefix}/` : ""}${field(block, 0, 100)}`;
    at += BLOCK_BYTES;
    if (REGULAR_FILE.includes(String.fromCharCode(block[156]))) {
      const slash = path.lastIndexOf("/");
      const file = MEMFS.createNode(folderAt(path.slice(0, slash)), path.slice(slash + 1), FILE_MODE, 0);
      file.contents = tar.subarray(at, at + size);
      file.usedBytes = size;
      file.atime = file.mtime = file.ctime = WRITTEN_MS;
    }
    at += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}
