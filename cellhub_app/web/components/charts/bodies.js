/** The shapes that ECharts has no series for: bars between any two edges, cells of a grid, violins, boxes, means. */

const WIDEST_PX = 64;

function bar(params, api) {
  const [left, top] = api.coord([api.value(0), api.value(2)]);
  const [right, bottom] = api.coord([api.value(1), 0]);
  return { type: 'rect', shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: Math.max(0, bottom - top) }, style: { fill: api.visual('color') } };
}

function cell(params, api) {
  const [left, bottom] = api.coord([api.value(0), api.value(1)]);
  const [right, top] = api.coord([api.value(2), api.value(3)]);
  return { type: 'rect', shape: { x: left, y: top, width: right - left, height: bottom - top }, style: { fill: api.visual('color'), opacity: 0.06 + 0.5 * api.value(4) } };
}

const halfOf = (api, share) => Math.min(WIDEST_PX, api.size([1, 0])[0] * share);

/** A violin as the points of its outline: up one side, down the other. */
export function violinPoints({ low, high, density }, toX, toY) {
  const step = (high - low) / density.length;
  const right = density.map((share, i) => [toX(share), toY(low + (i + 0.5) * step)]);
  const left = density.map((share, i) => [toX(-share), toY(low + (i + 0.5) * step)]).reverse();
  return [[toX(0), toY(low)], ...right, [toX(0), toY(high)], ...left];
}

const violin = (groups, theme) => (params, api) => {
  const place = api.value(0);
  const shape = groups[place].violin;
  if (!shape) return null;
  const half = halfOf(api, 0.42);
  const toX = share => api.coord([place, 0])[0] + share * half;
  const points = violinPoints(shape, toX, value => api.coord([place, value])[1]);
  return { type: 'polygon', shape: { points }, style: { fill: theme.groups[place % theme.groups.length], opacity: 0.3 } };
};

const line = (x1, y1, x2, y2, style) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });

const box = theme => (params, api) => {
  const place = api.value(0);
  const [low, q1, median, q3, high] = [1, 2, 3, 4, 5].map(i => api.coord([place, api.value(i)])[1]);
  const middle = api.coord([place, 0])[0];
  const half = Math.min(16, halfOf(api, 0.12));
  const colour = theme.groups[place % theme.groups.length];
  const thin = { stroke: theme.text, lineWidth: 1.25 };
  return {
    type: 'group',
    children: [
      line(middle, low, middle, q1, thin), line(middle, q3, middle, high, thin),
      { type: 'rect', shape: { x: middle - half, y: q3, width: 2 * half, height: Math.max(1, q1 - q3) }, style: { fill: theme.ground, stroke: colour, lineWidth: 2 } },
      line(middle - half, median, middle + half, median, { stroke: theme.text, lineWidth: 2.5 }),
    ],
  };
};

const mean = theme => (params, api) => {
  const [middle, at] = api.coord([api.value(0), api.value(1)]);
  const half = halfOf(api, 0.3);
  const style = { stroke: theme.text, lineWidth: 2 };
  const sd = api.value(2);
  if (!Number.isFinite(sd)) return { type: 'group', children: [line(middle - half, at, middle + half, at, style)] };
  const [top, bottom] = [sd, -sd].map(part => api.coord([api.value(0), api.value(1) + part])[1]);
  const end = half / 2;
  return {
    type: 'group',
    children: [
      line(middle - half, at, middle + half, at, style), line(middle, top, middle, bottom, style),
      line(middle - end, top, middle + end, top, style), line(middle - end, bottom, middle + end, bottom, style),
    ],
  };
};

const whisker = colour => (params, api) => {
  const [x, bottom] = api.coord([api.value(0), api.value(1)]);
  const [, top] = api.coord([api.value(0), api.value(2)]);
  const style = { stroke: colour, lineWidth: 1.5 };
  return { type: 'group', children: [line(x, top, x, bottom, style), line(x - 4, top, x + 4, top, style), line(x - 4, bottom, x + 4, bottom, style)] };
};

export const bodyOf = { bar, cell, violin, box, mean, whisker };
