import React, { useEffect, useRef } from 'react';
import { useDesk } from '../usedesk.js';
import { useOthers, usePresence } from './usepresence.js';
import './people.css';

const SHOWN = 4;
const NONE = Object.freeze([]);

function doing({ name, objectId, isEditing }) {
  if (!objectId) return `${name} is here`;
  return isEditing ? `${name} is editing an object` : `${name} is looking at an object`;
}

function Face({ person }) {
  const words = doing(person);
  return (
    <li>
      <span
        className="ch-person" data-editing={person.isEditing || undefined} style={{ background: person.colour, '--person': person.colour }} title={words}
        role="img" aria-label={words} data-testid="person-here" data-object={person.objectId}
      >
        {person.initials}
      </span>
    </li>
  );
}

/** Asks before somebody changes an object that somebody else is changing. */
function Question({ question }) {
  const dialog = useRef(null);
  useEffect(() => {
    if (!question) return undefined;
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, [question]);
  if (!question) return null;
  const refuse = event => {
    event.preventDefault();
    question.answer(false);
  };
  return (
    <dialog ref={dialog} className="ch-ask" aria-labelledby="ch-ask-title" onCancel={refuse} data-testid="lock-question">
      <h2 id="ch-ask-title">{question.sentence}</h2>
      <p>If you go on, one of you may have to choose between the two versions.</p>
      <div>
        <button type="button" autoFocus onClick={() => question.answer(false)} data-testid="lock-wait">Leave it to {question.person.name}</button>
        <button type="button" onClick={() => question.answer(true)} data-testid="lock-go-on">Edit anyway</button>
      </div>
    </dialog>
  );
}

/** The others who look at this image. `objectId` is what is chosen here; what is changed here lies on the desk as `editing`. */
export function PeopleBar({ api, imageId, people, objectId }) {
  const others = imageId ? people ?? NONE : NONE;
  usePresence(api, imageId, objectId);
  useOthers(others);
  const question = useDesk('question');
  const more = others.slice(SHOWN);
  return (
    <>
      <ul className="ch-people" aria-label="Who else is here" data-testid="people" data-count={others.length} hidden={others.length === 0}>
        {others.slice(0, SHOWN).map(person => <Face key={person.id} person={person} />)}
        {more.length > 0 && <li><span className="ch-person ch-person-more" title={more.map(doing).join(', ')}>+{more.length}</span></li>}
      </ul>
      <p className="ch-people-spoken" role="status">{others.map(doing).join(', ')}</p>
      <Question question={question} />
    </>
  );
}
