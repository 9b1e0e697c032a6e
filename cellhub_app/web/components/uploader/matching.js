/**
 * Which of the chosen files are those that a session knows: by path, size and time of change, else by name and size.
 * `known` = [{index, name, path, size, lastModified, state, reason}]; answers {matched: [{file, path, index, state, reason}], others}.
 */
export function matchFiles(found, known) {
  const exact = new Places(known, ({ path, size, lastModified }) => `${path}|${size}|${lastModified}`);
  const loose = new Places(known, ({ name, size }) => `${name}|${size}`);
  const taken = new Set();
  const matched = [];
  const match = (one, places, key) => {
    const place = places.next(key, taken);
    if (place === null) return false;
    const { index, state, reason } = known[place];
    taken.add(place);
    matched.push({ ...one, index, state, reason });
    return true;
  };
  const left = found.filter(one => one.file && !match(one, exact, `${one.path}|${one.file.size}|${one.file.lastModified}`));
  const strangers = new Set(left.filter(one => !match(one, loose, `${one.file.name}|${one.file.size}`)));
  matched.sort((a, b) => a.index - b.index);
  return { matched, others: found.filter(one => !one.file || strangers.has(one)) };
}

/** The places of what has the same key, in order. */
class Places {
  constructor(known, keyOf) {
    this.byKey = new Map();
    known.forEach((one, place) => {
      const key = keyOf(one);
      if (!this.byKey.has(key)) this.byKey.set(key, []);
      this.byKey.get(key).push(place);
    });
  }

  next(key, taken) {
    const places = this.byKey.get(key) ?? [];
    while (places.length > 0 && taken.has(places[0])) places.shift();
    return places[0] ?? null;
  }
}
