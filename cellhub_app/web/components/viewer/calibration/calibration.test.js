import { expect, test } from 'bun:test';
import { numberIn, pixelSize, pixelSizeOfLine, problemOfLine, savePixelSize, sizeText } from './calibration.js';

test('numbers are read with a point or a comma', () => {
  expect(['0.325', ' 1,5 ', '2', '.5', '3.', '1e-3'].map(numberIn)).toEqual([0.325, 1.5, 2, 0.5, 3, 0.001]);
  expect(['', '-1', '1 000', 'a', '1,2,3', 'Infinity'].map(numberIn)).toEqual(Array(6).fill(NaN));
});

test('a pixel size is refused with the reason', () => {
  expect(pixelSize('0,65')).toEqual({ um: 0.65 });
  expect(pixelSize('0').sentence).toContain('above 0');
  expect(pixelSize('20000').sentence).toContain('must lie between');
  expect(pixelSize('0.00001').sentence).toContain('must lie between');
});

test('a line of known length gives the pixel size', () => {
  expect(pixelSizeOfLine('100', 400)).toEqual({ um: 0.25 });
  expect(pixelSizeOfLine('100', 300)).toEqual({ um: 0.333333 });
  expect(pixelSizeOfLine('', 300).sentence).toContain('length');
  expect(problemOfLine([0, 0], [1, 1])).toContain('too short');
  expect(problemOfLine([0, 0], [3, 4])).toBe('');
});

test('sizes are told in the unit that fits', () => {
  expect([0.325, 0.3333333, 1300, null].map(sizeText)).toEqual(['0.325 µm', '0.3333 µm', '1.3 mm', 'unknown']);
});

test('saving sends the size and tells what went wrong', async () => {
  const sent = [];
  const answers = ok => async (url, { body }) => { sent.push([url, body]); return { ok, json: async () => ({ detail: 'Your role does not allow this' }) }; };
  expect(await savePixelSize('/i', 0.5, answers(true))).toBe('');
  expect(await savePixelSize('/i', null, answers(false))).toBe('Your role does not allow this');
  expect(sent).toEqual([['/i', '{"pixelSizeUm":0.5}'], ['/i', '{"pixelSizeUm":null}']]);
  expect(await savePixelSize('/i', 1, async () => { throw new TypeError('offline'); })).toContain('did not answer');
});
