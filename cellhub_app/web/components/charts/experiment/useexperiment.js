import { useCallback, useEffect, useRef, useState } from 'react';
import { ask } from '../asking.js';
import { t } from '../language.js';
import { useAnswer } from '../useanswer.js';

const REMEMBERED = 50;

/**
 * The experiment of a project (plates, conditions) and the ways to change it. Changes go one after the other; each can be taken back as long
 * as the page is open. `changed` is called when the charts have to follow.
 */
export function useExperiment(base, version, changed) {
  const [changes, setChanges] = useState(0);
  const answer = useAnswer(base, `${version}/${changes}`);
  const [state, setState] = useState({ pending: 0, problem: '', said: '' });
  const done = useRef([]);
  const line = useRef(Promise.resolve());
  const alive = useRef(true);
  useEffect(() => { alive.current = true; return () => { alive.current = false; }; }, []);

  const inLine = useCallback(work => {
    setState(before => ({ ...before, pending: before.pending + 1, problem: '' }));
    const next = line.current.then(work).then(
      said => ({ said, problem: '' }),
      error => ({ said: '', problem: error.message }),
    ).then(told => {
      if (!alive.current) return told;
      setState(before => ({ pending: before.pending - 1, ...told }));
      setChanges(now => now + 1);
      changed();
      return told;
    });
    line.current = next;
    return next;
  }, [changed]);

  const change = useCallback((body, words) => inLine(async () => {
    const { changed: count, before } = await ask(base, { method: 'PUT', body: { ...body, withBefore: true } });
    if (before) done.current = [...done.current, { before, words: words(count) }].slice(-REMEMBERED);
    return before ? words(count) : `${words(count)} ${t('These are too many images to take it back.')}`;
  }), [base, inLine]);

  const undo = useCallback(() => {
    const last = done.current.at(-1);
    if (!last) return Promise.resolve();
    done.current = done.current.slice(0, -1);
    return inLine(async () => {
      if (last.before.length > 0) await ask(base, { method: 'PUT', body: { images: last.before } });
      return t('Taken back: {what}', { what: last.words });
    });
  }, [base, inLine]);

  return { answer, change, undo, undoable: done.current.length, ...state };
}

/** What a change would do, asked anew a moment after it was last written; the answer before stays until the next is there. */
export function usePreview(base, body, waitMs = 250) {
  const text = body ? JSON.stringify(body) : '';
  const [state, setState] = useState({ text: '', value: null, problem: '' });
  useEffect(() => {
    if (!text) { setState({ text: '', value: null, problem: '' }); return undefined; }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const value = await ask(`${base}/preview`, { method: 'POST', body: JSON.parse(text), signal: controller.signal });
        setState({ text, value, problem: '' });
      } catch (error) {
        if (!controller.signal.aborted) setState(before => ({ ...before, text, problem: error.message }));
      }
    }, waitMs);
    return () => { clearTimeout(timer); controller.abort(); };
  }, [base, text, waitMs]);
  return { ...state, busy: state.text !== text };
}
