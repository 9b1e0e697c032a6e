import { afterEach, expect, test } from 'bun:test';
import { speak } from '../charts/language.js';
import { badgeOf, doubtWords, flawWords, isSegmented, objectsNoun, percentOf, reasonOf } from './status.js';

afterEach(() => speak({}));

const ready = status => ({ name: 'a.tif', status: 'ready', segmentation: status ? { status, jobId: 'j' } : null });

test('the words of the badge are those of the lab', () => {
  const words = [null, 'queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'].map(status => badgeOf(ready(status)).word);
  expect(words).toEqual(['Ready', 'Queued', 'Processing', 'Paused', 'Done', 'Failed', 'Cancelled']);
  expect(badgeOf({ status: 'uploaded', segmentation: null }).word).toBe('Uploaded');
  expect(badgeOf({ status: 'ingesting', segmentation: null }).word).toBe('Reading');
  expect(badgeOf({ status: 'failed', segmentation: null }).word).toBe('Failed');
});

test('how far a large image is is told in the language of the page', () => {
  speak({ 'Processing {percent} %': '{percent} % fertig' });
  const large = { ...ready('running'), progress: { jobId: 'j', progress: 0.428 } };
  expect(badgeOf(large)).toEqual({ kind: 'working', word: '42 % fertig' });
});

test('an image that could not be read is failed whatever waits for it', () => {
  expect(badgeOf({ status: 'failed', segmentation: { status: 'queued' } }).word).toBe('Failed');
  expect(badgeOf({ status: 'uploaded', segmentation: { status: 'queued' } }).word).toBe('Queued');
  expect(badgeOf({ status: 'ingesting', segmentation: { status: 'queued' } }).word).toBe('Reading');
});

test('each model has its own mark, and a model without one none', () => {
  const by = model => ({ ...ready('succeeded'), doubt: 0.2, segmentation: { status: 'succeeded', model } });
  expect(badgeOf(by('unet'), { unet: 0.1 }).word).toBe('Look first');
  expect(badgeOf(by('hrnet'), { unet: 0.1 }).word).toBe('Done');
});

test('a doubt is told as the share that is likely wrong', () => {
  expect(doubtWords({ ...ready('succeeded'), doubt: 0.124 })).toBe('About 12 % of its objects are likely wrong or missing');
  expect(doubtWords({ ...ready('succeeded'), doubt: 0.001 })).toBe('Hardly any doubt about its outlines');
  expect(doubtWords({ ...ready('succeeded'), doubt: null })).toBe('');
});

test('a doubtful result asks to be looked at first, a doubtful failure does not', () => {
  expect(badgeOf({ ...ready('succeeded'), doubt: 0.7 }, 0.5).word).toBe('Look first');
  expect(badgeOf({ ...ready('succeeded'), doubt: 0.3 }, 0.5).word).toBe('Done');
  expect(badgeOf({ ...ready('succeeded'), doubt: null }, 0.5).word).toBe('Done');
  expect(badgeOf({ ...ready('failed'), doubt: 0.9 }, 0.5).word).toBe('Failed');
});

test('the reason is that of the step that failed', () => {
  expect(reasonOf({ status: 'failed', error: { code: 'x', detail: 'The file ends early.' } })).toBe('The file ends early.');
  expect(reasonOf({ ...ready('failed'), segmentation: { status: 'failed', error: { detail: 'Out of memory.' } } })).toBe('Out of memory.');
  expect(reasonOf({ ...ready('succeeded'), error: { detail: 'old' } })).toBe('');
  expect(reasonOf({ status: 'failed', error: null })).toBe('');
});

test('a poor picture says so before anybody segments it', () => {
  const poor = (status, ...flaws) => ({ ...ready(status), flaws });
  expect(badgeOf(poor(null, 'saturated', 'blurred'))).toEqual({ kind: 'doubt', word: 'Looks blurred' });
  expect(badgeOf(poor(null, 'empty')).word).toBe('Looks empty');
  expect(badgeOf(poor(null)).word).toBe('Ready');
  expect(badgeOf(poor('queued', 'empty')).word).toBe('Queued');
  expect(badgeOf({ ...poor(null, 'empty'), status: 'ingesting' }).word).toBe('Reading');
  expect(flawWords(poor(null, 'saturated', 'blurred'))).toBe('The picture looks blurred. Many pixels are saturated');
  expect([flawWords(poor(null)), flawWords(ready(null)), flawWords(poor(null, 'odd'))]).toEqual(['', '', '']);
});

test('every word is in the language of the page', () => {
  speak({
    'Queued': 'Wartet', 'Look first': 'Zuerst ansehen', 'Looks empty': 'Wirkt leer', 'The field looks empty': 'Das Feld wirkt leer', 'objects': 'Objekte',
    'About {percent} % of its objects are likely wrong or missing': 'Etwa {percent} % der Objekte fehlen oder sind falsch',
    '{days} days left': 'noch {days} Tage',
  });
  const [empty, doubtful] = [{ ...ready(null), flaws: ['empty'] }, { ...ready('succeeded'), doubt: 0.5 }];
  expect([badgeOf(ready('queued')), badgeOf(empty), badgeOf(doubtful, 0.1)].map(badge => badge.word)).toEqual(['Wartet', 'Wirkt leer', 'Zuerst ansehen']);
  expect(badgeOf({ ...ready(null), deletedAt: new Date(0).toISOString() }, 0.5, 0).word).toBe('noch 30 Tage');
  expect([flawWords(empty), doubtWords(doubtful)]).toEqual(['Das Feld wirkt leer', 'Etwa 50 % der Objekte fehlen oder sind falsch']);
  expect(objectsNoun(2)).toBe('Objekte');
});

test('one object is singular, none are plural', () => {
  expect([0, 1, 2].map(objectsNoun)).toEqual(['objects', 'object', 'objects']);
});

test('outlines stay while an image is segmented again', () => {
  expect(isSegmented({ ...ready('running'), revision: 2 })).toBe(true);
  expect(isSegmented({ ...ready('running'), revision: 0 })).toBe(false);
  expect(isSegmented(ready('succeeded'))).toBe(true);
  expect(isSegmented(ready(null))).toBe(false);
});

test('an image in the trash says how long it can be restored', () => {
  const day = 24 * 3600e3;
  const word = ageMs => badgeOf({ ...ready('succeeded'), deletedAt: new Date(100 * day - ageMs).toISOString() }, 0.5, 100 * day).word;
  expect([word(0), word(28.5 * day), word(29.5 * day), word(31 * day)]).toEqual(['30 days left', '2 days left', '1 day left', '0 days left']);
});

test('an image that takes minutes says how far it is, while that very job runs', () => {
  const told = (status, progress, jobId = 'j') => ({ ...ready(status), progress: { jobId, progress } });
  expect(badgeOf(told('running', 0.428)).word).toBe('Processing 42 %');
  expect(percentOf(told('running', 0))).toBe(0);
  expect(percentOf(told('running', 1))).toBe(99);
  expect(badgeOf(told('running', 0.4, 'another')).word).toBe('Processing');
  expect(percentOf({ ...ready('running'), progress: null })).toBe(null);
  for (const status of ['queued', 'paused', 'succeeded', 'failed', 'cancelled', null]) expect(percentOf(told(status, 0.4))).toBe(null);
});
