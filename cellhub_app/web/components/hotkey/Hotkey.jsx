import { useEffect } from 'react';

const TYPING = 'input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

/** A key that clicks an element of the page, except while somebody types or a dialog is open. */
export function Hotkey({ keys, target }) {
  useEffect(() => {
    const onKeyDown = event => {
      if (event.key !== keys || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
      const element = document.getElementById(target);
      const dialog = document.querySelector('.dialog');
      if (!element || (dialog && !dialog.contains(element))) return;
      event.preventDefault();
      element.click();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [keys, target]);
  return null;
}
