// A wait that may be cut short, or be the last.

export interface Pause {
  wait(ms: number): Promise<void>;
  /** Ends the wait that is going on, or the next. */
  end(): void;
  stop(): void;
  stopped(): boolean;
}

export function createPause(): Pause {
  let wake: () => void = () => undefined;
  let ended = false;
  let stopped = false;
  const end = (): void => {
    ended = true;
    wake();
  };
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => wake(), ms);
        wake = () => {
          clearTimeout(timer);
          ended = false;
          resolve();
        };
        if (ended || stopped) wake();
      }),
    end,
    stop() {
      stopped = true;
      end();
    },
    stopped: () => stopped,
  };
}
