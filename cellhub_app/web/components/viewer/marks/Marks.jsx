import React, { useEffect, useState } from 'react';
import { useDesk } from '../usedesk.js';
import { fetchMarks } from './marks.js';
import { MarksLayer } from './markslayer.js';
import './marks.css';

const NOTHING = Object.freeze({ ids: [], total: 0, problem: '' });

/** Marks the objects that were selected in the results, and says how many they are. */
export function Marks({ api, projectId, imageId, where, revision }) {
  const viewer = useDesk('viewer');
  const [found, setFound] = useState(NOTHING);
  const [isHidden, setHidden] = useState(false);
  useEffect(() => { setHidden(false); }, [where]);
  useEffect(() => {
    if (!where || !imageId || !projectId) { setFound(NOTHING); return undefined; }
    const controller = new AbortController();
    fetchMarks({ api, projectId, imageId, where }, controller.signal).then(
      marks => setFound({ ...marks, problem: '' }),
      error => { if (!controller.signal.aborted) setFound({ ...NOTHING, problem: error.message }); },
    );
    return () => controller.abort();
  }, [api, projectId, imageId, where, revision]);
  const shows = Boolean(where) && !isHidden;
  useEffect(() => {
    if (!viewer || !shows || found.ids.length === 0) return undefined;
    const layer = new MarksLayer(viewer.store, { zIndex: 1.6 });
    viewer.map.addLayer(layer);
    layer.show(found.ids);
    return () => viewer.map.removeLayer(layer);
  }, [viewer, found, shows]);
  if (!shows) return null;
  const words = found.problem || `${found.total.toLocaleString('en')} ${found.total === 1 ? 'object' : 'objects'} selected in the results`;
  return (
    <div className="ch-marks" role="status" data-testid="marks" data-count={found.total}>
      <span>{words}</span>
      <button type="button" onClick={() => setHidden(true)}>Hide</button>
    </div>
  );
}
