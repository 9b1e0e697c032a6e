import React from 'react';
import { isFiltered } from './requests.js';

export function Problem({ problem, retry }) {
  return (
    <div className="ch-gallery-notice" role="alert" data-testid="gallery-problem">
      <p>{problem}</p>
      <button type="button" className="btn btn-small" onClick={retry}>Try again</button>
    </div>
  );
}

export function Empty({ query, canWrite }) {
  const words = query?.trashed && !isFiltered(query)
    ? ['The trash is empty', 'Deleted images wait here for 30 days; then they are gone for good.']
    : isFiltered(query)
    ? ['No images match this filter', 'Change or clear the filter to see the others.']
    : ['No images yet', canWrite ? 'Drop files or folders anywhere on this page to add them.' : 'People who may edit this project can add them.'];
  return (
    <div className="ch-gallery-notice" role="status" data-testid="gallery-empty">
      <strong>{words[0]}</strong>
      <p>{words[1]}</p>
    </div>
  );
}

export function LoadMoreProblem({ problem, retry }) {
  return (
    <div className="ch-gallery-bar" role="alert" data-testid="gallery-problem">
      <span>{problem}</span>
      <button type="button" className="btn btn-small" onClick={retry}>Try again</button>
    </div>
  );
}

export function Reading({ loaded, total }) {
  return (
    <div className="ch-gallery-bar" role="status" data-testid="gallery-reading">
      Reading the list: {loaded.toLocaleString('en')} of {total.toLocaleString('en')}
    </div>
  );
}
