const STEPS = 4096;
const OPAQUE = 0xff000000;
const TABLE_SIZES = { uint8: 256, uint16: 65536 };

/** [r, g, b] of #rrggbb. */
export function rgbOf(color) {
  const word = parseInt(color.slice(1), 16);
  return [(word >> 16) & 255, (word >> 8) & 255, word & 255];
}

/** STEPS packed colours (0x00bbggrr) from black to the channel's own, bent by gamma (above 1 lifts what is dark). */
function ramp(color, gamma) {
  const [red, green, blue] = rgbOf(color);
  const colours = new Uint32Array(STEPS);
  for (let step = 0; step < STEPS; step += 1) {
    const strength = (step / (STEPS - 1)) ** (1 / gamma);
    colours[step] = Math.round(red * strength) | (Math.round(green * strength) << 8) | (Math.round(blue * strength) << 16);
  }
  return colours;
}

/**
 * What turns an intensity into a colour: {table} with one entry for each value of 8 and 16 bits, else {steps, low, factor}.
 * `low` becomes black and `high` the full colour; what is not a number is black.
 */
export function lookupOf({ color, low, high, gamma = 1 }, dtype) {
  const steps = ramp(color, gamma);
  const factor = (STEPS - 1) / Math.max(high - low, Number.MIN_VALUE * 1e16);
  const size = TABLE_SIZES[dtype];
  if (!size) return { steps, low, factor };
  const table = new Uint32Array(size);
  for (let value = 0; value < size; value += 1) table[value] = steps[stepOf(value, low, factor)];
  return { table };
}

function stepOf(value, low, factor) {
  const step = (value - low) * factor;
  return step >= STEPS - 1 ? STEPS - 1 : step > 0 ? Math.round(step) : 0;
}

function paint(pixels, values, { table, steps, low, factor }) {
  const count = pixels.length;
  if (table) for (let index = 0; index < count; index += 1) pixels[index] = table[values[index]] | OPAQUE;
  else for (let index = 0; index < count; index += 1) pixels[index] = steps[stepOf(values[index], low, factor)] | OPAQUE;
}

const HIGH_BITS = 0x808080;
const LOW_BITS = 0x7f7f7f;

/** Three bytes added at once, each staying at 255 where it would run over. */
export function sumOf(one, other) {
  const differ = (one ^ other) & HIGH_BITS;
  const sum = (one & LOW_BITS) + (other & LOW_BITS);
  const over = (one & other & HIGH_BITS) | (differ & sum);
  return (sum ^ differ) | ((over << 1) - (over >> 7));
}

function add(pixels, values, { table, steps, low, factor }) {
  const count = pixels.length;
  if (table) for (let index = 0; index < count; index += 1) pixels[index] = sumOf(pixels[index] & 0xffffff, table[values[index]]) | OPAQUE;
  else for (let index = 0; index < count; index += 1) pixels[index] = sumOf(pixels[index] & 0xffffff, steps[stepOf(values[index], low, factor)]) | OPAQUE;
}

/** RGBA bytes of the channels' light added up; parts are {values, lookup}, none of them is black. */
export function composed(parts, count) {
  const pixels = new Uint32Array(count);
  if (!parts.length) pixels.fill(OPAQUE);
  parts.forEach(({ values, lookup }, index) => (index ? add : paint)(pixels, values, lookup));
  return new Uint8ClampedArray(pixels.buffer);
}
