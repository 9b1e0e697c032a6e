import { expect, test } from 'bun:test';
import { decodeCollection, decodePolygon, PolygonsUnreadable } from './codec.js';

const ID = '0191e7a2-7c41-7b3e-9a55-0123456789ab';

function varint(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}

const zigzag = value => varint(value < 0 ? -value * 2 - 1 : value * 2);

function encodePolygon(rings) {
  const bytes = varint(rings.length);
  for (const ring of rings) {
    bytes.push(...varint(ring.length / 2));
    for (let i = 0; i < ring.length; i++) bytes.push(...zigzag((ring[i] - (i < 2 ? 0 : ring[i - 2])) * 16));
  }
  return bytes;
}

function encodeCollection(revision, objects) {
  const records = objects.map(object => {
    const polygon = encodePolygon(object.rings);
    const head = new DataView(new ArrayBuffer(36));
    object.id.replaceAll('-', '').match(/../g).forEach((hex, i) => head.setUint8(i, parseInt(hex, 16)));
    head.setFloat32(16, object.score, true);
    head.setFloat32(20, object.doubt, true);
    head.setFloat32(24, object.areaPx, true);
    head.setUint16(28, object.classId, true);
    head.setUint32(32, polygon.length, true);
    return [...new Uint8Array(head.buffer), ...polygon];
  });
  const start = new DataView(new ArrayBuffer(12));
  [...'CHP1'].forEach((letter, i) => start.setUint8(i, letter.charCodeAt(0)));
  start.setUint32(4, revision, true);
  start.setUint32(8, objects.length, true);
  return Uint8Array.from([...new Uint8Array(start.buffer), ...records.flat()]).buffer;
}

const CELL = {
  id: ID, score: 0.5, doubt: 0.25, areaPx: 99.5, classId: 3,
  rings: [[10.5, 2, 20.5, 2, 20.5, 12, 10.5, 12], [12, 4.5, 12, 6.5, 14, 6.5]],
};

test('a collection comes back as it was written', () => {
  const { revision, objects } = decodeCollection(encodeCollection(7, [CELL, { ...CELL, classId: 0, rings: [[0, 0, 1, 0, 1, 1]] }]));
  expect(revision).toBe(7);
  expect(objects).toHaveLength(2);
  expect({ ...objects[0], rings: objects[0].rings.map(ring => [...ring]) }).toEqual(CELL);
  expect(objects[1].classId).toBe(0);
});

test('an empty collection has no objects', () => {
  expect(decodeCollection(encodeCollection(0, []))).toEqual({ revision: 0, objects: [] });
});

test('sixteenths of a pixel at a million pixels are exact', () => {
  const far = 2 ** 20 - 1 / 16;
  const ring = [far, 0, far - 0.5, far, 0.0625, far];
  const bytes = Uint8Array.from(encodePolygon([ring]));
  expect([...decodePolygon(bytes, 0, bytes.length)[0]]).toEqual(ring);
});

test('known bytes: one square of side 1 from (1, 2)', () => {
  const bytes = Uint8Array.from([1, 4, 32, 64, 32, 0, 0, 32, 31, 0]);
  expect([...decodePolygon(bytes, 0, bytes.length)[0]]).toEqual([1, 2, 2, 2, 2, 3, 1, 3]);
});

/** What core/geometry/codec.py wrote: an object with a hole (revision 7, class 3), and a triangle far to the right. */
const FROM_SERVER = 'Q0hQMQcAAAACAAAAAZHnonxBez6aVQEjRWeJqwAAAD8AAIA+AADHQgMAAAAXAAAAAgTQAkDAAgAAwAK/AgADgAOQAQBAQAABkeeifEF7PppVASNFZ4ms'
  + 'AACAPwAAAAAAAMRCAAAAAAsAAAABAwAAgtyIAQAAIA==';

test('the bytes of the server are read as they were meant', () => {
  const { revision, objects } = decodeCollection(Uint8Array.from(atob(FROM_SERVER), letter => letter.charCodeAt(0)).buffer);
  expect(revision).toBe(7);
  expect({ ...objects[0], rings: objects[0].rings.map(ring => [...ring]) }).toEqual(CELL);
  expect(objects[1]).toMatchObject({ id: '0191e7a2-7c41-7b3e-9a55-0123456789ac', score: 1, areaPx: 98, classId: 0 });
  expect([...objects[1].rings[0]]).toEqual([0, 0, 70000.0625, 0, 70000.0625, 1]);
});

test('anything cut short or foreign is refused', () => {
  const whole = encodeCollection(1, [CELL]);
  for (const length of [3, 11, 20, 47, 50, whole.byteLength - 1]) {
    expect(() => decodeCollection(whole.slice(0, length))).toThrow(PolygonsUnreadable);
  }
  expect(() => decodeCollection(new TextEncoder().encode('<!doctype html><html></html>').buffer)).toThrow(PolygonsUnreadable);
});
