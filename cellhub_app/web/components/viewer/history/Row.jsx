import React, { useState } from 'react';
import { summed } from './revisions.js';
import { agoText, countsOf, deedOf, makerOf, momentText, objectsText } from './words.js';

const ICONS = {
  model: 'M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M4.5 4.5h7v7h-7z',
  edit: 'M10.5 2.5l3 3-8 8H2.5v-3z',
  import: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M2.5 13.5h11',
  restore: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5V5h2.5',
};

function Counts({ of }) {
  return countsOf(of).map(({ kind, text, spoken }) => (
    <span key={kind} className={`ch-count ch-count-${kind}`} title={spoken}>
      <span aria-hidden="true">{text}</span><span className="ch-viewer-spoken">{spoken} </span>
    </span>
  ));
}

function When({ at, now }) {
  return <time dateTime={at} title={momentText(at)}>{agoText(Date.parse(at), now)}</time>;
}

/** One revision, or the newest of a sitting with what all of its edits come to. */
function Entry({ entry, counts, many, nested, now, models, shown, revision, mayRestore, look, onRestore }) {
  const isShown = entry.number === shown;
  const isNow = entry.number === revision;
  const deed = many > 1 ? `edited, ${many} times` : deedOf(entry);
  return (
    <div className="ch-entry" data-kind={entry.kind} data-shown={isShown || undefined}>
      <button
        type="button" className="ch-entry-open" aria-current={isShown || undefined} data-testid="history-entry" data-revision={entry.number}
        onClick={() => look(entry.number)}
      >
        {!nested && <svg viewBox="0 0 16 16" aria-hidden="true"><path d={ICONS[entry.kind] ?? ICONS.edit} /></svg>}
        <span className="ch-entry-words">
          <span className="ch-entry-head"><b>{makerOf(entry, models)}</b> {deed}</span>
          <span className="ch-entry-foot">
            <span>Revision {entry.number}</span> · <When at={entry.createdAt} now={now} /> · <span>{objectsText(entry.objectCount)}</span>
          </span>
          {entry.note && many <= 1 && entry.kind !== 'restore' && entry.note !== deed && <span className="ch-entry-note">{entry.note}</span>}
        </span>
        <span className="ch-entry-counts"><Counts of={counts} />{isNow && <span className="ch-count ch-count-now">now</span>}</span>
      </button>
      {isShown && !isNow && mayRestore && (
        <button type="button" className="ch-entry-restore" data-testid="history-restore" onClick={() => onRestore?.(entry.number)}>Restore</button>
      )}
    </div>
  );
}

/** A row of the history; a sitting of many edits opens to show each. */
export function Row({ revisions, ...shared }) {
  const [isOpen, open] = useState(false);
  const [newest] = revisions;
  const many = revisions.length;
  return (
    <li className="ch-history-row">
      <Entry entry={newest} counts={many > 1 ? summed(revisions) : newest} many={many} {...shared} />
      {many > 1 && (
        <button type="button" className="ch-history-each" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          {isOpen ? 'Hide the single edits' : `Show all ${many} edits`}
        </button>
      )}
      {isOpen && many > 1 && (
        <ol className="ch-history-edits">
          {revisions.map(one => <li key={one.number}><Entry entry={one} counts={one} many={1} nested {...shared} /></li>)}
        </ol>
      )}
    </li>
  );
}
