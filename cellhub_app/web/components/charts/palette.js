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

const INKS = Object.freeze(['#ffffff', '#111315']);
const linear = part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

/** The relative luminance of `#rrggbb` (WCAG 2). */
export function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map(at => linear(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How far two colours stand apart, 1 to 21. */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Words on a colour: light ones or dark ones, whichever are read better. */
export const inkOn = colour => (contrast(INKS[0], colour) >= contrast(INKS[1], colour) ? INKS[0] : INKS[1]);
