const PAUSES_MS = [150, 250, 400, 700, 1000];
const GIVES_UP_AFTER_MS = 120000;

/** Something to tell the user about the full depth, in one sentence. */
export class DepthProblem extends Error {}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

async function problem(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

/** The address of a plane: {path, query}. */
export function planeUrl(imageUrl, { frame, timepoint }) {
  return { path: imageUrl, query: `frame=${frame}&t=${timepoint}` };
}

/** What the server says of a plane's tiles, asked again while a worker prepares them; `waiting()` is called when that is so. */
export async function loadPyramid(url, { signal, waiting = () => {}, get = fetch, rest = pause, now = () => performance.now() }) {
  const began = now();
  for (let attempt = 0; ; attempt += 1) {
    const response = await get(`${url.path}/pyramid?${url.query}`, { signal, credentials: 'same-origin', cache: 'no-cache' });
    if (response.ok) return response.json();
    const { code, detail } = await problem(response);
    const isComing = code === 'tilesBeingMade' || response.status === 429;
    if (!isComing) throw new DepthProblem(detail ?? "The image's own depth could not be loaded. The 8-bit picture is shown.");
    if (now() - began > GIVES_UP_AFTER_MS) throw new DepthProblem('No worker has prepared the full depth of this image yet. Reload the page to try again.');
    waiting();
    await rest(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)], signal);
  }
}
