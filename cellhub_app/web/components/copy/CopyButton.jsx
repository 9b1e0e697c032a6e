import React, { useEffect, useState } from 'react';

const TOLD_MS = 4000;

function selectAll(id) {
  const element = document.getElementById(id);
  if (element) window.getSelection()?.selectAllChildren(element);
}

/** A button that copies `text`, and for a while says that it did, or that keys have to. */
export function CopyButton({ text, source, label, done, byHand }) {
  const [told, setTold] = useState('');
  useEffect(() => {
    if (!told) return undefined;
    const timer = setTimeout(() => setTold(''), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setTold(done);
    } catch {
      selectAll(source);
      setTold(byHand);
    }
  };
  return (
    <button type="button" className="btn btn-primary" onClick={copy} data-testid="copy">
      <span aria-live="polite">{told || label}</span>
    </button>
  );
}
