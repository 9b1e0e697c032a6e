"""Pure geometry: masks, polygons, rings and their codecs, in pixel coordinates."""
