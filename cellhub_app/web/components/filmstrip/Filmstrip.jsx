import React, { useEffect, useRef, useState } from 'react';
import { Virtuoso } from 'react-virtuoso';
import { readMore, readUntil, stepOf } from './frames.js';
import './filmstrip.css';

const EMPTY = { rows: [], cursor: null };

/** The rows around the image; read again only when it is not among them. */
function useFrames(list, imageId) {
  const [frames, setFrames] = useState(EMPTY);
  const key = JSON.stringify(list);
  const shown = useRef('');
  const knows = shown.current === key && frames.rows.some(image => image.id === imageId);
  useEffect(() => {
    if (!list.projectId || !imageId || knows) return undefined;
    const controller = new AbortController();
    readUntil(list, imageId, controller.signal).then(found => { shown.current = key; setFrames(found); }, () => {});
    return () => controller.abort();
  }, [key, imageId, knows]);
  const more = () => frames.cursor && readMore(frames, list).then(setFrames, () => {});
  return [frames.rows, more];
}

function useStepKeys(previousId, nextId, open) {
  useEffect(() => {
    const onKeyDown = event => {
      const wanted = { '-1': previousId, 1: nextId }[stepOf(event)];
      if (wanted) { event.preventDefault(); open(wanted); }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
}

function Frame({ image, api, current, open }) {
  return (
    <button
      type="button" className="ch-frame" aria-current={current ? 'true' : undefined} aria-label={image.name} title={image.name}
      data-testid="frame" data-image-id={image.id} onClick={() => open(image.id)}
    >
      {image.status === 'ready' && <img src={`${api}/images/${image.id}/thumbnail`} alt="" loading="lazy" decoding="async" draggable={false} />}
    </button>
  );
}

function Step({ name, path, to, open }) {
  return (
    <button type="button" className="ch-film-step" aria-label={name} title={name} disabled={!to} onClick={() => open(to)}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    </button>
  );
}

export function Filmstrip({ api = '/api/v1', projectId, imageId, query, onOpen }) {
  const [rows, more] = useFrames({ api, projectId, query }, imageId);
  const list = useRef(null);
  const index = rows.findIndex(image => image.id === imageId);
  const [previousId, nextId] = index < 0 ? [] : [rows[index - 1]?.id, rows[index + 1]?.id];
  const open = id => onOpen?.(id);
  useStepKeys(previousId, nextId, open);
  useEffect(() => {
    if (index >= 0) list.current?.scrollToIndex({ index, align: 'center' });
  }, [index >= 0, imageId]);
  return (
    <nav className="ch-film" aria-label="Images of the project" data-testid="filmstrip">
      <Step name="Image before (left arrow)" path="m10 3.5-4.500 4.500 4.500 4.500" to={previousId} open={open} />
      {rows.length > 0 && (
        <Virtuoso
          ref={list} horizontalDirection className="ch-film-list" totalCount={rows.length} initialTopMostItemIndex={{ index: Math.max(0, index), align: 'center' }}
          endReached={more} computeItemKey={place => rows[place].id} increaseViewportBy={400}
          itemContent={place => <Frame image={rows[place]} api={api} current={place === index} open={open} />}
        />
      )}
      <Step name="Next image (right arrow)" path="m6 3.500 4.500 4.500-4.500 4.500" to={nextId} open={open} />
    </nav>
  );
}
