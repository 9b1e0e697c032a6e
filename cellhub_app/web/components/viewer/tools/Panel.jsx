import React, { useEffect, useRef, useState } from 'react';
import * as actions from './actions.js';
import { limitOf, matching } from './filter.js';

const AREAS = ['area', 'circularity', 'score'];
const ANY = Object.freeze({ area: [null, null], circularity: [null, null], score: [null, null], border: false });

/** A small form over the image: the first field has the focus, Escape closes it and gives the focus back. */
function Form({ title, editor, testId, submit, children }) {
  const form = useRef(null);
  const close = () => {
    editor.open('');
    editor.viewer.element.focus();
  };
  useEffect(() => { form.current.querySelector('input')?.select(); form.current.querySelector('input')?.focus(); }, []);
  const onKeyDown = event => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  const onSubmit = event => {
    event.preventDefault();
    submit(event.nativeEvent.submitter?.value);
  };
  return (
    <form ref={form} className="ch-panel" aria-label={title} data-testid={testId} onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
      <header>
        <h2>{title}</h2>
        <button type="button" className="ch-panel-close" aria-label="Close" onClick={close}>×</button>
      </header>
      {children}
    </form>
  );
}

function Figure({ label, name, editor, unit, ...limits }) {
  const value = editor.options[name];
  return (
    <label className="ch-panel-field">
      <span>{label}</span>
      <input type="number" className="input" value={value} onChange={event => editor.setOption(name, event.target.value)} {...limits} />
      {unit && <span>{unit}</span>}
    </label>
  );
}

/** The number of an option, inside its limits; refused with a sentence otherwise. */
function figureOf(editor, name, low, high) {
  const value = limitOf(editor.options[name]);
  if (value !== null && value >= low && value <= high) return value;
  editor.refuse(`Give a number from ${low} to ${high.toLocaleString('en')}.`);
  return null;
}

function Resize({ editor }) {
  const submit = way => {
    const px = figureOf(editor, 'growPx', 0.1, 200);
    if (px !== null) actions.resize(editor, way === 'shrink' ? -px : px);
  };
  return (
    <Form title="Grow or shrink" editor={editor} testId="panel-resize" submit={submit}>
      <Figure label="By" name="growPx" editor={editor} unit="px" min={0.1} max={200} step="any" />
      <div className="ch-panel-buttons">
        <button type="submit" className="btn btn-small btn-primary" value="grow">Grow</button>
        <button type="submit" className="btn btn-small" value="shrink">Shrink</button>
      </div>
    </Form>
  );
}

function Simplify({ editor }) {
  const submit = () => {
    const px = figureOf(editor, 'tolerancePx', 0.1, 100);
    if (px !== null) actions.simplify(editor, px);
  };
  return (
    <Form title="Simplify" editor={editor} testId="panel-simplify" submit={submit}>
      <Figure label="Keep the outline within" name="tolerancePx" editor={editor} unit="px" min={0.1} max={100} step="any" />
      <button type="submit" className="btn btn-small btn-primary">Simplify</button>
    </Form>
  );
}

function ClassOf({ editor }) {
  const submit = () => {
    const number = figureOf(editor, 'classId', 0, 32767);
    if (number !== null) actions.setClass(editor, Math.round(number));
  };
  return (
    <Form title="Class" editor={editor} testId="panel-class" submit={submit}>
      <Figure label="Class, also of new objects" name="classId" editor={editor} min={0} max={32767} step={1} />
      <button type="submit" className="btn btn-small btn-primary">Set the class</button>
    </Form>
  );
}

function Limit({ label, testId, placeholder, value, set }) {
  return (
    <input
      type="text" inputMode="decimal" className="input" aria-label={label} placeholder={placeholder} value={value ?? ''}
      onChange={event => set(event.target.value)} data-testid={testId}
    />
  );
}

function Limits({ label, name, criteria, change }) {
  const [low, high] = criteria[name];
  const set = place => text => change({ ...criteria, [name]: criteria[name].map((value, i) => (i === place ? text : value)) });
  return (
    <fieldset className="ch-panel-field">
      <legend>{label}</legend>
      <Limit label={`${label}, at least`} placeholder="from" value={low} set={set(0)} testId={`filter-${name}-low`} />
      <Limit label={`${label}, at most`} placeholder="to" value={high} set={set(1)} testId={`filter-${name}-high`} />
    </fieldset>
  );
}

function numbersOf(criteria) {
  return { ...criteria, ...Object.fromEntries(AREAS.map(name => [name, criteria[name].map(limitOf)])) };
}

function Filter({ editor, pixelSizeUm }) {
  const [criteria, change] = useState(ANY);
  const found = matching(editor.store.polygons, numbersOf(criteria), editor.size, pixelSizeUm);
  const submit = () => {
    editor.choose(found);
    editor.say(`${actions.counted(found.length)} selected.`);
    editor.viewer.element.focus();
  };
  return (
    <Form title="Select by measure" editor={editor} testId="panel-filter" submit={submit}>
      <Limits label={pixelSizeUm > 0 ? 'Area, µm²' : 'Area, px²'} name="area" criteria={criteria} change={change} />
      <Limits label="Circularity" name="circularity" criteria={criteria} change={change} />
      <Limits label="Score" name="score" criteria={criteria} change={change} />
      <label className="ch-panel-check">
        <input
          type="checkbox" checked={criteria.border} data-testid="filter-border"
          onChange={event => change({ ...criteria, border: event.target.checked })}
        />
        Touches the border of the image
      </label>
      <button type="submit" className="btn btn-small btn-primary" data-testid="filter-select">
        Select {actions.counted(found.length)}
      </button>
    </Form>
  );
}

const PANELS = { resize: Resize, simplify: Simplify, class: ClassOf, filter: Filter };

/** The panel that is open, if any. */
export function EditorPanel({ editor, panel, pixelSizeUm }) {
  const Shown = PANELS[panel];
  return Shown ? <Shown key={panel} editor={editor} pixelSizeUm={pixelSizeUm} /> : null;
}
