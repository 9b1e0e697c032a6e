const UNITS_UM = [
  { perUm: 1000, symbol: 'nm', below: 1 },
  { perUm: 1, symbol: 'µm', below: 1000 },
  { perUm: 0.001, symbol: 'mm', below: Infinity },
];

/** The largest of 1, 2, 5 times a power of ten that is not above `limit`. */
export function niceBelow(limit) {
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  const factor = [5, 2, 1].find(candidate => candidate * power <= limit * (1 + 1e-9)) ?? 1;
  return factor * power;
}

function tidy(value) {
  return Number(value.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 3 });
}

/**
 * The bar that fits into `maxWidth` screen px at `resolution` image px per screen px.
 * With a pixel size it is in um (nm, mm), without one in whole image px; the two never mix.
 */
export function scaleBar(resolution, pixelSizeUm, maxWidth = 140) {
  if (!(resolution > 0)) return null;
  if (pixelSizeUm > 0) {
    const umPerScreenPx = resolution * pixelSizeUm;
    const lengthUm = niceBelow(maxWidth * umPerScreenPx);
    const unit = UNITS_UM.find(candidate => lengthUm < candidate.below * (1 - 1e-9));
    return { width: lengthUm / umPerScreenPx, label: `${tidy(lengthUm * unit.perUm)} ${unit.symbol}` };
  }
  const lengthPx = Math.max(1, niceBelow(maxWidth * resolution));
  return { width: lengthPx / resolution, label: `${tidy(lengthPx)} px` };
}

/** Area in um² when the pixel size is known, else in px². */
export function areaText(areaPx, pixelSizeUm) {
  const area = pixelSizeUm > 0 ? areaPx * pixelSizeUm ** 2 : areaPx;
  const digits = area < 10 && pixelSizeUm > 0 ? 2 : area < 100 && pixelSizeUm > 0 ? 1 : 0;
  return `${area.toLocaleString('en', { maximumFractionDigits: digits })} ${pixelSizeUm > 0 ? 'µm²' : 'px²'}`;
}

/** Where the pointer is: the pixel it is on, and the distance from the image's corner when the pixel size is known. */
export function cursorText([x, y], pixelSizeUm) {
  const px = `x ${Math.floor(x).toLocaleString('en')}  y ${Math.floor(y).toLocaleString('en')} px`;
  if (!(pixelSizeUm > 0)) return { px, um: '' };
  const um = value => (value * pixelSizeUm).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return { px, um: `${um(x)}, ${um(y)} µm` };
}

export function zoomText(resolution) {
  const percent = 100 / resolution;
  return `${percent.toLocaleString('en', { maximumFractionDigits: percent < 10 ? 1 : 0 })} %`;
}
