import assert from 'node:assert/strict';
import test from 'node:test';
import { stepOf } from './frames.js';

const inside = selector => ({ closest: wanted => (wanted.includes(selector) ? {} : null) });

test('arrows go to the neighbours unless something else uses them', () => {
  assert.equal(stepOf({ key: 'ArrowLeft', target: inside('nothing') }), -1);
  assert.equal(stepOf({ key: 'ArrowRight', target: inside('nothing') }), 1);
  assert.equal(stepOf({ key: 'ArrowRight', target: inside('[role=application]') }), 1);
  assert.equal(stepOf({ key: 'ArrowRight', target: inside('[role=application]'), defaultPrevented: true }), 0);
  assert.equal(stepOf({ key: 'ArrowRight', target: inside('input') }), 0);
});

test('brackets work on the picture too, but not in fields or with modifiers', () => {
  assert.equal(stepOf({ key: ']', target: inside('[role=application]') }), 1);
  assert.equal(stepOf({ key: '[', target: inside('input') }), 0);
  assert.equal(stepOf({ key: ']', ctrlKey: true, target: inside('nothing') }), 0);
});
