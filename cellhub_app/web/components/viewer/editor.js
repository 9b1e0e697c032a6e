/** What the page imports: the components of the viewer and of the editor, which share their modules. */
export { CellHubViewer } from './CellHubViewer.jsx';
export { DisplayPanel } from './depth/DisplayPanel.jsx';
export { PixelSize } from './calibration/PixelSize.jsx';
export { HistoryPanel } from './history/HistoryPanel.jsx';
export { ComparisonChip } from './history/ComparisonChip.jsx';
export { ObjectOrigin } from './history/ObjectOrigin.jsx';
export { Marks } from './marks/Marks.jsx';
export { PeopleBar } from './people/PeopleBar.jsx';
export { EditorBar } from './tools/SaveBar.jsx';
export { EditorRail } from './tools/Rail.jsx';
export { EditorStatus } from './tools/Status.jsx';
