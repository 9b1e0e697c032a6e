import { composed, lookupOf } from './compose.js';
import { keyOf, sizeOf } from './levels.js';
import { Loader } from './loader.js';

/** The plane that is shown: {id, url, dtype, channels: how many, tile, levels}. */
let plane = null;
let loader = null;
let display = { version: 0, channels: [] };
let lookups = [];
let wanted = [];
let sent = new Map();
let reading = null;
let composing = false;
let resting = 0;
/** A pointer that crosses a large image asks for no tile on its way. */
const POINTER_RESTS_MS = 60;

const partOf = (tile, channel) => `${keyOf(tile)}?channel=${channel}`;
const shown = () => display.channels.flatMap((channel, index) => (channel.on ? [index] : []));

async function fetchTile(name, signal) {
  const { url } = plane;
  const [path, query] = name.split('?');
  const response = await fetch(`${url.path}/tiles/${path}?${url.query}&${query}`, { signal, credentials: 'same-origin' });
  if (!response.ok) throw Object.assign(new Error(`tile ${name}`), { status: response.status });
  return response.arrayBuffer();
}

function want() {
  const channels = shown();
  const names = wanted.flatMap(tile => channels.map(channel => partOf(tile, channel)));
  const { tiles = [] } = reading ?? {};
  loader?.want([...new Set([...tiles, ...names])]);
}

function partsOf(tile) {
  const parts = shown().map(channel => ({ channel, tile: loader.cache.get(partOf(tile, channel)) }));
  return parts.every(part => part.tile) ? parts : null;
}

/** Composes wanted tiles that are complete and not yet sent in the newest display, the nearest first, one after the other. */
async function compose() {
  if (composing) return;
  composing = true;
  for (let next = due(); next; next = due()) {
    const { tile, parts } = next;
    const { version } = display;
    const opened = plane;
    const { width, height } = parts[0]?.tile ?? sizeOf(tile, opened);
    const pixels = composed(parts.map(part => ({ values: part.tile.values, lookup: lookups[part.channel] })), width * height);
    sent.set(keyOf(tile), version);
    const bitmap = await createImageBitmap(new ImageData(pixels, width, height));
    if (plane === opened) postMessage({ type: 'tile', plane: plane.id, tile, version, width, height, bitmap }, [bitmap]);
    else bitmap.close();
  }
  composing = false;
}

function due() {
  if (!loader || !display.channels.length) return null;
  for (const tile of wanted) {
    if (sent.get(keyOf(tile)) === display.version) continue;
    const parts = partsOf(tile);
    if (parts) return { tile, parts };
  }
  return null;
}

function open(message) {
  loader?.close();
  clearTimeout(resting);
  plane = message.plane;
  wanted = [];
  sent = new Map();
  reading = null;
  display = { version: 0, channels: [] };
  loader = plane && new Loader({
    fetchTile,
    loaded: () => { compose(); answerReading(); },
    failed: error => postMessage({ type: 'failed', plane: plane?.id, status: error.status ?? 0 }),
  });
}

/** The intensities of every channel under the pointer, from the whole image's own pixels. */
function read({ x, y }) {
  if (!plane) return;
  const tile = [0, Math.floor(x / plane.tile), Math.floor(y / plane.tile)];
  const channels = Array.from({ length: plane.channels }, (_, channel) => channel);
  reading = { x, y, tiles: channels.map(channel => partOf(tile, channel)) };
  clearTimeout(resting);
  if (!answerReading()) resting = setTimeout(want, POINTER_RESTS_MS);
}

function answerReading() {
  if (!reading) return true;
  const tiles = reading.tiles.map(name => loader.cache.get(name));
  if (!tiles.every(Boolean)) return false;
  const { x, y } = reading;
  const values = tiles.map(({ width, values: pixels }) => pixels[(y % plane.tile) * width + (x % plane.tile)]);
  reading = null;
  postMessage({ type: 'values', plane: plane.id, x, y, values });
  return true;
}

const HANDLERS = {
  open,
  read,
  display: ({ version, channels }) => {
    display = { version, channels };
    if (plane) lookups = channels.map(channel => (channel.on ? lookupOf(channel, plane.dtype) : null));
    want();
    compose();
  },
  want: ({ tiles }) => {
    wanted = tiles;
    want();
    compose();
  },
  forget: ({ tiles }) => tiles.forEach(tile => sent.delete(keyOf(tile))),
};

onmessage = ({ data }) => HANDLERS[data.type]?.(data);
