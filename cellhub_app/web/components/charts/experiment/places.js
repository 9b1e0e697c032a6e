/** Rows of a preview, and what somebody corrects of them. Pure. */
import { nameOf, wellOf } from './plate.js';

export const PARTS = ['plate', 'well', 'condition', 'replicate'];
export const LONGEST = Object.freeze({ plate: 80, well: 8, condition: 120, replicate: 80 });

/** The replicate that a well is when nobody says otherwise. */
export function labelOf(plate, well) {
  const found = wellOf(well);
  return found ? [plate, nameOf(...found)].filter(Boolean).join(' ') : '';
}

/** What a row shows in one column: the correction, or what was read. */
export const shownOf = (row, correction, part) => correction?.[part] ?? row[part] ?? '';

/** Whether a correction names a well that no plate has. */
export const isWrong = correction => Boolean(correction?.well?.trim()) && wellOf(correction.well) === null;

/**
 * A corrected row as the server takes it. What was not touched stays as it was read: a condition that nothing was said about is kept, and a
 * replicate that only followed from the well follows the corrected one.
 */
export function placedOf(row, correction) {
  const followed = row.replicate === labelOf(row.plate, row.well);
  return {
    imageId: row.imageId,
    plate: correction.plate ?? row.plate,
    well: (correction.well ?? row.well).trim(),
    condition: correction.condition ?? row.condition,
    replicate: correction.replicate ?? (followed ? '' : row.replicate),
  };
}

/** The corrections after one more; one that says what was read anyway is none. `corrections`: a Map of image ids and {row, ...parts}. */
export function correctedBy(corrections, row, part, value) {
  const before = corrections.get(row.imageId);
  const parts = { ...(before?.parts ?? {}), [part]: value };
  if ((row[part] ?? '') === value) delete parts[part];
  const after = new Map(corrections);
  if (Object.keys(parts).length === 0) after.delete(row.imageId);
  else after.set(row.imageId, { row: before?.row ?? row, parts });
  return after;
}

/** All corrections as the server takes them. */
export const placesOf = corrections => [...corrections.values()].map(({ row, parts }) => placedOf(row, parts));
