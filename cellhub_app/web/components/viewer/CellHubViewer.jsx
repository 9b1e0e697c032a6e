import React, { useEffect, useId, useMemo, useRef, useState } from 'react';
import { Busy, Caption, Notice, Readout, ScaleBar, ZoomControl } from './Hud.jsx';
import { useDepth } from './depth/usedepth.js';
import { desk } from './desk.js';
import { Echoes } from './echoes.js';
import { loadPicture } from './loading.js';
import { EmptyPlane } from './planes/EmptyPlane.jsx';
import { PlaneControl } from './planes/PlaneControl.jsx';
import { planeText, polygonsOf } from './planes/planes.js';
import { useDeselecting, useOutlines } from './planes/useoutlines.js';
import { usePagePlane } from './planes/useplane.js';
import { areaText } from './scalebar.js';
import { EditorPanel } from './tools/Panel.jsx';
import { Troubles } from './tools/Troubles.jsx';
import { placeOf } from './tools/place.js';
import { EDITOR_HELP, useCommands } from './tools/usecommands.js';
import { useEditing, useEditorState, useSession } from './tools/useediting.js';
import { useLoaded, useSettled } from './useloaded.js';
import { Viewer } from './viewer.js';
import './viewer.css';
import './tools/tools.css';

const LOADING_PLANE = 'Loading this plane';
const LOADING_OUTLINES = 'Loading the outlines of this plane';
const HELP = 'Tab or N selects the next object, P the one before, the arrow keys the nearest one in their direction. '
  + 'Shift with the arrow keys moves the image, plus and minus zoom, 0 shows all of it. Escape deselects; then Tab leaves the image.';

/** Mounts a Viewer and keeps what it reports: zoom, pointer, object under it. `calls` holds the newest props. */
function useViewer(calls) {
  const element = useRef(null);
  const [viewer, setViewer] = useState(null);
  const [resolution, setResolution] = useState(1);
  const [cursor, setCursor] = useState(null);
  const [hovered, setHovered] = useState(null);
  useEffect(() => {
    const made = new Viewer(element.current, {
      view: ({ resolution: now }) => setResolution(now),
      cursor: setCursor,
      hover: setHovered,
      select: (polygon, all) => calls.current.choose(polygon, all),
    });
    setViewer(made);
    desk.set('viewer', made);
    return () => {
      desk.set('viewer', null);
      made.dispose();
    };
  }, []);
  return { element, viewer, resolution, cursor, hovered };
}

/** Keeps the selection of the page (selectedId) and of the viewer alike. */
function useSelection(viewer, selectedId, objects, onSelect) {
  const [{ selected, count }, setSelected] = useState({ selected: null, count: 0 });
  const echoes = useRef(new Echoes());
  const sent = useRef('');
  const choose = (polygon, all) => {
    setSelected({ selected: polygon, count: all.length });
    desk.set('selection', all.map(({ id }) => id));
    const id = polygon?.id ?? '';
    if (id === sent.current) return;
    sent.current = id;
    echoes.current.note(id, performance.now());
    onSelect?.(id || null);
  };
  useEffect(() => {
    if (!viewer || !objects) return;
    const wanted = selectedId ?? '';
    if (echoes.current.isEcho(wanted, performance.now())) return;
    if (wanted !== (viewer.selected?.id ?? '')) viewer.select(wanted);
    sent.current = viewer.selected?.id ?? '';
    setSelected({ selected: viewer.selected, count: viewer.selection.length });
  }, [viewer, selectedId, objects]);
  return { selected, count, choose };
}

/** The picture on the canvas; its memory (up to 268 MB) is given back as soon as another one comes. */
function usePicture(viewer, bitmap, width, height) {
  useEffect(() => {
    if (!viewer?.size) return;
    if (bitmap) viewer.setPicture(bitmap);
    else viewer.clearPicture();
  }, [viewer, bitmap, width, height]);
  useEffect(() => () => bitmap?.close(), [bitmap]);
}

function useReady(onReady, picture, polygons, hasPolygons, size) {
  const ready = picture.status === 'ready' && (!hasPolygons || polygons.status === 'ready');
  useEffect(() => {
    if (ready) onReady?.({ count: polygons.value?.objects.length ?? 0, ...size });
  }, [ready, picture.value, polygons.value]);
}

function selectedText(selected, chosen, count, pixelSizeUm) {
  if (!selected) return '';
  if (chosen > 1) return `${chosen.toLocaleString('en')} objects selected`;
  return `Object ${selected.order + 1} of ${count ?? 0}, ${areaText(selected.areaPx, pixelSizeUm)}`;
}

export function CellHubViewer(props) {
  const { imageId, imageUrl, width, height, revision, pixelSizeUm, name, caption, group = '', api = '/api/v1' } = props;
  const { frame: told = 0, frames: slices = 1, timepoints = 1 } = props;
  const planes = slices * timepoints;
  const { plane, shown: number } = usePagePlane({ imageId, number: told, slices, onPlane: props.onPlane });
  const polygonsUrl = useSettled(polygonsOf(props.polygonsUrl, number, told), props.settleMs ?? 0);
  const isTold = number === told;
  const editable = Boolean(props.editable) && placeOf(polygonsUrl).isPresent;
  const calls = useRef({});
  const { element, viewer, resolution, cursor, hovered } = useViewer(calls);
  const helpId = useId();
  const hasImage = Boolean(imageId && imageUrl && width > 0 && height > 0);
  const picture = useLoaded(hasImage ? `${imageId}\n${imageUrl}` : '', signal => loadPicture(imageUrl, signal));
  const polygonsAt = hasImage ? polygonsUrl : '';
  const { outlines: polygons, keep } = useOutlines({ imageId, shown: number, told, planes, url: polygonsAt, revision, editable });
  const objects = polygons.value?.objects;

  useEffect(() => { if (viewer && hasImage) viewer.open(width, height, group, `${imageId} ${width}x${height}`); }, [viewer, imageId, width, height, hasImage, group]);
  usePicture(viewer, picture.value, width, height);
  const veil = useLoaded(hasImage && props.veilUrl ? props.veilUrl : '', signal => loadPicture(props.veilUrl, signal));
  useEffect(() => { if (viewer?.size) viewer.setVeil(veil.value); }, [viewer, veil.value, imageId]);
  useEffect(() => () => veil.value?.close(), [veil.value]);
  useEffect(() => { if (viewer?.size && !(editable && objects)) viewer.setObjects(objects ?? []); }, [viewer, objects, imageId, width, height, editable]);
  const { intensity, look, isComing } = useDepth(viewer, { ...props, plane }, picture.status === 'ready', cursor);
  const { showOutlines = true, waitNote = planes > 1 ? LOADING_OUTLINES : '' } = props;
  const outlineWidth = look?.outlineWidth ?? props.outlineWidth ?? 1.5;
  const fillOpacity = look?.fillOpacity ?? props.fillOpacity ?? 0;
  const size = useMemo(() => ({ width, height }), [width, height]);
  const loaded = polygons.status === 'ready' ? polygons.value : null;
  const editor = useEditing(viewer, { editable, imageId, userId: props.userId, api, size, polygonsUrl, loaded, keep, revision: isTold ? revision : 0 });
  const session = editor?.session ?? null;
  const editing = useEditorState(editor);
  const known = useSession(session);
  useEffect(() => {
    viewer?.setAppearance({ outlineWidth, fillOpacity, shown: showOutlines });
  }, [viewer, outlineWidth, fillOpacity, showOutlines]);
  const { selected, count: selectedCount, choose } = useSelection(viewer, props.selectedId, objects, props.onSelect);
  calls.current = { choose };
  useDeselecting(number, told, () => choose(null, []));
  useReady(props.onReady, picture, polygons, Boolean(polygonsAt), { width, height });
  const onKeyDown = useCommands(viewer, editor);
  const count = known?.count ?? objects?.length;
  const shown = hasImage && picture.status !== 'failed';
  const where = planeText(plane, slices, timepoints);
  const isUntouched = loaded !== null && (session?.revision ?? loaded.revision) === 0 && count === 0;
  return (
    <div className="ch-viewer" data-testid="viewer" data-image-id={imageId} data-plane={number} data-objects={count ?? ''} data-editor={editor ? editing.tool : undefined} data-state={picture.status} data-outlines={polygons.status}>
      <div
        ref={element}
        className="ch-viewer-canvas"
        data-testid="viewer-canvas"
        role="application"
        tabIndex={0}
        aria-label={['Image', name, where && `(${where})`].filter(Boolean).join(' ')}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
      />
      <p id={helpId} className="ch-viewer-spoken">{editor ? EDITOR_HELP : HELP}</p>
      <p className="ch-viewer-spoken" role="status" data-testid="viewer-selection">
        {selectedText(selected, selectedCount, count, pixelSizeUm)}
      </p>
      <Caption caption={isTold ? caption : ''} polygons={polygons} count={known?.count} />
      {session && <Troubles viewer={viewer} session={session} state={known.state} />}
      {editor && <EditorPanel editor={editor} panel={editing.panel} pixelSizeUm={pixelSizeUm} />}
      {shown && !props.bare && <ZoomControl resolution={resolution} run={command => viewer?.run(command)} />}
      {shown && !props.bare && <PlaneControl imageId={imageId} plane={plane} slices={slices} timepoints={timepoints} />}
      {shown && planes > 1 && isUntouched && <EmptyPlane planes={planes} isRunning={props.isRunning} canDraw={editable} segment={props.maySegment ? props.onSegment : null} />}
      {shown && <ScaleBar resolution={resolution} pixelSizeUm={pixelSizeUm} />}
      <Readout cursor={cursor} hovered={hovered} pixelSizeUm={pixelSizeUm} intensity={intensity} />
      {waitNote && <Busy note={isComing ? LOADING_PLANE : polygons.status === 'loading' ? waitNote : ''} />}
      <Notice picture={picture} polygons={polygons} isEdited={Boolean(known) && (known.count > 0 || known.canUndo)} isOnePlane={planes > 1} />
    </div>
  );
}
