import { describe, expect, test } from 'bun:test';
import { boundsOf, polygonArea } from '../geometry.js';
import { STEPS } from './grid.js';
import { blob, cell, dice, manyPolygons, square } from './shapes.fixture.js';
import {
  clipped, filled, fromStroke, grown, moved, problemOf, repaired, simplified, sliced, smoothed, subtracted, united, withHole, withoutHole,
  withoutVertex, withPoints, withVertex, withVertexAt,
} from './shapes.js';

const POLYGONS = manyPolygons(120);
const TINY = 1e-3;

const total = polygons => polygons.reduce((sum, rings) => sum + polygonArea(rings), 0);
const isOnGrid = rings => rings.every(ring => ring.every(value => Number.isInteger(value * STEPS)));

function expectValid(polygons) {
  for (const rings of polygons) {
    expect(problemOf(rings)).toBe('');
    expect(isOnGrid(rings)).toBe(true);
    expect(polygonArea(rings)).toBeGreaterThan(0);
  }
}

/** A crossing that is rounded to the grid moves the edge that it lies on by at most 1/32 px each way. */
const roundingOf = rings => Math.max(...rings.map(ring => { const [a, b, c, d] = boundsOf(ring); return (c - a + d - b) / 16; }));

test('the polygons to try are valid themselves', () => expectValid(POLYGONS));

describe('slicing', () => {
  test('pieces are valid, their areas add up, and joined again they leave no gap', () => {
    const roll = dice(7);
    let cut = 0;
    for (const rings of POLYGONS) {
      const pieces = sliced(rings, [0, 160 * roll(), 80, 60 + 40 * roll(), 160, 160 * roll()]);
      if (!pieces) continue;
      cut += 1;
      expectValid(pieces);
      expect(Math.abs(total(pieces) - polygonArea(rings))).toBeLessThan(roundingOf(rings));
      const whole = united(pieces);
      expect(whole.length).toBe(1);
      expect(whole[0].length).toBe(rings.length);
      expect(Math.abs(polygonArea(whole[0]) - total(pieces))).toBeLessThan(TINY);
    }
    expect(cut).toBeGreaterThan(80);
  });

  test('a line that ends inside, or misses, divides nothing', () => {
    expect(sliced([square(0, 0, 10)], [-5, 5, 5, 5])).toBeNull();
    expect(sliced([square(0, 0, 10)], [-5, 15, 15, 15])).toBeNull();
    expect(sliced([square(0, 0, 10)], [5, 5])).toBeNull();
  });

  test('a line through a hole divides, beside it leaves it whole', () => {
    const rings = [square(0, 0, 20), square(5, 5, 5)];
    expect(sliced(rings, [-5, 7, 30, 7]).map(polygonArea)).toEqual([245, 130]);
    expect(sliced(rings, [-5, 2, 30, 2]).map(piece => piece.length)).toEqual([2, 1]);
    expect(sliced(rings, [-5, 7, 6, 7])).toBeNull();
  });

  test('a line along an edge, or through corners, is no trouble', () => {
    expect(sliced([square(0, 0, 10)], [-5, 0, 15, 0])).toBeNull();
    expect(total(sliced([square(0, 0, 10)], [-5, -5, 15, 15]))).toBe(100);
  });

  test('a line that bends back and forth makes several pieces, and a loop cuts out its inside', () => {
    expect(sliced([square(0, 0, 12)], [-2, 4, 14, 4, 14, 8, -2, 8]).map(polygonArea)).toEqual([48, 48, 48]);
    expect(sliced([square(0, 0, 20)], [5, 5, 10, 5, 10, 10, 5, 10, 5, 5]).map(polygonArea)).toEqual([375, 25]);
  });
});

describe('joining and taking away', () => {
  test('a union is at least the larger and at most the sum', () => {
    POLYGONS.slice(1).forEach((rings, i) => {
      const joined = united([rings, POLYGONS[i]]);
      const areas = [polygonArea(rings), polygonArea(POLYGONS[i])];
      expectValid(joined);
      expect(total(joined)).toBeGreaterThan(Math.max(...areas) - roundingOf(rings));
      expect(total(joined)).toBeLessThan(areas[0] + areas[1] + roundingOf(rings));
    });
  });

  test('what is taken away and what is left are the whole', () => {
    POLYGONS.slice(1).forEach((rings, i) => {
      const left = subtracted(rings, POLYGONS[i]);
      expectValid(left);
      const shared = polygonArea(rings) + polygonArea(POLYGONS[i]) - total(united([rings, POLYGONS[i]]));
      expect(Math.abs(total(left) + shared - polygonArea(rings))).toBeLessThan(2 * roundingOf(rings) + 1);
    });
  });

  test('squares that share an edge become one, squares that meet in a corner stay two', () => {
    expect(united([[square(0, 0, 10)], [square(10, 0, 10)]]).map(polygonArea)).toEqual([200]);
    expectValid(united([[square(0, 0, 10)], [square(10, 10, 10)]]));
    expect(united([[square(0, 0, 10)], [square(30, 10, 10)]]).length).toBe(2);
  });

  test('nothing of a clipped polygon lies outside of the image', () => {
    for (const rings of POLYGONS) {
      const inside = clipped(moved(rings, -40, 30), 90, 80);
      expectValid(inside);
      for (const [outline] of inside) {
        const [left, top, right, bottom] = boundsOf(outline);
        expect(left >= 0 && top >= 0 && right <= 90 && bottom <= 80).toBe(true);
      }
    }
    expect(clipped([square(-20, -20, 5)], 90, 80)).toEqual([]);
  });
});

describe('holes', () => {
  test('a hole that is filled again leaves the first polygon', () => {
    const roll = dice(3);
    for (const rings of POLYGONS.filter(({ length }) => length === 1)) {
      const [left, top, right, bottom] = boundsOf(rings[0]);
      const holed = withHole(rings, blob(roll, 7, (left + right) / 2, (top + bottom) / 2, 3));
      if (!holed) continue;
      expectValid([holed]);
      expect(holed.length).toBe(2);
      expect(polygonArea(filled(holed))).toBe(polygonArea(rings));
      expect(polygonArea(withoutHole(holed, 1))).toBe(polygonArea(rings));
    }
  });

  test('a hole across the outline, outside of it or in another hole is none', () => {
    const rings = [square(0, 0, 20), square(5, 5, 8)];
    expect(withHole(rings, square(15, 15, 10))).toBeNull();
    expect(withHole(rings, square(40, 40, 10))).toBeNull();
    expect(withHole(rings, square(6, 6, 2))).toBeNull();
    expect(withHole(rings, square(-5, -5, 50))).toBeNull();
    expect(withHole(rings, square(12, 12, 4)).length).toBe(2);
  });

  test('the outline itself is never taken away as a hole', () => {
    expect(withoutHole([square(0, 0, 20), square(5, 5, 5)], 0).length).toBe(2);
  });
});

describe('forms', () => {
  test('smoothing keeps the area within two percent and is valid', () => {
    for (const rings of POLYGONS) {
      const smooth = smoothed(rings);
      expectValid([smooth]);
      expect(Math.abs(polygonArea(smooth) / polygonArea(rings) - 1)).toBeLessThan(0.02);
    }
  });

  test('smoothing again and again does not grow without end', () => {
    let rings = [cell(dice(1), 40, 50, 50, 20)];
    for (let i = 0; i < 12; i++) rings = smoothed(rings);
    expect(rings[0].length / 2).toBeLessThan(200);
  });

  test('simplifying has fewer vertices, each of them an old one', () => {
    for (const rings of POLYGONS) {
      const simple = simplified(rings, 1);
      expectValid([simple]);
      const old = new Set(rings[0].map((value, i) => (i % 2 ? value : value * 4096)).join().split(','));
      expect(simple[0].length).toBeLessThanOrEqual(rings[0].length);
      simple[0].forEach((value, i) => expect(old.has(String(Math.fround(i % 2 ? value : value * 4096)))).toBe(true));
    }
  });

  test('growing adds about the perimeter, and shrinking by as much comes near the first', () => {
    const roll = dice(11);
    for (let i = 0; i < 40; i++) {
      const rings = [cell(roll, 50, 60, 60, 15 + 10 * roll())];
      const [larger] = grown(rings, 2);
      const [back] = grown(larger, -2);
      expectValid([larger, back]);
      expect(polygonArea(larger)).toBeGreaterThan(polygonArea(rings));
      expect(Math.abs(polygonArea(back) / polygonArea(rings) - 1)).toBeLessThan(0.02);
    }
    expect(Math.abs(polygonArea(grown([square(0, 0, 20)], 2)[0]) - (576 - (4 - Math.PI) * 4))).toBeLessThan(1);
  });

  test('growing fills small holes, shrinking may leave nothing or several', () => {
    expect(grown([square(0, 0, 20), square(8, 8, 4)], 3)[0].length).toBe(1);
    expect(grown([square(0, 0, 5)], -3)).toEqual([]);
    const dumbbell = united([[square(0, 0, 20)], [square(20, 9, 2)], [Float32Array.of(22, 9, 26, 9, 26, 11, 22, 11)], [square(26, 0, 20)]]);
    expect(grown(dumbbell[0], -2).length).toBe(2);
  });

  test('all forms hold for every polygon by every distance', () => {
    for (const rings of POLYGONS) for (const px of [-5, -1, 0.5, 4]) expectValid(grown(rings, px));
  });
});

describe('repair', () => {
  test('a random tangle becomes valid polygons', () => {
    const roll = dice(5);
    for (let i = 0; i < 150; i++) {
      const tangle = [8, 5].map(count => Float32Array.from({ length: 2 * count }, () => Math.round(320 * roll()) / 16));
      expectValid(repaired(tangle));
    }
  });

  test('tangles on few points of the grid, which touch everywhere, become valid too', () => {
    const roll = dice(9);
    for (let i = 0; i < 300; i++) {
      expectValid(repaired([Float32Array.from({ length: 16 }, () => 4 * Math.floor(5 * roll()))]));
    }
  });

  test('a valid polygon stays as it is', () => {
    for (const rings of POLYGONS) expect(repaired(rings)).toEqual([rings]);
  });

  test('what is wrong is said in a sentence', () => {
    expect(problemOf([])).toContain('three different points');
    expect(problemOf([Float32Array.of(0, 0, 5, 5, 0, 0)])).toContain('three different points');
    expect(problemOf([Float32Array.of(0, 0, 10, 10, 10, 0, 0, 10)])).toContain('crosses');
    expect(problemOf([Float32Array.of(0, 0, 10, 0, 5, 0, 5, 5)])).toContain('crosses');
    expect(problemOf([square(0, 0, 10), square(0, 2, 3)])).toContain('hole touches');
    expect(problemOf([square(0, 0, 10), square(20, 2, 3)])).toContain('outside');
    expect(problemOf([square(0, 0, 10), square(2, 2, 6), square(4, 4, 2)])).toContain('inside another');
  });
});

describe('vertices', () => {
  test('inserting, moving and deleting one keeps the others', () => {
    const rings = [square(0, 0, 10), square(2, 2, 4)];
    const more = withVertex(rings, 0, 1, 5, -1.01);
    expect([...more[0]]).toEqual([0, 0, 5, -1, 10, 0, 10, 10, 0, 10]);
    expect([...withVertex(rings, 0, 4, -2, 5)[0]].slice(-2)).toEqual([-2, 5]);
    expect([...withoutVertex(more, 0, 1)[0]]).toEqual([...rings[0]]);
    expect([...withVertexAt(rings, 1, 0, 1.5, 1.5)[1]].slice(0, 2)).toEqual([1.5, 1.5]);
    expect([...rings[1]].slice(0, 2)).toEqual([2, 2]);
  });

  test('a hole of three goes with its vertex, an outline of three stays', () => {
    const triangle = Float32Array.of(0, 0, 10, 0, 0, 10);
    const hole = Float32Array.of(1, 1, 3, 1, 1, 3);
    expect(withoutVertex([triangle], 0, 0)).toBeNull();
    expect(withoutVertex([triangle, hole], 1, 0)).toEqual([triangle]);
  });

  test('moving keeps the form', () => {
    for (const rings of POLYGONS) expect(polygonArea(moved(rings, 3.33, -7.77))).toBeCloseTo(polygonArea(rings), 3);
  });
});

describe('strokes', () => {
  test('a stroke closes by itself and loses what it drew beyond its start', () => {
    const circle = cell(dice(2), 80, 50, 50, 20);
    const stroke = [...circle, ...circle.slice(0, 8), 90, 90];
    const [ring] = fromStroke(stroke, 4);
    expectValid([[ring]]);
    expect(Math.abs(polygonArea([ring]) / polygonArea([circle]) - 1)).toBeLessThan(0.05);
    expect(ring.length).toBeLessThan(circle.length);
  });

  test('a stroke without area is none', () => {
    expect(fromStroke([0, 0, 10, 10], 2)).toBeNull();
    expect(fromStroke([], 2)).toBeNull();
  });

  test('a scribble becomes a valid polygon without holes', () => {
    const roll = dice(13);
    for (let i = 0; i < 60; i++) {
      const rings = fromStroke(Array.from({ length: 40 }, () => 60 * roll()), 3);
      expectValid([rings]);
      expect(rings.length).toBe(1);
    }
  });

  test('a path outside adds to the polygon, one inside takes away', () => {
    expect(polygonArea(withPoints([square(0, 0, 20)], [20, 5, 25, 5, 25, 15, 20, 15]))).toBe(450);
    expect(polygonArea(withPoints([square(0, 0, 20)], [15, 5, 25, 5, 25, 15, 15, 15]))).toBe(450);
    expect(polygonArea(withPoints([square(0, 0, 20)], [25, 5, 15, 5, 15, 15, 25, 15]))).toBe(350);
    expect(polygonArea(withPoints([square(0, 0, 20)], [10, 0, 15, 5, 20, 10]))).toBe(350);
    expect(withPoints([square(0, 0, 20)], [1, 1])).toBeNull();
  });

  test('any path through any polygon gives a valid one that keeps its holes unless it runs over them', () => {
    const roll = dice(17);
    for (const rings of POLYGONS) {
      const result = withPoints(rings, Array.from({ length: 12 }, () => 160 * roll()));
      if (result) expectValid([result]);
    }
  });
});

describe('speed', () => {
  const time = work => {
    const runs = Array.from({ length: 9 }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    });
    return runs.sort((one, other) => one - other)[2];
  };

  test.each([[40, 5], [2000, 50]])('every operation on %p vertices takes less than %p ms', (count, limit) => {
    const radius = count / 3;
    const [one, other] = [[cell(dice(1), count, 1000, 1000, radius)], [cell(dice(4), count, 1000 + radius, 1000, radius)]];
    const line = [1000 - 3 * radius, 990, 1000 + 3 * radius, 1010];
    const operations = {
      sliced: () => sliced(one, line), united: () => united([one, other]), subtracted: () => subtracted(one, other), problem: () => problemOf(one),
      smoothed: () => smoothed(one), simplified: () => simplified(one, 1), grown: () => grown(one, 2), repaired: () => repaired(one),
    };
    const slow = Object.entries(operations).map(([name, work]) => [name, time(work)]).filter(([, ms]) => ms > limit);
    expect(slow).toEqual([]);
  });
});
