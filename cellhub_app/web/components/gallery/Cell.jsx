import React, { memo, useState } from 'react';
import { Badge } from './Badge.jsx';
import { overlayUrl, thumbnailUrl } from './requests.js';
import { badgeOf, doubtWords, flawWords, isSegmented, objectsNoun, percentOf, reasonOf } from './status.js';

export const cellId = (galleryId, imageId) => `${galleryId}-${imageId}`;

function Placeholder() {
  return (
    <svg className="ch-cell-blank" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="5" y="6" width="22" height="20" rx="2.5" /><circle cx="12" cy="13" r="2.2" /><path d="m7 24 7-7 5 5 3-3 4 4" />
    </svg>
  );
}

/** The thumbnail with its outlines above it; a picture that cannot be had leaves a quiet placeholder. */
function Thumbnail({ image, outlines, api }) {
  const [broken, setBroken] = useState('');
  const address = thumbnailUrl(image, api);
  const overlay = outlines && isSegmented(image) ? overlayUrl(image, api) : '';
  const [brokenOverlay, setBrokenOverlay] = useState('');
  if (image.status !== 'ready' || broken === address) return <Placeholder />;
  return (
    <>
      <img
        className="ch-cell-picture" src={address} alt="" loading="lazy" decoding="async" draggable={false}
        onError={() => setBroken(address)}
      />
      {overlay && brokenOverlay !== overlay && (
        <img
          className="ch-cell-overlay" src={overlay} alt="" loading="lazy" decoding="async" draggable={false} data-testid="cell-overlay"
          onError={() => setBrokenOverlay(overlay)}
        />
      )}
    </>
  );
}

/** A bare figure to the eye, "72 objects" to the ear and on pointing. */
function Count({ count }) {
  if (count === null || count === undefined) return null;
  return (
    <span className="ch-cell-count" title={`${count.toLocaleString('en')} ${objectsNoun(count)}`}>
      <span data-testid="object-count">{count.toLocaleString('en')}</span>
      <span className="ch-spoken">{objectsNoun(count)}</span>
    </span>
  );
}

const TAGS_SHOWN = 2;

function Tags({ tags }) {
  if (!tags?.length) return null;
  const more = tags.length - TAGS_SHOWN;
  return (
    <span className="ch-cell-tags" title={tags.join(', ')} data-testid="cell-tags">
      {tags.slice(0, TAGS_SHOWN).map(tag => <span key={tag}>{tag}</span>)}
      {more > 0 && <span>+{more}</span>}
    </span>
  );
}

export const Cell = memo(function Cell({ image, index, total, galleryId, selected, focused, outlines, doubtFrom, api }) {
  const badge = badgeOf(image, doubtFrom);
  const reason = reasonOf(image);
  const percent = percentOf(image);
  return (
    <div
      id={cellId(galleryId, image.id)}
      className="ch-cell"
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={total}
      title={[image.name, reason || doubtWords(image), flawWords(image)].filter(Boolean).join('\n')}
      data-index={index}
      data-kind={badge.kind}
      data-focused={focused || undefined}
      data-testid="gallery-cell"
      data-image-id={image.id}
      data-status={image.segmentation?.status ?? image.status}
    >
      <div className="ch-cell-frame">
        <Thumbnail image={image} outlines={outlines} api={api} />
        <span className="ch-cell-tick" data-tick aria-hidden="true"><svg viewBox="0 0 16 16"><path d="m3.5 8.4 3 3 6-6.6" /></svg></span>
        <Tags tags={image.tags} />
        {percent !== null && <span className="ch-cell-progress" aria-hidden="true"><i style={{ width: `${percent}%` }} /></span>}
      </div>
      <div className="ch-cell-caption">
        <span className="ch-cell-name">{image.name}</span>
        <span className="ch-cell-row">
          <Badge badge={badge} />
          <Count count={image.objectCount} />
        </span>
        {reason && <span className="ch-cell-reason" data-testid="failure-reason">{reason}</span>}
      </div>
    </div>
  );
});

export function SkeletonCell() {
  return (
    <div className="ch-cell ch-cell-skeleton" aria-hidden="true" data-testid="gallery-skeleton">
      <div className="ch-cell-frame" />
      <div className="ch-cell-caption"><i /><i /></div>
    </div>
  );
}
