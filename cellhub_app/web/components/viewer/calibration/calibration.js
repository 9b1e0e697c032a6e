export const LEAST_UM = 1e-4;
export const MOST_UM = 10000;
const SHORTEST_PX = 2;

/** The length of a line in image px. */
export function lengthOf([fromX, fromY], [toX, toY]) {
  return Math.hypot(toX - fromX, toY - fromY);
}

/** A number as people write it, with a point or a comma; NaN for anything else. */
export function numberIn(text) {
  const plain = text.trim().replace(',', '.');
  return /^\d*\.?\d+(e-?\d+)?$|^\d+\.$/i.test(plain) ? Number(plain) : NaN;
}

/** {um} of one px, or {sentence} that says what is wrong with it. */
export function pixelSize(text) {
  const um = numberIn(text);
  if (!(um > 0)) return { sentence: 'Write a number above 0, such as 0.325.' };
  if (um < LEAST_UM || um > MOST_UM) return { sentence: `A pixel of ${um} µm can't be right: it must lie between ${LEAST_UM} and 10,000 µm.` };
  return { um };
}

/** The pixel size that makes a line of so many px as long as the text says. */
export function pixelSizeOfLine(text, lengthPx) {
  const um = numberIn(text);
  if (!(um > 0)) return { sentence: 'Write the length as a number above 0, such as 100.' };
  return pixelSize(String(Number((um / lengthPx).toPrecision(6))));
}

/** Why a line can't be used; empty if it can. */
export function problemOfLine(from, to) {
  return lengthOf(from, to) < SHORTEST_PX ? 'That line is too short to measure by. Drag from one end to the other.' : '';
}

/** 0.325 µm, 1.3 mm. */
export function sizeText(um) {
  if (!um) return 'unknown';
  return um >= 1000 ? `${Number((um / 1000).toPrecision(4))} mm` : `${Number(um.toPrecision(4))} µm`;
}

const LOST = 'The pixel size could not be saved: the server did not answer. Try again.';

/** Writes the pixel size of an image, null for unknown; answers a sentence where that failed, else nothing. */
export async function savePixelSize(url, um, send = fetch) {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const response = await send(url, { method: 'PATCH', headers, credentials: 'same-origin', body: JSON.stringify({ pixelSizeUm: um }) });
    if (response.ok) return '';
    const { detail } = await response.json();
    return detail ?? LOST;
  } catch {
    return LOST;
  }
}
