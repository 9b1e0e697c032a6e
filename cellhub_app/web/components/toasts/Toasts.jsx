import React, { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { hold, lifetimeOf, remaining, resume, spokenText, startCountdown } from './timers.js';
import './toasts.css';

const LEAVE_MS = 160;

/** Files are fetched from the server; pages are opened without it. */
const isFile = href => href.startsWith('/api/');

const ICONS = {
  info: <path d="M8 7.2v4M8 4.8v.1" />,
  success: <path d="m4.6 8.3 2.3 2.3 4.5-5" />,
  warning: <path d="M8 4.6v4M8 11.1v.1" />,
  error: <path d="M8 4.6v4M8 11.1v.1" />,
};

function KindIcon({ kind }) {
  return (
    <svg className="ch-toast-icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      {ICONS[kind] ?? ICONS.info}
    </svg>
  );
}

/** Calls `expire` after the message's lifetime; the returned pair stops and restarts the clock. */
function useExpiry(message, expire) {
  const timer = useRef(0);
  const countdown = useRef(null);
  const run = () => {
    if (!countdown.current) return;
    countdown.current = resume(countdown.current, performance.now());
    clearTimeout(timer.current);
    timer.current = setTimeout(expire, remaining(countdown.current, performance.now()));
  };
  const stop = () => {
    clearTimeout(timer.current);
    if (countdown.current) countdown.current = hold(countdown.current, performance.now());
  };
  useEffect(() => {
    const lifetime = lifetimeOf(message);
    if (lifetime === null) return undefined;
    countdown.current = startCountdown(lifetime, performance.now());
    run();
    const onVisibility = () => (document.hidden ? stop() : run());
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [message.id]);
  return { stop, run };
}

function Toast({ message, leaving, dismiss, act }) {
  const { stop, run } = useExpiry(message, dismiss);
  const resumeUnlessInside = event => {
    if (!event.currentTarget.contains(event.relatedTarget)) run();
  };
  return (
    <li
      className={`ch-toast ch-toast-${message.kind}`}
      data-testid="toast"
      data-kind={message.kind}
      data-leaving={leaving || undefined}
      onPointerEnter={stop}
      onPointerLeave={run}
      onFocus={stop}
      onBlur={resumeUnlessInside}
      onKeyDown={event => event.key === 'Escape' && dismiss()}
    >
      <KindIcon kind={message.kind} />
      <div className="ch-toast-words">
        <strong>{message.title}</strong>
        {message.detail && <p>{message.detail}</p>}
        {message.action_label && (
          <button type="button" className="btn btn-small ch-toast-action" data-testid="toast-action" onClick={act}>{message.action_label}</button>
        )}
        {message.href && (
          <Link
            to={message.href} reloadDocument={isFile(message.href)} download={isFile(message.href) || undefined}
            className="btn btn-small ch-toast-action" data-testid="toast-link" onClick={dismiss}
          >
            {message.link_label}
          </Link>
        )}
      </div>
      <button type="button" className="ch-toast-close" data-testid="toast-dismiss" aria-label={`Dismiss: ${message.title}`} onClick={dismiss}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8" /></svg>
      </button>
    </li>
  );
}

/** Speaks each new message once: errors interrupt, the rest waits its turn. */
function Announcer({ messages }) {
  const seen = useRef(new Set());
  const [polite, setPolite] = useState('');
  const [urgent, setUrgent] = useState('');
  useEffect(() => {
    const fresh = messages.filter(message => !seen.current.has(message.id));
    seen.current = new Set(messages.map(message => message.id));
    const words = wanted => fresh.filter(wanted).map(spokenText).join(' ');
    const calm = words(message => message.kind !== 'error');
    const alarming = words(message => message.kind === 'error');
    if (calm) setPolite(calm);
    if (alarming) setUrgent(alarming);
  }, [messages]);
  return (
    <>
      <div className="ch-toast-spoken" role="status" aria-live="polite">{polite}</div>
      <div className="ch-toast-spoken" role="alert" aria-live="assertive">{urgent}</div>
    </>
  );
}

export function Toasts({ messages = [], onDismiss, onAction }) {
  const [leaving, setLeaving] = useState(() => new Set());
  const [gone, setGone] = useState(() => new Set());
  useEffect(() => {
    const known = new Set(messages.map(message => message.id));
    const keepKnown = previous => new Set([...previous].filter(id => known.has(id)));
    setLeaving(keepKnown);
    setGone(keepKnown);
  }, [messages]);

  const leave = (id, report) => {
    if (leaving.has(id)) return;
    setLeaving(previous => new Set(previous).add(id));
    setTimeout(() => setGone(previous => new Set(previous).add(id)), LEAVE_MS);
    report?.(id);
  };
  const shown = messages.filter(message => !gone.has(message.id));
  return (
    <section aria-label="Messages" data-testid="toasts">
      <Announcer messages={messages} />
      <ol className="ch-toasts">
        {shown.map(message => (
          <Toast
            key={message.id}
            message={message}
            leaving={leaving.has(message.id)}
            dismiss={() => leave(message.id, onDismiss)}
            act={() => leave(message.id, onAction)}
          />
        ))}
      </ol>
    </section>
  );
}
