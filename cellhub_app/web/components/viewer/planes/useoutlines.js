import { useEffect, useRef } from 'react';
import { placeOf } from '../tools/place.js';
import { useLoaded } from '../useloaded.js';
import { PlaneOutlines } from './outlines.js';

const REST_MS = 120;

/** Outlines of the revision before stay until those of the next are there; those of another image or plane never do. */
const isSamePlane = (before, now) => before?.split('\n')[0] === now?.split('\n')[0];

/**
 * The outlines of the plane on the screen. Where they are edited, the session takes newer revisions in; else each is loaded. Planes that
 * were shown last are kept, and one that a slider only passes is not asked for.
 */
export function useOutlines({ imageId, shown, told, planes, url, revision, editable }) {
  const kept = useRef(null);
  kept.current ??= new PlaneOutlines();
  const first = useRef('');
  const plane = `${imageId} ${shown}`;
  const isPresent = placeOf(url).isPresent;
  const atLeast = editable || shown !== told ? 0 : revision ?? 0;
  const name = planes > 1 && isPresent ? plane : '';
  if (first.current.split(' ')[0] !== imageId) first.current = plane;
  const restMs = planes > 1 && plane !== first.current ? REST_MS : 0;
  const key = url ? `${plane}\n${url}\n${editable ? '' : atLeast}` : '';
  const outlines = useLoaded(key, signal => kept.current.load({ name, url, atLeast, restMs }, signal), isSamePlane);
  const keep = name ? value => kept.current.keep(name, value) : null;
  return { outlines, keep };
}

/** What was selected in one plane is not there in another. */
export function useDeselecting(shown, told, deselect) {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current !== shown && shown !== told) deselect();
    before.current = shown;
  }, [shown]);
}
