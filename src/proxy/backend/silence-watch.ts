// Notices that a backend has fallen silent. One timer a connection, looked at rarely: a reply a millisecond must not cost one each.

/** What is awaited: nothing, an answer that takes a server no time, or one for which it may have to work. */
export type Awaited = 'nothing' | 'soon' | 'sometime';

export class SilenceWatch {
  private since = 0;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param limitMs so long an answer that takes no time may take, and so often a longer silence is looked into
   * @param awaited asked when there was silence for `limitMs`
   * @param silent told of it, every `limitMs`, until something is heard or nothing is awaited any more
   */
  constructor(
    private readonly limitMs: number,
    private readonly awaited: () => Awaited,
    private readonly silent: (awaited: 'soon' | 'sometime') => void,
  ) {}

  /** Something was heard, or is awaited from now on: the time begins anew. */
  restart(): void {
    this.since = Date.now();
    this.timer ??= this.lookIn(this.limitMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private lookIn(ms: number): NodeJS.Timeout {
    // What has arrived while this process was held up is read before the silence is judged.
    return setTimeout(() => setImmediate(this.look), ms).unref();
  }

  private readonly look = (): void => {
    if (this.timer === undefined) return;
    this.timer = undefined;
    const awaited = this.awaited();
    if (awaited === 'nothing') return;
    const leftMs = this.since + this.limitMs - Date.now();
    this.timer = this.lookIn(leftMs > 0 ? leftMs : this.limitMs);
    if (leftMs <= 0) this.silent(awaited);
  };
}
