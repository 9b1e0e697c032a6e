import React from 'react';

const ICONS = {
  waiting: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth="2.4" />,
  ready: <circle cx="8" cy="8" r="5" />,
  working: <path d="M8 2.5A5.5 5.5 0 1 1 2.5 8" />,
  done: <path d="m3 8.6 3.2 3.2L13 4.8" />,
  failed: <path d="M8 2.2 14.2 13H1.8ZM8 6.4v3M8 11.2v.1" />,
  cancelled: <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6" />,
  deleted: <path d="M3 4.5h10M6.3 4.5V3h3.4v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5" />,
  doubt: <><path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8Z" /><circle cx="8" cy="8" r="1.8" /></>,
};

export function Badge({ badge }) {
  return (
    <span className={`ch-badge ch-badge-${badge.kind}`} data-testid="status-badge">
      <svg viewBox="0 0 16 16" aria-hidden="true">{ICONS[badge.kind]}</svg>
      {badge.word}
    </span>
  );
}
