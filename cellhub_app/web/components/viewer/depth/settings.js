const PREFIX = 'cellhub-display';
export const LOOK = { outlineWidth: 1.5, fillOpacity: null };
const GAMMAS = { least: 0.2, most: 5 };

/** How a plane is shown before anybody touched anything; `low` and `high` of null follow each image's own window. */
export function defaultsOf(pyramid) {
  return pyramid.channels.map(({ color, shown }) => ({ color, on: shown, low: null, high: null, gamma: 1 }));
}

/** The window that a channel has now: what was set by hand, else the image's own. */
export function windowOf(channel, { window: [low, high] }) {
  return channel.low === null || channel.high === null ? [low, high] : [channel.low, channel.high];
}

/** What the worker composes with. */
export function resolved(channels, pyramid) {
  return channels.map((channel, index) => {
    const [low, high] = windowOf(channel, pyramid.channels[index]);
    return { ...channel, low, high };
  });
}

/** A window whose ends keep their order and stay apart by at least `least`. */
export function movedWindow([low, high], end, value, least) {
  return end === 'low' ? [Math.min(value, high - least), high] : [low, Math.max(value, low + least)];
}

/** Settings are kept for a project (or an image) and for pictures of as many channels of the same type. */
export function placeOf(scope, pyramid) {
  return `${PREFIX}:${scope}:${pyramid.dtype}x${pyramid.channels.length}`;
}

function isChannel(value) {
  const number = found => found === null || Number.isFinite(found);
  return value && /^#[0-9a-f]{6}$/i.test(value.color) && typeof value.on === 'boolean'
    && number(value.low) && number(value.high) && value.gamma >= GAMMAS.least && value.gamma <= GAMMAS.most;
}

/** What was kept, if it fits; else the defaults. */
export function remembered(store, place, pyramid) {
  try {
    const kept = JSON.parse(store.getItem(place));
    if (kept.length === pyramid.channels.length && kept.every(isChannel)) return kept;
  } catch {
    // Nothing was kept, or by another version.
  }
  return defaultsOf(pyramid);
}

export function remember(store, place, value) {
  try {
    store.setItem(place, JSON.stringify(value));
  } catch {
    // A full or forbidden store: the settings last as long as the page.
  }
}

/** The outlines' look, for the whole browser. */
export function rememberedLook(store) {
  try {
    const { outlineWidth, fillOpacity } = JSON.parse(store.getItem(`${PREFIX}-look`));
    if (outlineWidth >= 0.5 && outlineWidth <= 6 && (fillOpacity === null || (fillOpacity >= 0 && fillOpacity <= 1))) return { outlineWidth, fillOpacity };
  } catch {
    // As above.
  }
  return { ...LOOK };
}

export function rememberLook(store, look) {
  remember(store, `${PREFIX}-look`, look);
}
