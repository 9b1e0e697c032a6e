import React, { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { DropLayer } from './DropLayer.jsx';
import { filesFromDrop, filesFromInput, handlesFromDrop, lookUp } from './entries.js';
import { filesFromHandles } from './handles.js';
import { isSystemFile } from './plan.js';
import { uploadsOf } from './queues.js';
import { Tray } from './Tray.jsx';
import './uploader.css';

const FILES = { 'aria-label': 'Image files', 'data-testid': 'file-input' };
const FOLDER = { webkitdirectory: '', 'aria-label': 'Folder of images', 'data-testid': 'folder-input' };

/** A file input without a face; `ask` opens the browser's own chooser. */
function useChooser(onFiles, props) {
  const input = useRef(null);
  const onChange = event => {
    onFiles(filesFromInput(event.target.files));
    event.target.value = '';
  };
  const ask = () => input.current.click();
  return [ask, <input ref={input} className="ch-choose-input" type="file" multiple tabIndex={-1} onChange={onChange} {...props} />];
}

/** Folders that the browser lets us open again after a reload, where it has such things; else `fallback`. */
async function chooseFolder(add, fallback) {
  if (!window.showDirectoryPicker) {
    fallback();
    return;
  }
  try {
    const handle = await window.showDirectoryPicker({ id: 'cellhub-images', mode: 'read' });
    add(filesFromHandles([handle]), [handle]);
  } catch (error) {
    if (error.name !== 'AbortError') fallback();
  }
}

function useUploads(projectId, isOff, { onAccepted, onFinished }) {
  const { queue, offers } = useMemo(() => uploadsOf(projectId), [projectId]);
  const snapshot = useSyncExternalStore(queue.subscribe, queue.getSnapshot);
  const offered = useSyncExternalStore(offers.subscribe, offers.getSnapshot);
  useEffect(() => {
    queue.onAccepted = told => onAccepted?.(told);
    queue.onFinished = told => {
      offers.load();
      onFinished?.(told);
    };
  });
  useEffect(() => {
    if (!isOff) offers.load();
    return () => {
      queue.onAccepted = () => {};
      queue.onFinished = () => {};
    };
  }, [queue, offers, isOff]);
  return { queue, offers, snapshot, offered };
}

/** Takes files in: those of an upload that stopped go on there, the others are a new one. */
function useTake({ queue, offers, open }) {
  const [isReading, setIsReading] = useState(false);
  const take = useCallback(async (promised, promisedHandles = []) => {
    open();
    setIsReading(true);
    const [found, handles] = await Promise.all([promised, promisedHandles]);
    const files = (found ?? []).filter(({ path }) => !path.split('/').some(isSystemFile));
    await lookUp(files);
    const { resumed, others } = files.length > 0 ? await offers.claim(files) : { resumed: [], others: [] };
    setIsReading(false);
    for (const { session, matched } of resumed) queue.resumeSession(session, matched);
    if (others.length > 0) queue.add(others, resumed.length > 0 ? [] : handles);
  }, [queue, offers]);
  return { take, isReading };
}

export function Uploader(props) {
  const { projectId, label = 'Add images', folderLabel = 'Add a folder', signInUrl = '', disabled = false } = props;
  const { queue, offers, snapshot, offered } = useUploads(projectId, disabled, props);
  const [closed, setClosed] = useState(false);
  const { take, isReading } = useTake({ queue, offers, open: () => setClosed(false) });
  const takeDrop = useCallback(transfer => take(filesFromDrop(transfer), handlesFromDrop(transfer)), [take]);
  const accept = (props.accept ?? []).join(',');
  const [askFiles, filesInput] = useChooser(take, { ...FILES, accept });
  const [askFolder, folderInput] = useChooser(take, FOLDER);
  if (disabled) return null;
  const askForFolder = () => chooseFolder(take, askFolder);
  const hasTray = !closed && (isReading || snapshot.total > 0 || offered.length > 0);
  return (
    <div className="ch-uploader" data-testid="uploader">
      <button type="button" className="btn" data-testid="choose-files" onClick={askFiles}>{label}</button>
      {folderLabel && <button type="button" className="btn" data-testid="choose-folder" onClick={askForFolder}>{folderLabel}</button>}
      {filesInput}
      {folderInput}
      <DropLayer formats={props.formats ?? ''} onDrop={takeDrop} />
      {hasTray && (
        <Tray
          snapshot={snapshot} queue={queue} offers={offers} offered={offered} isReading={isReading} signInUrl={signInUrl}
          askFiles={askFiles} askFolder={askForFolder} reopen={handles => take(filesFromHandles(handles), handles)}
          close={() => setClosed(true)}
        />
      )}
    </div>
  );
}
