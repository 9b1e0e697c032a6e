import { KeptEdits } from './kept.js';
import { EditSession } from './session.js';

/**
 * The session of a frame as the page wants it: with the edits that this browser kept for this person, and the news of others.
 * `source` makes the EventSource of the server's events. Its `end()` is to be called when the frame is left.
 */
export async function openSession({ imageId, frame = 0, userId, revision, objects }, source = () => new EventSource('/api/v1/events')) {
  const kept = userId ? await KeptEdits.open(userId, imageId, frame) : null;
  const session = new EditSession({ imageId, frame, userId, revision, objects, kept });
  session.follow(source());
  await session.begin();
  return session;
}
