import { useEffect, useRef } from 'react';

const PATIENCE_FRAMES = 60;

/** Where each list was left, so that coming back from an image finds it there; lost with the tab. */
const places = new Map();

/** Scrolls as soon as the list is high enough; it grows while it is measured. */
function scrollWhenPossible(element, top) {
  let request = 0;
  const attempt = left => {
    if (element.scrollHeight - element.clientHeight >= top || left === 0) element.scrollTop = top;
    else request = requestAnimationFrame(() => attempt(left - 1));
  };
  attempt(PATIENCE_FRAMES);
  return () => cancelAnimationFrame(request);
}

/** Comes back to the place of a list when it opens; another filter starts at its top. */
export function usePlace(element, queryKey, isReady) {
  const openedWith = useRef(queryKey);
  useEffect(() => {
    if (!element || !isReady) return undefined;
    const isReturn = openedWith.current === queryKey;
    openedWith.current = null;
    const stop = scrollWhenPossible(element, isReturn ? places.get(queryKey) ?? 0 : 0);
    const remember = () => places.set(queryKey, element.scrollTop);
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      stop();
      element.removeEventListener('scroll', remember);
    };
  }, [element, queryKey, isReady]);
}
