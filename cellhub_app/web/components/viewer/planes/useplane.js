import { useEffect, useRef } from 'react';
import { desk } from '../desk.js';
import { Echoes } from '../echoes.js';
import { useDesk } from '../usedesk.js';
import { numberOf, planeAt } from './planes.js';

const FIRST = Object.freeze({ frame: 0, timepoint: 0 });
const REST_MS = 150;

/** The plane that is chosen for this image; until one is, `first`. */
export function usePlane(imageId, first = FIRST) {
  const plane = useDesk('plane');
  return plane?.imageId === imageId ? plane : first;
}

/** Whether the plane on the screen is the one that the page knows of: it hears of another one a moment later. */
export function useIsShown(imageId, number, slices) {
  return numberOf(usePlane(imageId, planeAt(number, slices)), slices) === number;
}

/**
 * The plane on the screen. The page names one (`number`) with an image; from then on whoever moves a slider says which it is, and the page
 * hears of it once the slider rests. What the page answers late does not pull the slider back.
 */
export function usePagePlane({ imageId, number, slices, onPlane }) {
  const plane = usePlane(imageId, planeAt(number, slices));
  const shown = numberOf(plane, slices);
  const told = useRef({ imageId: null, number, echoes: null });
  useEffect(() => {
    if (told.current.imageId !== imageId) told.current = { imageId, number: null, echoes: new Echoes() };
    if (told.current.echoes.isEcho(number, performance.now())) return;
    told.current.number = number;
    desk.set('plane', { imageId, ...planeAt(number, slices) });
  }, [imageId, number, slices]);
  useEffect(() => {
    if (told.current.number === shown) return undefined;
    const timer = setTimeout(() => {
      told.current.number = shown;
      told.current.echoes.note(shown, performance.now());
      onPlane?.(shown);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [imageId, shown]);
  useEffect(() => () => desk.set('plane', undefined), []);
  return { plane, shown };
}
