import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { desk } from '../desk.js';
import { ImageApi } from '../saving/api.js';
import { KeptEdits } from '../saving/kept.js';
import { EditSession } from '../saving/session.js';
import { Editor } from './editor.js';
import { isOf, placeOf } from './place.js';

const TYPING = 'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=slider]';

/** Tools that change the object that is selected. */
const CHANGING = new Set(['vertices', 'points', 'slice', 'hole', 'move']);

/** Keeps on the desk which object is being changed here, for others to see. */
function tellOthers(editor, viewer) {
  const tell = () => desk.set('editing', CHANGING.has(editor.state.tool) ? viewer.selected?.id ?? '' : '');
  const ends = [editor.listen(tell), desk.listen('selection', tell)];
  return () => {
    ends.forEach(end => end());
    desk.set('editing', '');
  };
}

/** Tools that need no object of the plane that was left. */
const LASTING = new Set(['box', 'lasso', 'draw', 'freehand', 'pan']);

function takeUp(editor, { imageId, tool, options }, shownId) {
  if (imageId !== shownId) return;
  for (const [name, value] of Object.entries(options)) editor.setOption(name, value);
  if (LASTING.has(tool)) editor.use(tool);
}

function layOut(things) {
  for (const [name, thing] of Object.entries(things)) desk.set(name, thing);
}

/**
 * The editor of the viewer's image, once its objects are there and the person may edit; null before. It lies on the desk as `editor`,
 * its session as `session`, while it is there. Newer revisions are taken in by the session; when its plane is left, what is unsaved goes to
 * the server, and `keep` gets what the server has by then. The tool stays in hand from plane to plane.
 */
export function useEditing(viewer, { editable, imageId, userId, api, size, polygonsUrl, loaded, keep, revision }) {
  const [editor, setEditor] = useState(null);
  const inHand = useRef({ imageId: '', tool: '', options: null });
  const { frame, isPresent } = placeOf(polygonsUrl);
  useEffect(() => {
    if (!viewer || !editable || !isPresent || !loaded || !imageId) return undefined;
    let made = null;
    let endTelling = null;
    let isLeft = false;
    viewer.setObjects(loaded.objects);
    KeptEdits.open(userId, imageId, frame).then(kept => {
      if (isLeft) return;
      const server = new ImageApi(imageId, frame, { base: api });
      const session = new EditSession({ imageId, frame, api: server, revision: loaded.revision, objects: loaded.objects, kept, userId });
      made = new Editor({ viewer, session, size });
      layOut({ session, editor: made });
      takeUp(made, inHand.current, imageId);
      setEditor(made);
      endTelling = tellOthers(made, viewer);
      session.follow(new EventSource(`${api}/events`));
      session.begin();
    });
    return () => {
      isLeft = true;
      layOut({ session: null, editor: null });
      setEditor(null);
      endTelling?.();
      if (!made) return;
      inHand.current = { imageId, tool: made.state.tool, options: made.options };
      keep?.(made.session.stored);
      made.dispose();
      made.session.end();
    };
  }, [viewer, editable, isPresent, imageId, frame, userId, loaded]);
  // The editor of a plane that was just left is still here for a moment, and must not hear what is new in another one.
  useEffect(() => { if (isOf(editor?.session, imageId, frame)) editor.session.hear(revision ?? 0); }, [editor, revision]);
  return editor;
}

const NO_STATE = Object.freeze({ tool: '', panel: '', options: {}, message: '', problem: false });

/** The editor's state, rendered anew with each change. */
export function useEditorState(editor) {
  const listen = useCallback(changed => editor?.listen(changed) ?? (() => {}), [editor]);
  return useSyncExternalStore(listen, () => editor?.state ?? NO_STATE);
}

function known(session) {
  return { state: session.state, count: session.objects.size, canUndo: session.canUndo, canRedo: session.canRedo };
}

/** What is known of a session, rendered anew with each change: {state, count, canUndo, canRedo}, or null. */
export function useSession(session) {
  const snapshot = useRef({ of: null, value: null });
  if (snapshot.current.of !== session) snapshot.current = { of: session, value: session ? known(session) : null };
  const listen = useCallback(changed => session?.listen(() => {
    snapshot.current = { of: session, value: known(session) };
    changed();
  }) ?? (() => {}), [session]);
  return useSyncExternalStore(listen, () => snapshot.current.value);
}

/** Keys work wherever the focus is, but where somebody types; those that walk and act on what has the focus only on the canvas. */
export function isForEditor(event, canvas, command) {
  if (event.target === canvas) return true;
  if (event.defaultPrevented || event.target.closest?.(TYPING)) return false;
  return !['commit', 'put', 'arrow', 'tab', 'next', 'previous'].includes(command.name);
}
