/** Who else is changing one of these objects right now, or null. `people` is what the desk holds under that name. */
export function holderOf(people, ids) {
  const wanted = new Set(ids);
  return (people ?? []).find(person => person.isEditing && wanted.has(person.objectId)) ?? null;
}

export function lockText(person) {
  return `${person.name} is editing this object.`;
}

/**
 * Whether objects may be changed: at once where nobody else is changing them, otherwise once the person at the screen has
 * said that they want to go on. Tools ask before they begin: `if (!await mayEdit(desk, [id])) return;`
 */
export function mayEdit(desk, ids) {
  const person = holderOf(desk.get('people'), ids);
  if (!person) return Promise.resolve(true);
  desk.get('question')?.answer(false);
  return new Promise(resolve => {
    const answer = isWanted => {
      desk.set('question', null);
      resolve(isWanted);
    };
    desk.set('question', { person, sentence: lockText(person), answer });
  });
}
