/** Heights 0..1 of so many columns over [from, to], on a logarithmic scale, the largest bin of each column. */
export function columnsOf({ start, step, counts }, [from, to], columns) {
  const top = Math.log1p(Math.max(1, ...counts));
  const width = (to - from) / columns;
  return Array.from({ length: columns }, (_, column) => {
    const first = Math.max(0, Math.floor((from + column * width - start) / step));
    const last = Math.min(counts.length - 1, Math.max(first, Math.ceil((from + (column + 1) * width - start) / step) - 1));
    let most = 0;
    for (let bin = first; bin <= last; bin += 1) most = Math.max(most, counts[bin]);
    return Math.log1p(most) / top;
  });
}

/** An SVG path of the columns, `width` x `height`. */
export function pathOf(heights, width, height) {
  const wide = width / heights.length;
  const points = heights.map((value, index) => {
    const y = (height * (1 - value)).toFixed(1);
    return `L${(index * wide).toFixed(1)} ${y}L${((index + 1) * wide).toFixed(1)} ${y}`;
  });
  return `M0 ${height}${points.join('')}L${width} ${height}Z`;
}

/** The range that a histogram shows: all values, and the window where it reaches beyond them. */
export function rangeOf({ min, max, window: [low, high] }, [nowLow, nowHigh]) {
  const from = Math.min(min, low, nowLow);
  const to = Math.max(max, high, nowHigh);
  return to > from ? [from, to] : [from, from + 1];
}

/** How far one press of an arrow key moves a handle. */
export function stepOf([from, to], dtype) {
  const step = (to - from) / 200;
  return dtype === 'float32' ? step : Math.max(1, Math.round(step));
}

/** The value at a place 0..1 of the range, a whole number but for floats. */
export function valueAt(place, [from, to], dtype) {
  const value = from + Math.min(1, Math.max(0, place)) * (to - from);
  return dtype === 'float32' ? value : Math.round(value);
}
