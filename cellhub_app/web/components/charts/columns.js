const USUAL = ['area', 'circularity', 'eccentricity', 'intensity_mean_c1', 'score', 'doubt'];

/** The columns: what the figure shows first, then the usual ones. */
export function columnsOf(view, measures) {
  const ofObjects = view.chart === 'scatter' ? [view.x, view.y] : [view.measure];
  const shown = view.per === 'image' ? [] : ofObjects;
  const usual = USUAL.map(key => measures.find(measure => measure.key === key)?.name).filter(Boolean);
  return [...new Set([...shown, ...usual])].map(name => measures.find(measure => measure.name === name)).filter(Boolean);
}
