import { expect, test } from 'bun:test';
import { DepthLayer } from './depthlayer.js';

const TILE = [0, 0, 0];
const PYRAMID = { tile: 256, levels: [{ width: 200, height: 100, columns: 1, rows: 1 }], channels: [{}] };
const FRAME = { scale: 1, left: 0, top: 0, width: 200, height: 100, moving: false };

function setUp() {
  const seen = [];
  const layer = new DepthLayer({}, {
    onWant: tiles => seen.push(['wants', tiles.length]),
    onDropped: () => {},
    onComplete: isComplete => seen.push(['complete', isComplete]),
  });
  const context = { drawImage: () => seen.push(['drawn']), fillRect: () => {} };
  layer.show(PYRAMID);
  return { layer, seen, draw: () => layer.draw(context, FRAME) };
}

const tile = version => ({ tile: TILE, bitmap: { close() {} }, width: 200, height: 100, version });

test('a plane is complete once it is drawn, not when its tiles are here', () => {
  const { layer, seen, draw } = setUp();
  draw();
  expect(seen).toEqual([['wants', 1], ['complete', false]]);
  layer.put(tile(0));
  expect(seen.length).toBe(2);
  draw();
  expect(seen.slice(2)).toEqual([['drawn'], ['complete', true]]);
});

test('a plane is not complete in an older display', () => {
  const { layer, seen, draw } = setUp();
  layer.version = 2;
  draw();
  layer.put(tile(1));
  draw();
  expect(seen.at(-1)).toEqual(['complete', false]);
  layer.put(tile(2));
  draw();
  expect(seen.at(-1)).toEqual(['complete', true]);
});
