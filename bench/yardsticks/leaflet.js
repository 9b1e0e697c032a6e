/** Leaflet with its canvas renderer. */
import L from 'leaflet';
import { COLOUR, drawn, objects, PICTURE, size, WIDTH } from './data.js';

const { width, height } = await size();
const bounds = [[-height, 0], [0, width]];
const map = L.map('map', { crs: L.CRS.Simple, preferCanvas: true, minZoom: -6, zoomSnap: 0, zoomControl: false, attributionControl: false, inertia: false });
map.fitBounds(bounds, { padding: [12, 12], animate: false });
const picture = L.imageOverlay(PICTURE, bounds).addTo(map);
const points = ring => Array.from({ length: ring.length / 2 }, (_, i) => [-ring[2 * i + 1], ring[2 * i]]);
for (const { rings } of await objects()) L.polygon(rings.map(points), { color: COLOUR, weight: WIDTH, fill: false }).addTo(map);
if (picture.getElement().complete) drawn();
else picture.once('load', drawn);
