/**
 * What the comparison on the desk (`comparison`: {imageId, shown, start}, or nothing) says of an image of which revision `shown` is looked
 * at: {isOn, start}. Against another shown revision, or by default, it is compared with the one before.
 */
export function comparisonOf(asked, imageId, shown) {
  const isOn = Boolean(asked) && asked.imageId === imageId && shown > 0;
  const start = isOn && asked.shown === shown ? asked.start : null;
  return { isOn, start: start ?? Math.max(0, shown - 1) };
}

export const IDLE = Object.freeze({ status: 'idle', value: null, problem: '' });
