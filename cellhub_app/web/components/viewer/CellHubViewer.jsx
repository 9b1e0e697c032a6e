import React, { useEffect, useId, useRef, useState } from 'react';
import { Busy, Caption, Notice, Readout, ScaleBar, ZoomControl } from './Hud.jsx';
import { polygonsOf, useDepth, usePlane } from './depth/usedepth.js';
import { desk } from './desk.js';
import { Echoes } from './echoes.js';
import { commandFor } from './keys.js';
import { loadPicture, loadPolygons } from './loading.js';
import { areaText } from './scalebar.js';
import { useLoaded, useSettled } from './useloaded.js';
import { Viewer } from './viewer.js';
import './viewer.css';

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
      select: polygon => calls.current.choose(polygon),
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
  const [selected, setSelected] = useState(null);
  const echoes = useRef(new Echoes());
  const choose = polygon => {
    setSelected(polygon);
    echoes.current.note(polygon?.id ?? '', performance.now());
    onSelect?.(polygon?.id ?? null);
  };
  useEffect(() => {
    if (!viewer || !objects) return;
    const wanted = selectedId ?? '';
    if (echoes.current.isEcho(wanted, performance.now())) return;
    if (wanted !== (viewer.selected?.id ?? '')) viewer.select(wanted);
    setSelected(viewer.selected);
  }, [viewer, selectedId, objects]);
  return { selected, choose };
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

const imageOf = key => key?.split('\n')[0];

export function CellHubViewer(props) {
  const { imageId, imageUrl, width, height, revision, pixelSizeUm, name, caption, group = '' } = props;
  const plane = usePlane(imageId);
  const polygonsUrl = useSettled(polygonsOf(props.polygonsUrl, plane), props.settleMs ?? 0);
  const calls = useRef({});
  const released = useRef(false);
  const { element, viewer, resolution, cursor, hovered } = useViewer(calls);
  const helpId = useId();
  const hasImage = Boolean(imageId && imageUrl && width > 0 && height > 0);
  const sameImage = (before, now) => imageOf(before) === imageOf(now);
  const picture = useLoaded(hasImage ? `${imageId}\n${imageUrl}` : '', signal => loadPicture(imageUrl, signal));
  const polygonsKey = hasImage && polygonsUrl ? `${imageId}\n${polygonsUrl}\n${revision ?? ''}` : '';
  const polygons = useLoaded(polygonsKey, signal => loadPolygons(polygonsUrl, signal), sameImage);
  const objects = polygons.value?.objects;

  useEffect(() => { if (viewer && hasImage) viewer.open(width, height, group, `${imageId} ${width}x${height}`); }, [viewer, imageId, width, height, hasImage, group]);
  usePicture(viewer, picture.value, width, height);
  const veil = useLoaded(hasImage && props.veilUrl ? props.veilUrl : '', signal => loadPicture(props.veilUrl, signal));
  useEffect(() => { if (viewer?.size) viewer.setVeil(veil.value); }, [viewer, veil.value, imageId]);
  useEffect(() => () => veil.value?.close(), [veil.value]);
  useEffect(() => { if (viewer?.size) viewer.setObjects(objects ?? []); }, [viewer, objects, imageId, width, height]);
  const { intensity, look } = useDepth(viewer, props, picture.status === 'ready', cursor);
  const { showOutlines = true } = props;
  const outlineWidth = look?.outlineWidth ?? props.outlineWidth ?? 1.5;
  const fillOpacity = look?.fillOpacity ?? props.fillOpacity ?? 0;
  useEffect(() => {
    viewer?.setAppearance({ outlineWidth, fillOpacity, shown: showOutlines });
  }, [viewer, outlineWidth, fillOpacity, showOutlines]);
  const { selected, choose } = useSelection(viewer, props.selectedId, objects, props.onSelect);
  calls.current = { choose };
  useReady(props.onReady, picture, polygons, Boolean(polygonsKey), { width, height });

  const onKeyDown = event => {
    const command = commandFor(event, step => viewer.canStep(step) && (viewer.selected !== null || !released.current));
    released.current = command?.name === 'deselect';
    if (command && viewer.run(command)) event.preventDefault();
  };
  const shown = hasImage && picture.status !== 'failed';
  return (
    <div className="ch-viewer" data-testid="viewer" data-image-id={imageId} data-objects={objects?.length ?? ''} data-state={picture.status} data-outlines={polygons.status}>
      <div
        ref={element}
        className="ch-viewer-canvas"
        data-testid="viewer-canvas"
        role="application"
        tabIndex={0}
        aria-label={`Image${name ? ` ${name}` : ''}`}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
      />
      <p id={helpId} className="ch-viewer-spoken">{HELP}</p>
      <p className="ch-viewer-spoken" role="status" data-testid="viewer-selection">
        {selected ? `Object ${selected.order + 1} of ${objects?.length ?? 0}, ${areaText(selected.areaPx, pixelSizeUm)}` : ''}
      </p>
      <Caption caption={caption} polygons={polygons} />
      {shown && !props.bare && <ZoomControl resolution={resolution} run={command => viewer?.run(command)} />}
      {shown && <ScaleBar resolution={resolution} pixelSizeUm={pixelSizeUm} />}
      <Readout cursor={cursor} hovered={hovered} pixelSizeUm={pixelSizeUm} intensity={intensity} />
      {props.waitNote && <Busy polygons={polygons} note={props.waitNote} />}
      <Notice picture={picture} polygons={polygons} />
    </div>
  );
}
