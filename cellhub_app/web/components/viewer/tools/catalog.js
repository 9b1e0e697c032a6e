/** The tools and actions of the editor, as rail, keys and help show them: name, key, title, what to do, icon (paths in a box of 16). */
export const TOOLS = [
  { name: 'select', key: 'v', title: 'Select', icon: 'M4 2.5v10l2.6-2.4 1.7 3.6 1.9-.9-1.7-3.5h3.6z', hint: 'Click an object; Shift adds to the selection. Shift + drag selects a box, Alt + drag a lasso.' },
  { name: 'box', key: 'b', title: 'Select a box', icon: 'M3 3h2M7 3h2M11 3h2v2M13 7v2M13 11v2h-2M9 13H7M5 13H3v-2M3 9V7M3 5V3', hint: 'Drag over the objects; Shift keeps those that are selected.' },
  { name: 'lasso', key: 'l', title: 'Lasso', icon: 'M5 10.5C2.5 9.8 1.8 7.9 2.5 6 3.5 3.5 7 2.5 10 3.3s4.5 3 3.5 5c-1 1.9-4 2.7-6.5 2.4M5 9.5a1.3 1.3 0 1 0 .1 2.6A1.3 1.3 0 0 0 5 9.5M5.3 12c.2 1-.3 1.8-1.3 2', hint: 'Draw around the objects; Shift keeps those that are selected.' },
  { name: 'vertices', key: 'e', title: 'Edit vertices', icon: 'm3 13 .8-3L10.5 3.3l2.2 2.2L6 12.2zM9 4.8 11.2 7', hint: 'Drag a vertex, or an edge for a new one. Alt + click removes one. Tab steps through the vertices, arrows move, Enter inserts, X removes.' },
  { name: 'draw', key: 'n', title: 'New polygon', icon: 'M5 3h6l3 5-3 5H5L2 8z', group: 'draw', hint: 'Click the corners; Enter, a double click or the first corner closes. Arrows and Space do it from the keyboard.' },
  { name: 'freehand', key: 'f', title: 'Freehand', icon: 'M2 9.5C3.5 4 5.5 3.5 6.5 6.5s-.5 6 1.5 6 2-7 4-7 1 3 2 4.5', group: 'draw', hint: 'Draw around an object and let go.' },
  { name: 'points', key: 'a', title: 'Add points', icon: 'M8 3v10M3 8h10', group: 'draw', hint: 'Draw a line that leaves the outline of the selected object and comes back to it.' },
  { name: 'slice', key: 's', title: 'Slice', icon: 'M4.5 5.5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM4.5 13.9a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM6 5l8 6.5M6 11l8-6.5', group: 'cut', hint: 'Draw a line across the selected objects, or across any when none is selected.' },
  { name: 'merge', key: 'm', title: 'Merge', icon: 'M4 3v5a4 4 0 0 0 8 0V3', group: 'cut', hint: 'Click two objects that touch. With several selected, M merges them at once.' },
  { name: 'hole', key: 'h', title: 'Hole (Shift + H fills)', icon: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z', group: 'cut', hint: 'Draw the hole inside an object. Shift + H fills the holes of what is selected.' },
  { name: 'move', key: 'g', title: 'Move', icon: 'M8 2v12M2 8h12M6.2 3.8 8 2l1.8 1.8M6.2 12.2 8 14l1.8-1.8M3.8 6.2 2 8l1.8 1.8M12.2 6.2 14 8l-1.8 1.8', group: 'cut', hint: 'Drag an object, or move what is selected with the arrow keys (Shift: 10 px).' },
  { name: 'delete', key: 'd', title: 'Delete', icon: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v4M9.2 7v4', group: 'cut', hint: 'Click the objects to delete. With some selected, D deletes them at once.' },
  { name: 'pan', key: 'p', title: 'Pan', icon: 'M5.5 8.5V4a1 1 0 0 1 2 0V7M7.5 7V3a1 1 0 0 1 2 0v4M9.5 7.5V4a1 1 0 0 1 2 0v5c0 3-1.5 5-4 5-2 0-2.8-.8-4.7-4-.5-1 .8-1.7 1.5-.9l1.2 1.4', group: 'look', hint: 'Drag the image. Nothing is edited.' },
];

export const ACTIONS = [
  { name: 'smooth', key: 'o', title: 'Smooth', icon: 'M2 11c2-7 4-7 6-3s4 4 6-3' },
  { name: 'simplify', key: 'i', title: 'Simplify…', icon: 'M3 13 5 3l8 3-2 7zM5 3h.01M13 6h.01M11 13h.01', panel: true },
  { name: 'resize', key: 'r', title: 'Grow or shrink…', icon: 'M6 8a2 2 0 1 0 4 0 2 2 0 0 0-4 0M8 1.5v2.2M8 12.3v2.2M1.5 8h2.2M12.3 8h2.2', panel: true },
  { name: 'class', key: 'c', title: 'Change class…', icon: 'M2.5 3h5l6 6-4.5 4.5-6.5-6.5zM5.2 5.7h.01', panel: true },
  { name: 'filter', key: 'q', title: 'Select by measure…', icon: 'M2 3h12L9.5 8.5V13l-3-1.5v-3z', panel: true },
];

export const TOOL_BY_KEY = new Map(TOOLS.map(tool => [tool.key, tool.name]));
export const ACTION_BY_KEY = new Map(ACTIONS.map(action => [action.key, action]));
export const TOOL_BY_NAME = new Map(TOOLS.map(tool => [tool.name, tool]));
