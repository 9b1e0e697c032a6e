import { asked } from './asking.js';

export const PAGE = 100;
const SAME_SITTING_MS = 10 * 60 * 1000;

/** Revisions of an image's frame, newest first: the newest ones, or those below the number `before`. */
export async function fetchRevisions({ api, imageId, frame = 0, before }, signal) {
  const older = before ? `&before=${before}` : '';
  const response = await asked(`${api}/images/${imageId}/revisions?frame=${frame}&limit=${PAGE}${older}`, 'history', { signal });
  return response.json();
}

/** What is known with what came: each revision once, newest first. */
export function joined(known, came) {
  const byNumber = new Map([...known, ...came].map(revision => [revision.number, revision]));
  return [...byNumber.values()].sort((a, b) => b.number - a.number);
}

/** Whether the newest of a page joins what is known without a gap; otherwise what is known is forgotten. */
export function joinsOn(known, came) {
  if (!known.length || !came.length) return true;
  return came.at(-1).number <= known[0].number + 1;
}

function isSameSitting(newer, older) {
  return newer.kind === 'edit' && older.kind === 'edit' && newer.authorId === older.authorId
    && Date.parse(newer.createdAt) - Date.parse(older.createdAt) < SAME_SITTING_MS;
}

/**
 * Revisions, newest first, gathered into rows: edits of one person that follow each other closely are one row of many.
 * Answers [{key, revisions}].
 */
export function sittings(revisions) {
  const rows = [];
  for (const revision of revisions) {
    const last = rows.at(-1);
    if (last && isSameSitting(last.revisions.at(-1), revision)) last.revisions.push(revision);
    else rows.push({ revisions: [revision] });
  }
  return rows.map(row => ({ key: row.revisions.at(-1).number, revisions: row.revisions }));
}

/** What the edits of one sitting come to, added up, as if they were one. */
export function summed(revisions) {
  const sum = name => revisions.reduce((total, revision) => total + revision[name], 0);
  return { added: sum('added'), removed: sum('removed'), changed: sum('changed'), replaced: sum('replaced') };
}
