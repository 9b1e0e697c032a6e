import { square } from '../shapes/shapes.fixture.js';
import { Clock, Log } from './log.fixture.js';
import { EditSession } from './session.js';

export const object = (id, x = 0, y = 0) => ({ id, parents: [], rings: [square(x, y, 5)], classId: 0, score: 0.9, doubt: 0.1, areaPx: 25 });
export const moveTo = (id, x, y) => ({ removed: [id], added: [{ id, rings: [square(x, y, 5)] }], note: 'Move' });
export const placeOf = (session, id) => [...session.objects.get(id).rings[0].slice(0, 2)];
export const start = () => new Log([object('a'), object('b', 10), object('c', 20)]);

/** A session over a log, with the reach of a person and a clock of its own. */
export function open(log, { user = 'ada', kept = null, api = log.asSeenBy(user) } = {}) {
  const clock = new Clock();
  const session = new EditSession({ imageId: 'i', api, revision: log.head, objects: log.all, kept, userId: user, clock });
  return { session, api, clock };
}
