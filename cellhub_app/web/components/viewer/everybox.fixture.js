/** The face of ol/structs/RBush, by looking at every box. */
export class EveryBox {
  clear() { this.items = []; }

  insert(extent, value) { this.items.push([extent, value]); }

  remove(value) { this.items = this.items.filter(([, held]) => held !== value); }

  load(extents, values) { this.items.push(...values.map((value, i) => [extents[i], value])); }

  getInExtent([a, b, c, d]) {
    return this.items.filter(([[e, f, g, h]]) => e <= c && g >= a && f <= d && h >= b).map(([, value]) => value);
  }
}
