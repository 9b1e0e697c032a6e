const UNITS = [[60, 'min'], [3600, 'h'], [86400, 'day'], [30 * 86400, 'month'], [365 * 86400, 'year']];

/** "just now", "3 min ago", "2 days ago". Times are ms. */
export function agoText(then, now) {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return 'just now';
  let [size, unit] = UNITS[0];
  for (const [nextSize, nextUnit] of UNITS) if (seconds >= nextSize * 0.95) [size, unit] = [nextSize, nextUnit];
  const count = Math.max(1, Math.round(seconds / size));
  const isSpelledOut = unit !== 'min' && unit !== 'h';
  return `${count} ${unit}${count > 1 && isSpelledOut ? 's' : ''} ago`;
}

/** The whole moment, as the reader's own country writes it. */
export function momentText(iso, locale) {
  return new Date(iso).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' });
}

const GONE = 'somebody who has left';

/** Who or what made a revision; `models` maps names of models to their titles. */
export function makerOf(revision, models = {}) {
  if (revision.kind === 'model') return models[revision.model] ?? revision.model ?? 'a model';
  return revision.authorName ?? GONE;
}

/** What the maker did, as the second half of a sentence. */
export function deedOf({ kind, startedBy, restoredFrom, note }) {
  if (kind === 'model') return startedBy ? `segmented, asked by ${startedBy}` : 'segmented';
  if (kind === 'import') return 'brought annotations in';
  if (kind === 'restore') return restoredFrom === null ? 'restored an older revision' : `restored revision ${restoredFrom}`;
  return note || 'edited';
}

/** [{kind, count, text}] without what is zero: objects that came, went and were changed. */
export function countsOf({ added, removed, changed, replaced }) {
  const counts = { added: added - changed, removed: removed - replaced, changed };
  const signs = { added: '+', removed: '−', changed: '~' };
  return Object.entries(counts).filter(([, count]) => count > 0).map(([kind, count]) => {
    const number = count.toLocaleString('en');
    return { kind, count, text: `${signs[kind]}${number}`, spoken: `${number} ${kind}` };
  });
}

export function objectsText(count) {
  return `${count.toLocaleString('en')} ${count === 1 ? 'object' : 'objects'}`;
}

const HOWS = {
  found: 'Found', drawn: 'Drawn', imported: 'Brought in', changed: 'Changed', merged: 'Merged', restored: 'Restored',
};

/** "Found by U-Net", "Changed by Vera". */
export function stepText({ how, revision }, models) {
  return `${HOWS[how] ?? how} by ${makerOf(revision, models)}`;
}

const PARAMETERS = {
  threshold: value => `threshold ${value}`,
  minAreaPx: value => `at least ${value} px²`,
  channel: value => `channel ${value + 1}`,
  keepHandMade: () => 'beside what was made by hand',
};

/** What a revision was made with: ["weights a41f09c2", "threshold 0.45", "score 0.91"]. */
export function detailsOf({ revision, score }) {
  const details = [];
  if (revision.weightsSha256) details.push(`weights ${revision.weightsSha256.slice(0, 8)}`);
  if (revision.kind === 'model') {
    for (const [name, text] of Object.entries(PARAMETERS)) if (revision.parameters?.[name]) details.push(text(revision.parameters[name]));
    if (score !== null && score !== undefined) details.push(`score ${Number(score.toFixed(2))}`);
  }
  return details;
}
