/** Wells of a plate: their names, what lies between two of them, and where the keys lead. Pure. */

export const LAYOUTS = Object.freeze({ 6: [2, 3], 12: [3, 4], 24: [4, 6], 48: [6, 8], 96: [8, 12], 384: [16, 24] });
export const SIZES = Object.keys(LAYOUTS).map(Number);
const WELL = /^([A-P])0{0,2}([1-9][0-9]?)$/i;

export const letterOf = row => String.fromCharCode(65 + row);
export const nameOf = (row, column) => `${letterOf(row)}${String(column + 1).padStart(2, '0')}`;

/** [row, column] from 0 of B03, b3 or B003; null for what no plate has. */
export function wellOf(name) {
  const found = WELL.exec(String(name).trim());
  if (!found) return null;
  const [row, column] = [found[1].toUpperCase().charCodeAt(0) - 65, Number(found[2]) - 1];
  return column < LAYOUTS[384][1] ? [row, column] : null;
}

/** The smallest plate that has all of these wells. */
export function smallestFor(names) {
  const wells = names.map(wellOf).filter(Boolean);
  const fits = ([high, wide]) => wells.every(([row, column]) => row < high && column < wide);
  return SIZES.find(size => fits(LAYOUTS[size])) ?? 384;
}

/** The names of all wells in the rectangle of two corners. */
export function between([row, column], [otherRow, otherColumn]) {
  const names = [];
  for (let r = Math.min(row, otherRow); r <= Math.max(row, otherRow); r += 1) {
    for (let c = Math.min(column, otherColumn); c <= Math.max(column, otherColumn); c += 1) names.push(nameOf(r, c));
  }
  return names;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where a key leads from a well; null for keys that lead nowhere. Home and End go to the ends of the row, with Ctrl of the plate. */
export function movedBy(key, [row, column], size, withCtrl = false) {
  const [high, wide] = LAYOUTS[size];
  if (key === 'Home') return [withCtrl ? 0 : row, 0];
  if (key === 'End') return [withCtrl ? high - 1 : row, wide - 1];
  const step = STEPS[key];
  if (!step) return null;
  return [Math.min(high - 1, Math.max(0, row + step[0])), Math.min(wide - 1, Math.max(0, column + step[1]))];
}

/** What a well shows once `painted` (a Map of names and conditions) is over it. */
export function conditionsOf(well, name, painted) {
  if (painted.has(name)) return painted.get(name) ? [painted.get(name)] : [];
  return well?.conditions ?? [];
}
