// Whether a session is at work, since when, and what its last command was: for whoever asks.

export class SessionActivity {
  isBusy = false;
  /** Epoch ms since when it has been busy, or idle. */
  since = Date.now();
  /** Fingerprint of the last command; undefined before the first. */
  fingerprint: string | undefined;

  began(): void {
    this.isBusy = true;
    this.since = Date.now();
  }

  ended(): void {
    this.isBusy = false;
    this.since = Date.now();
  }
}
