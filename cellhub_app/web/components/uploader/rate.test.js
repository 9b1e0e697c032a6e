import { expect, test } from 'bun:test';
import { RateMeter, rateText, timeLeftText } from './rate.js';

test('the rate is that of the last seconds, not of the whole upload', () => {
  const meter = new RateMeter();
  for (let second = 0; second <= 10; second++) meter.add(second * 1e6, second * 1000);
  expect(meter.bytesPerSecond()).toBeCloseTo(1e6, 0);
  for (let second = 11; second <= 20; second++) meter.add(10e6 + (second - 10) * 5e6, second * 1000);
  expect(meter.bytesPerSecond()).toBeCloseTo(5e6, 0);
});

test('too little seen is no rate, and going back is none either', () => {
  const meter = new RateMeter();
  expect(meter.bytesPerSecond()).toBe(0);
  meter.add(100, 0);
  meter.add(5000, 10);
  expect(meter.bytesPerSecond()).toBe(0);
  meter.add(50, 2000);
  expect(meter.bytesPerSecond()).toBe(0);
});

test('rates and times are rounded to what a person wants to know', () => {
  expect(rateText(14.234e6)).toBe('14.2 MB/s');
  expect(rateText(800)).toBe('1 KB/s');
  expect(timeLeftText(3e6, 1e6)).toBe('a few seconds left');
  expect(timeLeftText(17e6, 1e6)).toBe('about 20 s left');
  expect(timeLeftText(150e6, 1e6)).toBe('about 3 min left');
  expect(timeLeftText(20e9, 1e6)).toBe('about 6 h left');
  expect(timeLeftText(1e6, 0)).toBe('');
});
