import { useEffect, useState } from 'react';

const IDLE = { status: 'idle', value: null, problem: '' };

/** The value once it has not changed for so many ms; the first one, and any with 0 ms, at once. */
export function useSettled(value, ms) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (!ms || !settled) {
      setSettled(value);
      return undefined;
    }
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return ms ? settled : value;
}

/**
 * Loads whenever the key changes; the value of the key before stays until the new one is there if `keep(before, key)` says so.
 * Returns {status: idle | loading | ready | failed, value, problem, retry}.
 */
export function useLoaded(key, load, keep) {
  const [state, setState] = useState({ ...IDLE, key: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!key) {
      setState({ ...IDLE, key });
      return undefined;
    }
    const controller = new AbortController();
    setState(before => ({ key, status: 'loading', problem: '', value: keep?.(before.key, key) ? before.value : null }));
    load(controller.signal).then(
      value => !controller.signal.aborted && setState({ key, status: 'ready', problem: '', value }),
      error => !controller.signal.aborted && setState(before => ({ ...before, status: 'failed', problem: error.message })),
    );
    return () => controller.abort();
  }, [key, attempt]);
  const kept = keep?.(state.key, key) ? state.value : null;
  const current = state.key === key ? state : { ...IDLE, value: kept, status: key ? 'loading' : 'idle' };
  return { ...current, retry: () => setAttempt(count => count + 1) };
}
