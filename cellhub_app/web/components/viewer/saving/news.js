/**
 * Tells of new revisions of one frame, from the server's events: `hear(revision)`, and `ask()` whenever some may have been missed.
 * Answers what ends the listening.
 */
export function followNews(events, { imageId, frame }, { hear, ask }) {
  const onChange = ({ data }) => {
    const told = JSON.parse(data);
    if (told.imageId === imageId && told.frame === frame) hear(told.revision);
  };
  events.addEventListener('annotationsChanged', onChange);
  events.addEventListener('ready', ask);
  return () => {
    events.removeEventListener('annotationsChanged', onChange);
    events.removeEventListener('ready', ask);
    events.close();
  };
}
