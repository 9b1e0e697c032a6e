import { expect, test } from 'bun:test';
import { areaText, cursorText, niceBelow, scaleBar, zoomText } from './scalebar.js';

test('nice numbers are 1, 2 or 5 times a power of ten and fit', () => {
  expect([0.7, 1, 1.9, 2, 4.99, 5, 99, 100, 199, 1234].map(niceBelow)).toEqual([0.5, 1, 1, 2, 2, 5, 50, 100, 100, 1000]);
  expect(niceBelow(0.0031)).toBeCloseTo(0.002, 12);
});

test('with a pixel size the bar is in um and its width says so', () => {
  const bar = scaleBar(1, 0.325, 140);
  expect(bar.label).toBe('20 µm');
  expect(bar.width).toBeCloseTo(20 / 0.325, 6);
});

test('without a pixel size the bar is in whole px', () => {
  expect(scaleBar(1, null, 140)).toEqual({ width: 100, label: '100 px' });
  expect(scaleBar(0.25, undefined, 140)).toEqual({ width: 80, label: '20 px' });
  expect(scaleBar(1 / 256, 0, 140)).toEqual({ width: 256, label: '1 px' });
});

test('every zoom gives a bar between a third and all of the width', () => {
  for (let resolution = 0.02; resolution < 100; resolution *= 1.07) {
    for (const pixelSizeUm of [null, 0.065, 0.325, 12]) {
      const { width, label } = scaleBar(resolution, pixelSizeUm, 140);
      expect(width).toBeLessThanOrEqual(140 + 1e-6);
      expect(width).toBeGreaterThan(140 / 3);
      expect(label.endsWith(' px')).toBe(pixelSizeUm === null);
    }
  }
});

test('small and large bars change to nm and mm', () => {
  expect(scaleBar(0.02, 0.1, 140).label).toBe('200 nm');
  expect(scaleBar(0.1, 0.1, 140).label).toBe('1 µm');
  expect(scaleBar(40, 0.325, 140).label).toBe('1 mm');
});

test('areas are in um² when the pixel size is known, else in px²', () => {
  expect(areaText(1000, 0.5)).toBe('250 µm²');
  expect(areaText(100, 0.325)).toBe('10.6 µm²');
  expect(areaText(1234.5, null)).toBe('1,235 px²');
});

test('the cursor names the pixel it is on and the distance in um', () => {
  expect(cursorText([561.9, 0.2], 0.325)).toEqual({ px: 'x 561  y 0 px', um: '182.6, 0.1 µm' });
  expect(cursorText([3, 4], null)).toEqual({ px: 'x 3  y 4 px', um: '' });
});

test('zoom is a percentage of one image px per screen px', () => {
  expect(zoomText(1)).toBe('100 %');
  expect(zoomText(1 / 0.74)).toBe('74 %');
  expect(zoomText(20)).toBe('5 %');
});
