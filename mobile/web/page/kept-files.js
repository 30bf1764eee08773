// Keeps one byte string across restarts, whole or not at all: in the origin's private files, else in IndexedDB.
//
// Two slots take turns. A slot begins with a header (mark, sequence number, length, checksum); a write that a killed tab
// broke off fails its checksum, and the other slot still holds the state before it.

const MARK = 0x4b505442; // "BTPK"
const HEADER_BYTES = 24;
const SLOTS = ["a", "b"];
const NOTHING = new Uint8Array(0);

const TABLE = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes) {
  let value = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) value = TABLE[(value ^ bytes[index]) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

export function wrap(bytes, sequence) {
  const wrapped = new Uint8Array(HEADER_BYTES + bytes.length);
  const header = new DataView(wrapped.buffer);
  header.setUint32(0, MARK);
  header.setFloat64(4, sequence);
  header.setUint32(12, bytes.length);
  header.setUint32(16, checksum(bytes));
  header.setUint32(20, checksum(wrapped.subarray(0, 20)));
  wrapped.set(bytes, HEADER_BYTES);
  return wrapped;
}

export function unwrap(wrapped) {
  if (wrapped.length < HEADER_BYTES) return null;
  const header = new DataView(wrapped.buffer, wrapped.byteOffset, HEADER_BYTES);
  const length = header.getUint32(12);
  if (header.getUint32(0) !== MARK || header.getUint32(20) !== checksum(wrapped.subarray(0, 20))) return null;
  const bytes = wrapped.slice(HEADER_BYTES, HEADER_BYTES + length);
  if (bytes.length !== length || checksum(bytes) !== header.getUint32(16)) return null;
  return { sequence: header.getFloat64(4), bytes };
}

const newest = (states) => states.filter(Boolean).sort((one, other) => other.sequence - one.sequence)[0] ?? null;

class PrivateFiles {
  static kind = "private files";

  // A sync handle is exclusive: a second tab cannot open it, so two tabs never write over each other.
  static async open(name) {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(name, { create: true });
    const handles = [];
    try {
      for (const slot of SLOTS) {
        const file = await folder.getFileHandle(slot, { create: true });
        handles.push(await file.createSyncAccessHandle());
      }
    } catch (refusal) {
      handles.forEach((handle) => handle.close());
      throw refusal;
    }
    return new PrivateFiles(handles);
  }

  constructor(handles) {
    this.handles = handles;
    this.sequence = 0;
  }

  read() {
    const state = newest(this.handles.map((handle) => {
      const bytes = new Uint8Array(handle.getSize());
      handle.read(bytes, { at: 0 });
      return unwrap(bytes);
    }));
    this.sequence = state?.sequence ?? 0;
    return state?.bytes ?? NOTHING;
  }

  write(bytes) {
    const sequence = this.sequence + 1;
    const handle = this.handles[sequence % SLOTS.length];
    const wrapped = wrap(bytes, sequence);
    if (handle.write(wrapped, { at: 0 }) !== wrapped.length) throw new Error("The device's storage is full");
    handle.truncate(wrapped.length);
    handle.flush();
    this.sequence = sequence; // only now: a failed write must not make the other slot the next to be overwritten
  }

  close() {
    this.handles.forEach((handle) => handle.close());
  }
}

class IndexedFiles {
  static kind = "IndexedDB";

  static async open(name) {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
    return new IndexedFiles(await IndexedFiles.done(opening));
  }

  static done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  constructor(database) {
    this.database = database;
  }

  async read() {
    const bytes = await IndexedFiles.done(this.database.transaction("kept").objectStore("kept").get("state"));
    return bytes ?? NOTHING;
  }

  // An IndexedDB transaction is whole or not at all by itself, so it needs no slots.
  write(bytes) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction("kept", "readwrite", { durability: "strict" });
      transaction.objectStore("kept").put(bytes, "state");
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  close() {
    this.database.close();
  }
}

const canUsePrivateFiles = () => Boolean(navigator.storage?.getDirectory && globalThis.FileSystemFileHandle?.prototype.createSyncAccessHandle);

// Resolves to { kind, file }; rejects with "NoModificationAllowedError" while another tab holds the files.
export async function openKeptFile(name) {
  const place = canUsePrivateFiles() ? PrivateFiles : IndexedFiles;
  return { kind: place.kind, file: await place.open(name) };
}
