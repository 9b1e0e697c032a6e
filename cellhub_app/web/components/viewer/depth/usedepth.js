import { useEffect, useState } from 'react';
import { desk } from '../desk.js';
import { useDesk } from '../usedesk.js';
import { Depth } from './depth.js';
import { DepthLayer } from './depthlayer.js';
import { rememberedLook } from './settings.js';
import { valuesText } from './words.js';

/**
 * Shows the image in its own depth once its picture is there; nothing where `depthUrl` is empty.
 * Answers {intensity: what stands under the pointer, look: {outlineWidth, fillOpacity} if somebody set it, isComing: whether the plane
 * is not there yet and no 8-bit picture stands for it}.
 */
export function useDepth(viewer, { imageId, depthUrl, depthScope, width, height, plane }, isReady, cursor) {
  const [depth, setDepth] = useState(null);
  const { frame, timepoint } = plane;
  const display = useDesk('display');
  const values = useDesk('values');
  const look = useDesk('look');
  const opened = useDesk('depth');
  const isOn = Boolean(viewer && depthUrl);
  useEffect(() => {
    if (!isOn) return undefined;
    const made = new Depth(viewer.map, desk, { makeLayer: (...given) => new DepthLayer(...given) });
    setDepth(made);
    viewer.picture.cover = made.layer;
    desk.set('look', rememberedLook(globalThis.localStorage));
    desk.set('map', viewer.map);
    return () => {
      viewer.picture.cover = null;
      made.dispose();
      setDepth(null);
      desk.set('look', undefined);
      desk.set('map', undefined);
    };
  }, [viewer, isOn]);
  useEffect(() => {
    if (!depth || !isReady) return undefined;
    depth.open({ imageId, url: depthUrl, scope: depthScope || imageId, frame, timepoint, width, height });
    return () => depth.close();
  }, [depth, isReady, imageId, depthUrl, depthScope, frame, timepoint, width, height]);
  useEffect(() => { depth?.point(cursor); }, [depth, cursor]);
  const intensity = cursor && opened?.status === 'ready' ? valuesText(values, cursor, opened.pyramid, display) : '';
  const isComing = isOn && opened?.status === 'waiting' && (frame > 0 || timepoint > 0);
  return { intensity, look: isOn ? look : undefined, isComing };
}
