/** The shapes of both versions of objects in conflict, for the viewer to draw. */
export function versionsOf(conflicts) {
  const shapes = (objects, kind) => objects.map(({ rings }) => ({ rings, kind }));
  return conflicts.flatMap(({ mine, theirs }) => [...shapes(theirs, 'theirs'), ...shapes(mine, 'mine')]);
}

/** What a version is, in words: `you` or `they`, and the objects of it. */
export function versionWords(who, objects) {
  if (objects.length === 0) return `${who === 'you' ? 'Mine' : 'Theirs'}: deleted`;
  const area = Math.round(objects.reduce((sum, { areaPx }) => sum + areaPx, 0)).toLocaleString('en');
  const pieces = objects.length > 1 ? `${objects.length} objects, ` : '';
  return `${who === 'you' ? 'Mine' : 'Theirs'}: ${pieces}${area} px²`;
}

/** The same choice for all conflicts, as a session takes it. */
export function allOf(conflicts, choice) {
  return Object.fromEntries(conflicts.map(({ id }) => [id, choice]));
}
