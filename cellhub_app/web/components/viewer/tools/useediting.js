import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { desk } from '../desk.js';
import { EditSession } from '../saving/session.js';
import { Editor } from './editor.js';
import { isUnsaved } from './saved.js';

const TYPING = 'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=slider]';

/**
 * The editor of the viewer's image, once its objects are there and the person may edit; null before. It lies on the desk as `editor`,
 * its session as `session`, while it is there.
 */
export function useEditing(viewer, { editable, imageId, api, size, loaded }) {
  const [editor, setEditor] = useState(null);
  useEffect(() => {
    if (!viewer || !editable || !loaded || !imageId) return undefined;
    const session = new EditSession({ imageId, frame: 0, api, revision: loaded.revision, objects: loaded.objects });
    viewer.setObjects([...session.objects.values()]);
    const made = new Editor({ viewer, session, size });
    desk.set('viewer', viewer);
    desk.set('session', session);
    desk.set('editor', made);
    setEditor(made);
    return () => {
      for (const name of ['editor', 'session', 'viewer']) desk.set(name, null);
      setEditor(null);
      made.dispose();
      session.close?.();
    };
  }, [viewer, editable, imageId, loaded]);
  return editor;
}

const NO_STATE = Object.freeze({ tool: '', panel: '', options: {}, message: '', problem: false });

/** The editor's state, rendered anew with each change. */
export function useEditorState(editor) {
  const listen = useCallback(changed => editor?.listen(changed) ?? (() => {}), [editor]);
  return useSyncExternalStore(listen, () => editor?.state ?? NO_STATE);
}

/** What is known of a session, rendered anew with each change: {state, count, canUndo, canRedo}, or null. */
export function useSession(session) {
  const snapshot = useRef(null);
  const listen = useCallback(changed => {
    const take = () => {
      snapshot.current = session && { state: session.state, count: session.objects.size, canUndo: session.canUndo, canRedo: session.canRedo };
    };
    take();
    return session?.listen(() => { take(); changed(); }) ?? (() => {});
  }, [session]);
  useSyncExternalStore(listen, () => snapshot.current);
  if (session && !snapshot.current) return { state: session.state, count: session.objects.size, canUndo: session.canUndo, canRedo: session.canRedo };
  return session ? snapshot.current : null;
}

/** The browser asks before a page with unsaved edits is left. */
export function useLeaveWarning(session) {
  useEffect(() => {
    if (!session) return undefined;
    const onLeave = event => { if (isUnsaved(session.state)) event.preventDefault(); };
    window.addEventListener('beforeunload', onLeave);
    return () => window.removeEventListener('beforeunload', onLeave);
  }, [session]);
}

/** Keys work wherever the focus is, but where somebody types; those that walk and act on what has the focus only on the canvas. */
export function isForEditor(event, canvas, command) {
  if (event.target === canvas) return true;
  if (event.defaultPrevented || event.target.closest?.(TYPING)) return false;
  return !['commit', 'put', 'arrow', 'tab', 'next', 'previous'].includes(command.name);
}
