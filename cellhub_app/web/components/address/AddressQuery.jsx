import { useEffect, useRef } from 'react';

/** Writes `query` behind the ? of the address whenever it changes, without a navigation, so that a reload comes back here. */
export function AddressQuery({ query }) {
  const text = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== '' && value !== null)).toString();
  const before = useRef(text);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    const { pathname, hash } = window.location;
    window.history.replaceState(window.history.state, '', `${pathname}${text ? `?${text}` : ''}${hash}`);
  }, [text]);
  return null;
}
