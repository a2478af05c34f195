// A turn that frees the connection of what a session holds: it was closed, or begins anew.

import type { InstanceSettings } from '../../config/types.js';
import type { ClientError } from '../../errors.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import { giveUpIfThere } from './give-up.js';
import type { Refusable, Slot, TurnResult } from '../queue/slot.js';

export class ReleaseTurn implements Refusable {
  readonly fingerprint = 'ROLLBACK';
  readonly pace = 'unknown';

  /** @param then called when nothing of the session is left on the connection, also when that is because it is gone */
  constructor(
    private readonly owner: TurnOwner,
    private readonly settings: InstanceSettings,
    private readonly then: () => void,
  ) {}

  async run(slot: Slot): Promise<TurnResult> {
    await giveUpIfThere(this.owner, slot, this.settings);
    this.then();
    return { type: 'done' };
  }

  /** It waits on for a statement of its session's own, which may still be drained: what that does is not to outlive it. A stop ends all. */
  refuse({ code }: ClientError): void {
    if (code === 'QUEUE_TIMEOUT') this.owner.resume(this);
    else this.then();
  }
}
