/** Asks before the page goes while edits are unsaved, and sends them when the network is back or the page is hidden. Answers what ends it. */
export function guardLeaving(page, { isUnsaved, send }) {
  const ask = event => {
    if (!isUnsaved()) return;
    send();
    event.preventDefault();
  };
  page.addEventListener('beforeunload', ask);
  page.addEventListener('online', send);
  page.addEventListener('pagehide', send);
  return () => {
    page.removeEventListener('beforeunload', ask);
    page.removeEventListener('online', send);
    page.removeEventListener('pagehide', send);
  };
}
