const HEADER_BYTES = 10;
const MAGIC = 0x31544843;
const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Float32Array };

/** Bytes that are no tile. */
export class TileUnreadable extends Error {}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Values from their planes of first bytes, second bytes, and so on. */
export function joined(planes, size) {
  const count = planes.length / size;
  if (size === 1) return planes;
  if (size === 2) {
    const values = new Uint16Array(count);
    for (let index = 0; index < count; index += 1) values[index] = planes[index] | (planes[count + index] << 8);
    return values;
  }
  const words = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    words[index] = planes[index] | (planes[count + index] << 8) | (planes[2 * count + index] << 16) | (planes[3 * count + index] << 24);
  }
  return new Float32Array(words.buffer);
}

/** {width, height, values} of a tile as the server packs it (core/imaging/tiles.py). */
export async function decodeTile(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new TileUnreadable();
  const head = new DataView(buffer, 0, HEADER_BYTES);
  const size = head.getUint8(4);
  if (head.getUint32(0, true) !== MAGIC || !ARRAYS[size]) throw new TileUnreadable();
  const width = head.getUint16(6, true);
  const height = head.getUint16(8, true);
  const planes = await inflated(new Uint8Array(buffer, HEADER_BYTES)).catch(() => { throw new TileUnreadable(); });
  if (planes.length !== width * height * size) throw new TileUnreadable();
  return { width, height, values: joined(planes, size) };
}
