/** What the page imports: the components of the viewer and of the editor, which share their modules. */
export { CellHubViewer } from './CellHubViewer.jsx';
export { EditorBar } from './tools/SaveBar.jsx';
export { EditorRail } from './tools/Rail.jsx';
