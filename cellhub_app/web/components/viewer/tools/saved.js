/** What the top bar says of a session's state: {word, detail, kind}. */
export function savedWords({ name, pending, sentence }) {
  if (name === 'offline') return { word: `Offline: ${edits(pending)} kept`, detail: sentence || 'They are kept in this browser and saved when the connection is back.', kind: 'warning' };
  if (name === 'conflict') return { word: 'Somebody changed the same objects', detail: sentence, kind: 'warning' };
  if (name === 'refused') return { word: 'Not saved', detail: sentence, kind: 'problem' };
  if (name === 'saving') return { word: 'Saving', detail: '', kind: 'busy' };
  return { word: 'Saved', detail: '', kind: 'good' };
}

export function edits(count) {
  return count === 1 ? '1 edit' : `${count.toLocaleString('en')} edits`;
}
