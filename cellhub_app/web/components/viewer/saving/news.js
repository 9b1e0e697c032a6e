/**
 * Tells of new revisions of one frame, from the server's events, of people and of models: `hear(revision)`, and `ask()` whenever some may
 * have been missed. A run may tell of the first plane alone, though it was over all of them. Answers what ends the listening.
 */
export function followNews(events, { imageId, frame }, { hear, ask }) {
  const onChange = ({ data }) => {
    const told = JSON.parse(data);
    if (told.imageId === imageId && told.frame === frame) hear(told.revision);
  };
  const onRun = ({ data }) => {
    const told = JSON.parse(data);
    if (told.imageId !== imageId || told.status !== 'succeeded') return;
    if (frame === (told.frame ?? 0)) hear(told.revision);
    else if (told.frame === undefined) ask();
  };
  events.addEventListener('annotationsChanged', onChange);
  events.addEventListener('segmentationStatus', onRun);
  events.addEventListener('ready', ask);
  return () => {
    events.removeEventListener('annotationsChanged', onChange);
    events.removeEventListener('segmentationStatus', onRun);
    events.removeEventListener('ready', ask);
    events.close();
  };
}
