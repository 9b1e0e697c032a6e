import { useEffect } from 'react';
import { useDesk } from '../usedesk.js';
import { OverlayLayer } from './overlaylayer.js';

/** Lays what the desk holds as `overlay` over the picture of the desk's viewer, while the component that asks is there. */
export function useOverlay() {
  const viewer = useDesk('viewer');
  const overlay = useDesk('overlay');
  useEffect(() => {
    if (!viewer) return undefined;
    const layer = new OverlayLayer({ zIndex: 1.5 });
    viewer.map.addLayer(layer);
    layer.show(overlay);
    return () => viewer.map.removeLayer(layer);
  }, [viewer, overlay]);
}
