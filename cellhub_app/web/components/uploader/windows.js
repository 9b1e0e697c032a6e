const ANSWER_WITHIN_MS = 250;

/** Asks the other windows of this browser which upload sessions they are sending, so that nobody is told these had stopped. */
export class Windows {
  constructor(ownSessions) {
    this.channel = new BroadcastChannel('cellhub-uploads');
    this.channel.onmessage = ({ data }) => {
      if (data === 'which') this.channel.postMessage({ sessions: ownSessions() });
      else this.heard?.push(...data.sessions);
    };
  }

  async sessionsElsewhere() {
    this.heard = [];
    this.channel.postMessage('which');
    await new Promise(resolve => setTimeout(resolve, ANSWER_WITHIN_MS));
    return new Set(this.heard);
  }
}
