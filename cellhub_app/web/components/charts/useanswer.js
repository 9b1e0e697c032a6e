import { useEffect, useState } from 'react';
import { ask } from './asking.js';

const NOTHING = Object.freeze({ url: '', value: null, problem: '' });

/**
 * What the API answers at an address, asked anew when the address or `version` changes; the answer before stays until the next one is there.
 * `busy` while one is awaited, `retry` asks again. An empty address asks nothing.
 */
export function useAnswer(url, version = '') {
  const [answer, setAnswer] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!url) { setAnswer(NOTHING); return undefined; }
    const controller = new AbortController();
    setAnswer(before => ({ ...before, busy: true }));
    ask(url, { signal: controller.signal }).then(
      value => setAnswer({ url, value, problem: '', busy: false }),
      error => { if (!controller.signal.aborted) setAnswer(before => ({ ...before, url, problem: error.message, busy: false })); },
    );
    return () => controller.abort();
  }, [url, version, attempt]);
  return { ...answer, busy: answer.busy || answer.url !== url, retry: () => setAttempt(now => now + 1) };
}
