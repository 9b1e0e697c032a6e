import React, { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { DropLayer } from './DropLayer.jsx';
import { filesFromDrop, filesFromInput } from './entries.js';
import { formatsText, isSystemFile } from './plan.js';
import { queueOf } from './queues.js';
import { Tray } from './Tray.jsx';
import './uploader.css';

const ACCEPT = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp'];
const MAX_FILE_MB = 20;

/** A button that opens the browser's own chooser. */
function Chooser({ label, testId, inputName, inputProps, onFiles }) {
  const input = useRef(null);
  const onChange = event => {
    onFiles(filesFromInput(event.target.files));
    event.target.value = '';
  };
  return (
    <>
      <button type="button" className="btn" data-testid={testId} onClick={() => input.current.click()}>{label}</button>
      <input ref={input} className="ch-choose-input" type="file" multiple tabIndex={-1} aria-label={inputName} onChange={onChange} {...inputProps} />
    </>
  );
}

function useQueue(projectId, { onAccepted, onFinished }) {
  const queue = useMemo(() => queueOf(projectId), [projectId]);
  const snapshot = useSyncExternalStore(queue.subscribe, queue.getSnapshot);
  useEffect(() => {
    queue.onAccepted = told => onAccepted?.(told);
    queue.onFinished = told => onFinished?.(told);
  });
  useEffect(() => () => {
    queue.onAccepted = () => {};
    queue.onFinished = () => {};
  }, [queue]);
  return { queue, snapshot };
}

export function Uploader(props) {
  const { projectId, label = 'Add images', folderLabel = 'Add a folder', signInUrl = '', disabled = false } = props;
  const accept = props.accept ?? ACCEPT;
  const maxFileMb = props.maxFileMb ?? MAX_FILE_MB;
  const { queue, snapshot } = useQueue(projectId, props);
  const [closed, setClosed] = useState(false);
  const limits = JSON.stringify({ accept, maxFileMb });
  const add = useCallback(found => {
    const files = found.filter(({ path }) => !isSystemFile(path.split('/').at(-1)));
    if (files.length === 0) return;
    setClosed(false);
    queue.add(files, JSON.parse(limits));
  }, [queue, limits]);
  const addDrop = useCallback(async transfer => add(await filesFromDrop(transfer)), [add]);
  if (disabled) return null;
  return (
    <div className="ch-uploader" data-testid="uploader">
      <Chooser
        label={label} testId="choose-files" inputName="Image files" onFiles={add}
        inputProps={{ accept: accept.join(','), 'data-testid': 'file-input' }}
      />
      {folderLabel && (
        <Chooser
          label={folderLabel} testId="choose-folder" inputName="Folder of images" onFiles={add}
          inputProps={{ webkitdirectory: '', 'data-testid': 'folder-input' }}
        />
      )}
      <DropLayer formats={formatsText(accept)} onDrop={addDrop} />
      {snapshot.items.length > 0 && !closed && (
        <Tray snapshot={snapshot} queue={queue} signInUrl={signInUrl} close={() => setClosed(true)} />
      )}
    </div>
  );
}
