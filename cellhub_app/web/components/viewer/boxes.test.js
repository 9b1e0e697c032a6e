import { expect, test } from 'bun:test';
import { Boxes } from './boxes.js';

function filled(count) {
  const boxes = new Boxes();
  const values = Array.from({ length: count }, (_, i) => ({ i }));
  boxes.load(values.map(({ i }) => [10 * i, 0, 10 * i + 5, 5]), values);
  return { boxes, values };
}

const numbers = found => found.map(({ i }) => i).sort((one, other) => one - other);

test('those are found that a part meets, also by an edge', () => {
  const { boxes } = filled(2000);
  expect(numbers(boxes.getInExtent([15, 5, 30, 20]))).toEqual([1, 2, 3]);
  expect(boxes.getInExtent([15.5, 0, 19.5, 5])).toEqual([]);
  expect(boxes.getInExtent([0, 5.5, 20000, 9])).toEqual([]);
});

test('what is removed is not found, and what takes its place still is', () => {
  const { boxes, values } = filled(5);
  boxes.remove(values[1]);
  boxes.remove(values[4]);
  boxes.remove(values[4]);
  expect(numbers(boxes.getInExtent([0, 0, 100, 5]))).toEqual([0, 2, 3]);
  boxes.insert([0, 0, 5, 5], values[4]);
  expect(numbers(boxes.getInExtent([0, 0, 9, 5]))).toEqual([0, 4]);
});

test('it grows beyond its first room, and starts anew', () => {
  const { boxes } = filled(1);
  for (let i = 1; i < 5000; i += 1) boxes.insert([i, 100, i, 100], { i });
  expect(boxes.getInExtent([0, 100, 5000, 100]).length).toBe(4999);
  boxes.clear();
  expect(boxes.getInExtent([0, 0, 5000, 100])).toEqual([]);
});
