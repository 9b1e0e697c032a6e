import { afterEach, expect, test } from 'bun:test';
import { speak, t } from './language.js';

afterEach(() => speak({}));

test('a text is its own English, and its places are filled', () => {
  expect(t('Place {count} images', { count: '1,204' })).toBe('Place 1,204 images');
  expect(t('a template such as {plate}_{well}')).toBe('a template such as {plate}_{well}');
  expect(t('{name} of {what}', { name: 'B03' })).toBe('B03 of {what}');
});

test('another language has its own sentence, with the places where it wants them', () => {
  speak({ 'Place {count} images': '{count} Bilder einordnen' });
  expect(t('Place {count} images', { count: 3 })).toBe('3 Bilder einordnen');
  expect(t('Undo')).toBe('Undo');
});
