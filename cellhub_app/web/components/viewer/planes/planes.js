/**
 * A plane of an image is {frame, timepoint}: which slice, and of which time. Its number counts slices first: timepoint * slices + slice.
 * Outlines are kept by that number; addresses of the server call it `frame`.
 */
export function planeAt(number, slices = 1) {
  return { frame: number % slices, timepoint: Math.floor(number / slices) };
}

export function numberOf({ frame, timepoint }, slices = 1) {
  return timepoint * slices + frame;
}

/** `Plane 2 of 3`, `Time 4 of 9`, or both: where one is, for people. */
export function planeText({ frame, timepoint }, slices = 1, timepoints = 1) {
  const words = [];
  if (slices > 1) words.push(`Plane ${frame + 1} of ${slices}`);
  if (timepoints > 1) words.push(`${words.length > 0 ? 'time' : 'Time'} ${timepoint + 1} of ${timepoints}`);
  return words.join(', ');
}

/**
 * The address of the outlines of the plane on the screen. `url` is for the plane `told` that the page knows of; another plane has other
 * revisions, so that an old revision that is looked at is not asked of it.
 */
export function polygonsOf(url, number, told = 0) {
  if (!url || number === told) return url;
  return url.replace(/([?&]frame=)\d+/, `$1${number}`).replace(/&revision=\d+/, '');
}

const STEPS = { PageUp: -1, PageDown: 1 };

/** Where a key leads: to the slice before or after, with Shift (or where there is one slice) to the time; null where it leads nowhere. */
export function planeAfter({ key, shiftKey, ctrlKey, metaKey, altKey }, { frame, timepoint }, slices, timepoints) {
  const step = STEPS[key];
  if (!step || ctrlKey || metaKey || altKey) return null;
  const isTime = shiftKey || slices === 1;
  const next = isTime ? { frame, timepoint: timepoint + step } : { frame: frame + step, timepoint };
  const isThere = next.frame >= 0 && next.frame < slices && next.timepoint >= 0 && next.timepoint < timepoints;
  return isThere ? next : null;
}
