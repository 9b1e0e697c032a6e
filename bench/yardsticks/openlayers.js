/** The plain vector layer of OpenLayers. */
import Feature from 'ol/Feature.js';
import OlMap from 'ol/Map.js';
import View from 'ol/View.js';
import Polygon from 'ol/geom/Polygon.js';
import ImageLayer from 'ol/layer/Image.js';
import VectorLayer from 'ol/layer/Vector.js';
import Projection from 'ol/proj/Projection.js';
import ImageStatic from 'ol/source/ImageStatic.js';
import VectorSource from 'ol/source/Vector.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import { COLOUR, drawn, objects, PICTURE, size, WIDTH } from './data.js';

const { width, height } = await size();
const extent = [0, -height, width, 0];
const projection = new Projection({ code: 'image', units: 'pixels', extent });
const coordinates = ring => Array.from({ length: ring.length / 2 + 1 }, (_, i) => [ring[(2 * i) % ring.length], -ring[(2 * i + 1) % ring.length]]);
const features = (await objects()).map(({ rings }) => new Feature(new Polygon(rings.map(coordinates))));
const style = new Style({ stroke: new Stroke({ color: COLOUR, width: WIDTH }) });
const map = new OlMap({
  target: 'map',
  controls: [],
  layers: [
    new ImageLayer({ source: new ImageStatic({ url: PICTURE, imageExtent: extent, projection }) }),
    new VectorLayer({ source: new VectorSource({ features }), style }),
  ],
  view: new View({ projection, center: [width / 2, -height / 2], resolution: 1 }),
});
map.once('rendercomplete', drawn);
map.getView().fit(extent, { padding: [12, 12, 12, 12] });
