import { useCallback, useSyncExternalStore } from 'react';
import { desk } from './desk.js';

/** What lies on the desk under a name, rendered anew when it changes. */
export function useDesk(name) {
  const listen = useCallback(changed => desk.listen(name, changed), [name]);
  return useSyncExternalStore(listen, () => desk.get(name));
}
