// Where in a backend's reply the next packet stands.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html

import { ServerStatus } from './constants.js';
import { malformed } from './lenenc.js';
import type { EofPacket, OkPacket } from './reply-packets.js';

/**
 * The forms of a reply: `query` result sets, OK or a request for a local file; `cursor` the same where the client has asked
 * for a cursor, whose rows come with COM_STMT_FETCH; `prepare` a statement with its definitions;
 * `fields` column definitions up to an EOF; `rows` rows up to an EOF; `ok` one packet of OK, EOF or ERR; `text` one packet
 * without a form.
 */
export type ReplyForm = 'query' | 'cursor' | 'prepare' | 'fields' | 'rows' | 'ok' | 'text';

/** What follows a block of definitions: rows, the second block of a prepared statement, or nothing. */
type Then =
  { readonly name: 'rows' } | { readonly name: 'columns'; readonly count: number } | { readonly name: 'end' };

/** `definitions` has `left` > 0 definitions still to come; `definitions-eof` is the EOF behind them. */
export type Phase =
  | { readonly name: 'first' }
  | { readonly name: 'definitions'; readonly left: number; readonly then: Then }
  | { readonly name: 'definitions-eof'; readonly then: Then }
  | { readonly name: 'fields' }
  | { readonly name: 'rows' }
  | { readonly name: 'end' };

/** A packet that moves a reply on. */
export type Step =
  | { readonly type: 'ok'; readonly ok: OkPacket }
  | { readonly type: 'err' }
  | { readonly type: 'text' }
  | { readonly type: 'column-count'; readonly columns: number }
  | { readonly type: 'prepared'; readonly parameters: number; readonly columns: number }
  | { readonly type: 'definition' }
  | { readonly type: 'definitions-eof'; readonly eof: EofPacket }
  | { readonly type: 'rows-eof'; readonly eof: EofPacket };

const END: Phase = { name: 'end' };

export function firstPhase(form: ReplyForm): Phase {
  if (form === 'fields' || form === 'rows') return { name: form };
  return { name: 'first' };
}

/** The phase behind `step`. Steps that do not fit the phase are the caller's to refuse. */
export function nextPhase(form: ReplyForm, phase: Phase, step: Step): Phase {
  switch (step.type) {
    case 'err':
    case 'text':
      return END;
    case 'ok':
      return behindResult(form, step.ok.status);
    case 'rows-eof':
      return behindResult(form, step.eof.status);
    case 'column-count':
      return definitions(step.columns, { name: 'rows' });
    case 'prepared':
      if (step.parameters === 0) return definitions(step.columns, { name: 'end' });
      return definitions(
        step.parameters,
        step.columns > 0 ? { name: 'columns', count: step.columns } : { name: 'end' },
      );
    case 'definition':
      if (phase.name !== 'definitions') return phase;
      return phase.left > 1
        ? { ...phase, left: phase.left - 1 }
        : { name: 'definitions-eof', then: phase.then };
    case 'definitions-eof':
      return phase.name === 'definitions-eof' ? behindDefinitions(form, phase.then, step.eof.status) : phase;
  }
}

function definitions(left: number, then: Then): Phase {
  return left > 0 ? { name: 'definitions', left, then } : END;
}

function behindDefinitions(form: ReplyForm, then: Then, status: number): Phase {
  if (then.name === 'columns') return definitions(then.count, { name: 'end' });
  if (then.name === 'end') return END;
  // The flag alone says nothing: MariaDB sets it for the rows that a FOR loop over a query gives out, too.
  return form === 'cursor' && (status & ServerStatus.CURSOR_EXISTS) !== 0 ? END : { name: 'rows' };
}

function behindResult(form: ReplyForm, status: number): Phase {
  const mayGoOn = form === 'query' || form === 'cursor';
  return mayGoOn && (status & ServerStatus.MORE_RESULTS_EXISTS) !== 0 ? { name: 'first' } : END;
}

/** Only rows are longer: what says so of another packet is no reply, and would be waited for in vain. */
const LONGEST_BUT_ROWS = 1024 * 1024;

/**
 * Whether nothing of a packet in the phase but its length and first byte matters. @param seesDefinitions somebody wants to
 * see definitions whole
 * @throws MALFORMED_PACKET
 */
export function isUnread(phase: Phase, first: number, length: number, seesDefinitions: boolean): boolean {
  if (length > LONGEST_BUT_ROWS && phase.name !== 'rows') throw malformed('a packet too long for its place');
  switch (phase.name) {
    case 'rows':
    case 'fields':
      return first !== 0xff && !(first === 0xfe && length < 9);
    case 'definitions':
      return first !== 0xff && !seesDefinitions;
    case 'first':
    case 'definitions-eof':
    case 'end':
      return false;
  }
}
