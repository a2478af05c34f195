// The stop, as those see it who are not logged in yet: they are told of it, and only when the port is somebody else's.

import { FleetError } from '../../errors.js';

export class LastCall {
  private isOver = false;
  private leave: () => void = () => undefined;
  /** Who is told sooner comes again, to a port that its successor has not yet. */
  private readonly portLeft = new Promise<void>((resolve) => (this.leave = resolve));

  /** From now on nobody is let in. */
  end(): void {
    this.isOver = true;
  }

  /** The port is left: who was not let in is told so. */
  left(): void {
    this.leave();
  }

  /** @throws SHUTTING_DOWN where nobody is let in any more, once the port is left */
  async check(): Promise<void> {
    if (!this.isOver) return;
    await this.portLeft;
    throw new FleetError('SHUTTING_DOWN', {});
  }
}
