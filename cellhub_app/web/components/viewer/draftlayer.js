import { CanvasLayer } from './canvaslayer.js';
import { paintDraft } from './tools/draft.js';

/** What a tool is about to do, over everything else. */
export class DraftLayer extends CanvasLayer {
  constructor(options) {
    super(options);
    this.draft = null;
  }

  show(draft) {
    if (!draft && !this.draft) return;
    this.draft = draft;
    this.changed();
  }

  draw(context, frame) {
    if (this.draft) paintDraft(context, frame, this.draft);
  }
}
