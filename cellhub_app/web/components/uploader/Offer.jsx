import React from 'react';
import { offerAdvice, offerText } from './words.js';

const when = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** An upload that stopped, and the ways to go on with it. */
export function Offer({ offer, askFiles, askFolder, reopen, discard }) {
  return (
    <div className="ch-offer" data-testid="upload-offer" data-session={offer.id}>
      <p>
        <b>{offerText(offer)}</b> <span className="ch-offer-when">{when.format(new Date(offer.createdAt))}</span>
        <span className="ch-offer-advice">{offerAdvice(offer)}</span>
      </p>
      <div className="ch-tray-actions">
        {offer.handles.length > 0 ? (
          <button type="button" className="btn btn-small btn-primary" data-testid="offer-go-on" onClick={() => reopen(offer.handles)}>
            Go on
          </button>
        ) : (
          <>
            <button type="button" className="btn btn-small btn-primary" data-testid="offer-files" onClick={askFiles}>Choose files</button>
            <button type="button" className="btn btn-small" data-testid="offer-folder" onClick={askFolder}>Choose a folder</button>
          </>
        )}
        <button type="button" className="btn btn-small btn-ghost" data-testid="offer-discard" onClick={discard}>Discard</button>
      </div>
    </div>
  );
}
