import React from 'react';
import { desk } from '../desk.js';
import { useDesk } from '../usedesk.js';
import { Histogram } from './Histogram.jsx';
import { defaultsOf, LOOK, rememberLook, windowOf } from './settings.js';
import { channelName, intensityText } from './words.js';
import './depth.css';

function Slider({ label, value, text, testId, ...range }) {
  const { onChange, ...rest } = range;
  return (
    <label className="ch-depth-slider">
      <span>{label}</span>
      <input type="range" value={value} aria-valuetext={text} data-testid={testId} onChange={event => onChange(Number(event.target.value))} {...rest} />
      <output>{text}</output>
    </label>
  );
}

function Channel({ facts, index, pyramid, setting, onChange }) {
  const { channels, dtype, isRgb } = pyramid;
  const name = channelName(facts, index, channels.length, isRgb);
  const window = windowOf(setting, facts);
  const isAuto = setting.low === null;
  return (
    <section className="ch-depth-channel" data-testid="display-channel" data-off={!setting.on || undefined}>
      <header>
        <label>
          <input type="checkbox" checked={setting.on} onChange={event => onChange({ on: event.target.checked })} />
          <b>{name}</b>
        </label>
        <input type="color" value={setting.color} aria-label={`Colour of ${name}`} onChange={event => onChange({ color: event.target.value })} />
      </header>
      <Histogram channel={facts} name={name} color={setting.color} window={window} dtype={dtype} onWindow={([low, high]) => onChange({ low, high })} />
      <div className="ch-depth-row">
        <output data-testid="window-text">{window.map(value => intensityText(value, dtype)).join(' – ')}</output>
        <button type="button" aria-pressed={isAuto} onClick={() => onChange({ low: null, high: null })}>Auto</button>
        <button type="button" onClick={() => onChange({ low: facts.min, high: facts.max > facts.min ? facts.max : facts.min + 1 })}>Full range</button>
      </div>
      <Slider label="Gamma" min={0.2} max={3} step={0.05} value={setting.gamma} text={setting.gamma.toFixed(2)} onChange={gamma => onChange({ gamma })} />
    </section>
  );
}

function Channels({ pyramid, display }) {
  const change = (index, values) => desk.set('display', display.map((one, place) => (place === index ? { ...one, ...values } : one)));
  return (
    <>
      {pyramid.channels.map((facts, index) => (
        <Channel key={index} facts={facts} index={index} pyramid={pyramid} setting={display[index]} onChange={values => change(index, values)} />
      ))}
      <button type="button" className="ch-depth-reset" data-testid="display-reset" onClick={() => desk.set('display', defaultsOf(pyramid))}>
        Reset channels
      </button>
    </>
  );
}

function Outlines() {
  const look = useDesk('look') ?? LOOK;
  const change = values => {
    const now = { ...look, ...values };
    desk.set('look', now);
    rememberLook(globalThis.localStorage, now);
  };
  const fill = look.fillOpacity ?? 0;
  return (
    <section className="ch-depth-outlines" aria-label="Outlines">
      <Slider label="Outline" min={0.5} max={6} step={0.5} value={look.outlineWidth} text={`${look.outlineWidth} px`} testId="outline-width" onChange={outlineWidth => change({ outlineWidth })} />
      <Slider label="Fill" min={0} max={0.6} step={0.05} value={fill} text={`${Math.round(100 * fill)} %`} testId="fill-opacity" onChange={fillOpacity => change({ fillOpacity })} />
    </section>
  );
}

const WAITING = 'Preparing the full depth of this image.';

/** How the image of this page is shown: its channels with their histograms and windows, the look of the outlines. */
export function DisplayPanel() {
  const depth = useDesk('depth');
  const display = useDesk('display');
  const { status, pyramid, sentence } = depth ?? {};
  const isReady = status === 'ready' && display?.length === pyramid.channels.length;
  return (
    <div className="ch-depth" data-testid="display-panel" data-status={isReady ? 'ready' : status}>
      <p role="status" className="ch-depth-note">{status === 'waiting' ? WAITING : sentence}</p>
      {isReady && <Channels pyramid={pyramid} display={display} />}
      <Outlines />
    </div>
  );
}
