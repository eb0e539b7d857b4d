// Keeps the page and all of its files, so that every view opens without a network.
// The build puts two constants in front: VERSION, a hash of all files, and FILES, their paths.
const PREFIX = `convlab ${registration.scope} `;
const CACHE = PREFIX + VERSION;

addEventListener('install', (event) => event.waitUntil(keepFiles()));
addEventListener('activate', (event) => event.waitUntil(removeOldCaches()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept('./')));
  else if (FILES.has(request.url)) event.respondWith(kept(request).then((response) => response ?? fetch(request)));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  // files whose names stay the same are asked for again; the HTTP cache may hold those of the version before
  await cache.addAll([...FILES].map((url) => new Request(url, { cache: 'no-cache' })));
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  // whatever a server makes its responses vary by, there is one of each file
  return cache.match(request, { ignoreVary: true });
}

async function removeOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}
