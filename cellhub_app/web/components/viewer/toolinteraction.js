import PointerInteraction from 'ol/interaction/Pointer.js';

function placeOf({ coordinate: [x, y] }) {
  return [x, -y];
}

/** Gives what the pointer does to the tool in hand, before the map may pan or zoom; `handOf` answers that tool, or nothing. */
export class ToolInteraction extends PointerInteraction {
  constructor(handOf) {
    super();
    this.handOf = handOf;
    this.held = null;
  }

  handleDownEvent(event) {
    const { originalEvent } = event;
    const hand = originalEvent.button === 0 ? this.handOf() : null;
    this.held = hand?.down?.(placeOf(event), originalEvent) ? hand : null;
    return this.held !== null;
  }

  handleDragEvent(event) {
    this.held?.drag?.(placeOf(event), event.originalEvent);
  }

  handleUpEvent(event) {
    this.held?.up?.(placeOf(event), event.originalEvent);
    this.held = null;
    return false;
  }

  handleMoveEvent(event) {
    this.handOf()?.move?.(placeOf(event), event.originalEvent);
  }
}
