/** What the list of objects shows: rows in an order, values with the digits that mean something. */

/** A doubt is the chance that an object is wrong: from one in four on it is worth a look. */
export const LOOK_FIRST_FROM = 0.25;

export const ORDERS = {
  number: row => row.number,
  area: row => row.area,
  circularity: row => row.circularity,
  doubt: row => row.doubt,
};

/** Rows for the list; a value that is unknown is null. Objects keep the number they have in the viewer. */
export function rowsOf(measurements) {
  const calibrated = measurements?.pixelSizeUm > 0;
  return (measurements?.data ?? []).map((object, index) => ({
    id: object.id,
    number: index + 1,
    area: (calibrated ? object.um?.area_um2 : object.px.area_px2) ?? null,
    circularity: object.px.circularity ?? null,
    doubt: object.doubt,
    object,
  }));
}

/** A sorted copy; unknown values come last whichever the direction. */
export function sortRows(rows, order, descending) {
  const value = ORDERS[order];
  const sign = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (a - b) || one.number - other.number;
  });
}

/** `12,481`, `358`, `21.3`, `0.91`: three digits or more, never a false precision. */
export function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en');
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The titles, values and units of one object, shapes first, then the intensities of each channel. */
export function measuresOf(object, columns, calibrated, channels) {
  const values = calibrated && object.um ? object.um : object.px;
  const shapes = columns.map(column => ({
    key: column.key,
    title: column.title,
    value: values[calibrated && object.um ? column.um : column.px] ?? null,
    unit: calibrated && object.um ? column.umUnit : column.pxUnit,
  }));
  const intensities = Object.keys(object.px).filter(name => name.startsWith('intensity_')).map(name => ({
    key: name,
    title: intensityTitle(name, channels),
    value: object.px[name],
    unit: '',
  }));
  return [...shapes, ...intensities];
}

const INTENSITIES = {
  mean: 'Mean intensity', std: 'Intensity, standard deviation', min: 'Smallest intensity', max: 'Largest intensity', integrated: 'Integrated intensity',
};

function intensityTitle(name, channels) {
  const [, kind, channel] = /^intensity_([a-z]+)_c(\d+)$/.exec(name) ?? [null, name, '1'];
  const title = INTENSITIES[kind] ?? kind;
  return channels > 1 ? `${title}, channel ${channel}` : title;
}
