import React, { useEffect, useState } from 'react';
import { boundsOf } from '../geometry.js';
import { allOf, versionsOf, versionWords } from './versions.js';

function Version({ conflict, version, chosen, choose }) {
  const words = version === 'mine' ? versionWords('you', conflict.mine) : versionWords('they', conflict.theirs);
  return (
    <label className="ch-version" data-version={version}>
      <input
        type="radio" name={`version-${conflict.id}`} checked={chosen === version} onChange={() => choose(version)}
        data-testid={`conflict-${version}`}
      />
      {words}
    </label>
  );
}

function Conflict({ conflict, number, chosen, choose, show }) {
  return (
    <fieldset className="ch-conflict" onFocus={show}>
      <legend>Object {number}</legend>
      {['mine', 'theirs'].map(version => <Version key={version} conflict={conflict} version={version} chosen={chosen} choose={choose} />)}
    </fieldset>
  );
}

/** Both versions of what two people changed, drawn in two colours, and the choice between them for each object. */
function Conflicts({ viewer, session, conflicts }) {
  const [choices, setChoices] = useState({});
  useEffect(() => {
    viewer.setVersions(versionsOf(conflicts));
    return () => viewer.setVersions([]);
  }, [viewer, conflicts]);
  const show = ({ mine, theirs }) => {
    const [object] = [...mine, ...theirs];
    if (object) viewer.reveal({ bounds: boundsOf(object.rings[0]) });
  };
  const made = { ...allOf(conflicts, 'mine'), ...choices };
  const settle = event => {
    event.preventDefault();
    session.resolve(Object.fromEntries(conflicts.map(({ id }) => [id, made[id]])));
  };
  const title = `Somebody changed ${conflicts.length === 1 ? 'this object' : `these ${conflicts.length} objects`} too. Which version stays?`;
  return (
    <form className="ch-panel ch-troubles" aria-label="Two versions" data-testid="conflicts" onSubmit={settle}>
      <h2 role="alert">{title}</h2>
      {conflicts.map((conflict, index) => (
        <Conflict
          key={conflict.id} conflict={conflict} number={index + 1} chosen={made[conflict.id]} show={() => show(conflict)}
          choose={version => setChoices({ ...choices, [conflict.id]: version })}
        />
      ))}
      <div className="ch-panel-buttons">
        {conflicts.length > 1 && ['mine', 'theirs'].map(version => (
          <button key={version} type="button" className="btn btn-small" onClick={() => setChoices(allOf(conflicts, version))}>All {version}</button>
        ))}
        <button type="submit" className="btn btn-small btn-primary" data-testid="conflict-settle">Keep these</button>
      </div>
    </form>
  );
}

/** An edit that the server does not take: why, and what can be done. */
function Refused({ session, sentence }) {
  return (
    <div className="ch-panel ch-troubles" role="alert" data-testid="refused">
      <p>{sentence}</p>
      <div className="ch-panel-buttons">
        <button type="button" className="btn btn-small" onClick={() => session.discard()}>Give up this edit</button>
        <button type="button" className="btn btn-small btn-primary" onClick={() => session.retry()}>Try again</button>
      </div>
    </div>
  );
}

/** What stands between the edits and the server, where somebody has to decide. */
export function Troubles({ viewer, session, state }) {
  if (state.name === 'conflict') return <Conflicts viewer={viewer} session={session} conflicts={state.conflicts} />;
  return state.name === 'refused' ? <Refused session={session} sentence={state.sentence} /> : null;
}
