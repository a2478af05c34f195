// Gathers the outcome of a reply from its packets, on their way to wherever the reply goes.

import type { EofPacket, ErrPacket, OkPacket, PrepareOk } from '../../wire/reply-packets.js';
import type { ReplyListener } from '../../wire/reply-listener.js';
import type { ReplyTracker } from '../../wire/reply-tracker.js';
import type { StateChange } from '../../wire/session-track.js';

/** How a reply ended. */
export interface Outcome {
  readonly err: ErrPacket | null;
  /** The last OK of the reply, where it had one. */
  readonly ok: OkPacket | null;
  /** Status flags of the last OK or EOF; null where there was none. */
  readonly status: number | null;
  /** Of the last result, or of the preparation. */
  readonly warnings: number;
  /** Any of the results came with warnings. */
  readonly hasWarned: boolean;
  readonly changes: readonly StateChange[];
  /** Rows of the last result set; null where the reply had none. */
  readonly rows: number | null;
  /** OK packets and sets of rows. */
  readonly results: number;
}

/** Where a reply goes. */
export interface ReplySink {
  /** They are there during the call only. */
  forward(bytes: Buffer): void;
  betweenRows?(sequence: number): void;
  prepared?(prepared: PrepareOk): number;
  definition?(payload: Buffer): Buffer;
  /** @param index how many results of the command came before this one */
  counted?(ok: OkPacket, index: number): OkPacket;
  localInfile?(): void;
}

export class ReplyProgress {
  private err: ErrPacket | null = null;
  private ok: OkPacket | null = null;
  private last: EofPacket | null = null;
  private sawRows = false;
  private hasWarned = false;
  private ofPreparation = 0;
  /** OK packets and sets of rows so far. */
  private results = 0;
  private readonly changes: StateChange[] = [];

  listener(sink: ReplySink): ReplyListener {
    return {
      forward: (bytes) => sink.forward(bytes),
      betweenRows: (sequence) => sink.betweenRows?.(sequence),
      ok: (ok) => {
        this.ok = this.last = ok;
        this.hasWarned ||= ok.warnings > 0;
        this.results++;
        this.sawRows = false;
        this.changes.push(...ok.changes);
      },
      err: (err) => {
        this.err = err;
      },
      eof: (eof, behind) => {
        this.last = eof;
        this.hasWarned ||= eof.warnings > 0;
        this.sawRows = behind === 'rows';
        if (this.sawRows) this.results++;
      },
      prepared: (prepared) => {
        this.ofPreparation = prepared.warnings;
        return sink.prepared?.(prepared) ?? prepared.statementId;
      },
      ...(sink.definition === undefined ? {} : { definition: sink.definition.bind(sink) }),
      counted: (ok) => sink.counted?.(ok, this.results) ?? ok,
      localInfile: () => sink.localInfile?.(),
    };
  }

  outcome(tracker: ReplyTracker): Outcome {
    const { err, ok, last, changes } = this;
    const status = err === null ? (last?.status ?? null) : null;
    return {
      err,
      ok,
      status,
      warnings: this.ofPreparation || (last?.warnings ?? 0),
      hasWarned: this.hasWarned || this.ofPreparation > 0,
      changes,
      rows: this.sawRows ? tracker.rows : null,
      results: this.results,
    };
  }
}
