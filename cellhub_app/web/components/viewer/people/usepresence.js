import { useEffect, useRef, useState } from 'react';
import { desk } from '../desk.js';
import { useDesk } from '../usedesk.js';
import { PeopleLayer } from './peoplelayer.js';
import { newTabId, Presence, sending } from './presence.js';

/** Tells the others that this tab is here while somebody looks at it, and which object has the person's attention. */
export function usePresence(api, imageId, objectId) {
  const [tabId] = useState(() => newTabId());
  const presence = useRef(null);
  const editing = useDesk('editing');
  useEffect(() => {
    if (!imageId) return undefined;
    const made = new Presence(sending(api, imageId, tabId));
    presence.current = made;
    const follow = () => (document.visibilityState === 'hidden' ? made.go() : made.come());
    const end = () => made.go();
    follow();
    document.addEventListener('visibilitychange', follow);
    window.addEventListener('pagehide', end);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      window.removeEventListener('pagehide', end);
      made.go();
    };
  }, [api, imageId, tabId]);
  useEffect(() => { presence.current?.attend(editing || objectId, Boolean(editing)); }, [imageId, editing, objectId]);
}

/** Puts the others on the desk and their outlines over the picture. */
export function useOthers(people) {
  const viewer = useDesk('viewer');
  useEffect(() => {
    desk.set('people', people);
    return () => desk.set('people', []);
  }, [people]);
  useEffect(() => {
    if (!viewer) return undefined;
    const layer = new PeopleLayer(viewer.store, { zIndex: 2.5 });
    viewer.map.addLayer(layer);
    const unlisten = desk.listen('people', others => layer.show(others));
    layer.show(desk.get('people') ?? []);
    return () => {
      unlisten();
      viewer.map.removeLayer(layer);
    };
  }, [viewer]);
}
