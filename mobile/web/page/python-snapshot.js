// Python's memory as it was once everything was imported, kept for the next start of the same version in the same browser.
//
// One response in a cache of its own: the memory, and in its headers what it belongs to and a checksum. Whatever does not
// fit, or is not what was written, is thrown away, and the start goes the ordinary way. So is memory with which the last
// start did not come to its first screen: whatever the cause, the phone must not be stuck with it.

const CACHE = "blinkpick-python";
const FACTS = "x-snapshot";
const KEY = "snapshot";
const BEGUN = "begun"; // there from when a start takes the memory until its first screen

function checksum(bytes) {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let sum = 0;
  for (let index = 0; index < words.length; index++) sum = Math.imul(sum ^ words[index], 0x01000193);
  return sum >>> 0;
}

// { facts, memory: a promise }, or null. Reading takes a while that Python's own start need not wait for.
export async function keptSnapshot(version) {
  if (!self.caches || !version) return null;
  try {
    const cache = await caches.open(CACHE);
    const [kept, begun] = await Promise.all([cache.match(KEY), cache.match(BEGUN)]);
    if (!kept) return null;
    const facts = JSON.parse(kept.headers.get(FACTS));
    if (facts.version !== version || facts.browser !== navigator.userAgent) return null; // the next one replaces it
    if (begun) throw new Error("The start before came to nothing");
    cache.put(BEGUN, new Response()).catch(() => {});
    const memory = whole(kept, facts);
    memory.catch(() => {}); // told to whoever waits for it
    return { facts, memory };
  } catch (failure) {
    await forgetSnapshot(failure);
    return null;
  }
}

export async function firstScreenShown() {
  if (self.caches) await (await caches.open(CACHE)).delete(BEGUN);
}

async function whole(kept, facts) {
  const memory = new Uint8Array(await kept.arrayBuffer());
  if (memory.length !== facts.length || checksum(memory) !== facts.checksum) throw new Error("It is not what was kept");
  return memory;
}

export async function keepSnapshot(memory, facts) {
  const all = { ...facts, browser: navigator.userAgent, length: memory.length, checksum: checksum(memory) };
  await (await caches.open(CACHE)).put(KEY, new Response(memory, { headers: { [FACTS]: JSON.stringify(all) } }));
}

export async function forgetSnapshot(failure) {
  console.warn("Python's snapshot is of no use:", failure);
  await caches.delete(CACHE);
}
