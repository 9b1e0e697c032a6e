/**
 * The binary collection of polygons (application/x-cellhub-polygons, little endian):
 * "CHP1", uint32 revision, uint32 count, then per object 16 bytes uuid, float32 score, float32 doubt, float32 area in px,
 * uint16 class, uint16 reserved, uint32 n and n bytes of polygon: varint ring count, per ring varint vertex count and
 * zigzag varint steps of x and y in 1/16 px, the first one from (0, 0). Rings are not closed.
 */
const MAGIC = 'CHP1';
const HEADER_BYTES = 12;
const RECORD_BYTES = 36;
const STEP = 1 / 16;

export class PolygonsUnreadable extends Error {}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function uuidAt(bytes, at) {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += HEX[bytes[at + i]];
  }
  return text;
}

class VarintReader {
  constructor(bytes, start, end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  unsigned() {
    const first = this.bytes[this.at];
    if (first < 128 && this.at < this.end) {
      this.at += 1;
      return first;
    }
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= this.end || scale > 2 ** 42) throw new PolygonsUnreadable('A polygon ends early.');
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  signed() {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** Rings of one polygon as Float32Array, exact: 1/16 px up to 2**20 px fits 24 bits. */
export function decodePolygon(bytes, start, end) {
  const reader = new VarintReader(bytes, start, end);
  const rings = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const vertices = reader.unsigned();
    if (vertices * 2 > end - reader.at) throw new PolygonsUnreadable('A polygon ends early.');
    const ring = new Float32Array(vertices * 2);
    let x = 0;
    let y = 0;
    for (let i = 0; i < ring.length; i += 2) {
      x += reader.signed();
      y += reader.signed();
      ring[i] = x * STEP;
      ring[i + 1] = y * STEP;
    }
    rings.push(ring);
  }
  return rings;
}

/** ArrayBuffer -> {revision, objects: [{id, score, doubt, areaPx, classId, rings}]}; throws PolygonsUnreadable. */
export function decodeCollection(buffer) {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  if (bytes.length < HEADER_BYTES || String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) {
    throw new PolygonsUnreadable('This is not a collection of polygons.');
  }
  const revision = view.getUint32(4, true);
  const count = view.getUint32(8, true);
  const objects = [];
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    if (at + RECORD_BYTES > bytes.length) throw new PolygonsUnreadable('The collection ends early.');
    const start = at + RECORD_BYTES;
    const end = start + view.getUint32(at + 32, true);
    if (end > bytes.length) throw new PolygonsUnreadable('The collection ends early.');
    objects.push({
      id: uuidAt(bytes, at),
      score: view.getFloat32(at + 16, true),
      doubt: view.getFloat32(at + 20, true),
      areaPx: view.getFloat32(at + 24, true),
      classId: view.getUint16(at + 28, true),
      rings: decodePolygon(bytes, start, end),
    });
    at = end;
  }
  return { revision, objects };
}
