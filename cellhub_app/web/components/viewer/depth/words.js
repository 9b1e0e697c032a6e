const NUMBER = { maximumSignificantDigits: 6 };

/** An intensity as people read it: whole numbers as they are, floats with six digits. */
export function intensityText(value, dtype) {
  if (!Number.isFinite(value)) return '–';
  if (dtype !== 'float32') return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential(3) : value.toLocaleString('en', NUMBER);
}

export function channelName({ name }, index, count, isRgb) {
  if (name) return name;
  if (isRgb) return ['Red', 'Green', 'Blue'][index];
  return count === 1 ? 'Intensity' : `Channel ${index + 1}`;
}

/** The intensities under the pointer, of the channels that are shown; empty until those of this very pixel are there. */
export function valuesText(found, [x, y], { dtype, channels, isRgb }, display) {
  if (!found || found.x !== Math.floor(x) || found.y !== Math.floor(y)) return '';
  const shown = found.values.map((value, index) => ({ value, index })).filter(({ index }) => display?.[index]?.on);
  if (channels.length === 1) return shown.map(({ value }) => `I ${intensityText(value, dtype)}`).join('');
  return shown.map(({ value, index }) => `${shortName(channels[index], index, isRgb)} ${intensityText(value, dtype)}`).join('  ');
}

function shortName({ name }, index, isRgb) {
  if (isRgb) return 'RGB'[index];
  return name && name.length <= 8 ? name : `C${index + 1}`;
}
