/**
 * Colours of figures. Concrete ones and no CSS variables, because a figure leaves the page as a file.
 * Groups: after Okabe & Ito (2008), told apart with every kind of colour blindness; each has a contrast of 3 to its ground.
 */
export const LIGHT = Object.freeze({
  name: 'light', ground: '#ffffff', text: '#1c2024', dim: '#5b6067', line: '#e0e1e6', axis: '#8b8d98', accent: '#0a7f72', rest: '#8fb8b3', muted: '#c9ccd3',
  groups: ['#0072b2', '#c96a00', '#00805c', '#a8558a', '#2d86b8', '#8a6d00', '#7a5ab8', '#5f6b73'],
});
export const DARK = Object.freeze({
  name: 'dark', ground: '#18191b', text: '#edeef0', dim: '#b0b4ba', line: '#2e3135', axis: '#777b84', accent: '#2dd4bf', rest: '#2b6b64', muted: '#43484e',
  groups: ['#56b4e9', '#e69f00', '#2fc49a', '#e39ac3', '#9ad1f2', '#f0e442', '#b59cf0', '#a8b3ba'],
});

export const colourOf = (theme, index) => theme.groups[index % theme.groups.length];

/** The palette of the page as it is now. */
export const themeOf = root => (root.classList.contains('dark') ? DARK : LIGHT);
