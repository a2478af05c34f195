// How long a soak goes on: counts operations, wakes those who wait for a count, and ends pauses when it is over.

export class Pace {
  private readonly waiters = new Set<() => void>();
  private isOver = false;
  private done = 0;
  /** Why it is over, in words. */
  reason = '';

  get over(): boolean {
    return this.isOver;
  }

  /** Operations done so far. */
  get operations(): number {
    return this.done;
  }

  /** An operation was done. */
  step(): void {
    this.done += 1;
    for (const look of [...this.waiters]) look();
  }

  stop(reason: string): void {
    if (!this.isOver) this.reason = reason;
    this.isOver = true;
    for (const look of [...this.waiters]) look();
  }

  /** Resolves when so many operations are done, or when it is over. */
  reached(operations: number): Promise<void> {
    return this.wait(() => this.done >= operations);
  }

  /** Resolves after so many ms, or when it is over. */
  pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let isUp = false;
    const waiting = this.wait(
      () => isUp,
      (look) => {
        timer = setTimeout(() => {
          isUp = true;
          look();
        }, ms);
      },
    );
    return waiting.finally(() => clearTimeout(timer));
  }

  private wait(isDone: () => boolean, begin?: (look: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.isOver && !isDone()) return;
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
      begin?.(look);
      look();
    });
  }
}
