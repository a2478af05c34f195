// User variables of many sessions on one connection: values are read and kept for their owners, and given back.

import { queryCommand, type StateCommand } from '../../session/difference.js';
import type { ServerFacts, Session } from '../../session/session.js';
import {
  assignVariables,
  literalsOf,
  MOST_KEPT,
  MOST_READ,
  readVariables,
  UNSET,
} from '../../session/user-variables.js';
import type { Literal } from '../../session/variables.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import type { Statement } from '../../sql/types.js';
import { mayDoAnything } from './hidden-effects.js';

/** Bytes of values that are asked for together; longer ones are asked for one by one. */
const TOGETHER = 1024 * 1024;
/** What an assignment has beside the value. */
const AROUND = 2 * 1024;

/** Bytes of the longest value that can be read in hexadecimal digits and be assigned again. */
function longestValue({ maxAllowedPacket }: ServerFacts): number {
  return Math.floor(Math.min(maxAllowedPacket - AROUND, MOST_KEPT) / 2);
}

/**
 * User variables that the command mentions, where the connection holds other sessions' values: those are read and kept for
 * their owners, then overwritten.
 * @param retyped variables of the session whose types what goes before will have changed: they are given their values again
 * @throws BackendGone
 */
export async function exchangeVariables(
  command: ClientCommand,
  session: Session,
  live: Live,
  retyped: readonly string[],
): Promise<StateCommand[]> {
  const { userVariables } = live.state;
  const names = namesTouched(command, session, live);
  const owner = session.userVariables;
  if (names.size + retyped.length === 0) return [];
  const foreign = userVariables.foreign(names, owner);
  await saveVariables(userVariables.worthSaving([...foreign, ...retyped]), live);
  const kept = retyped.filter((name) => owner.savedVariables.has(name));
  const toSet = [...new Set([...foreign, ...userVariables.missing(names, owner), ...kept])];
  const values = toSet.map((name) => [name, owner.savedVariables.get(name) ?? UNSET] as const);
  return portions(values, live.facts.maxAllowedPacket - AROUND).map((portion) =>
    queryCommand(assignVariables(portion), () => {
      for (const [name, value] of portion) userVariables.giveSaved(name, value, owner);
    }),
  );
}

type Value = readonly [name: string, value: Literal];

/** The values in portions of which each can be assigned by one statement. */
function portions(values: readonly Value[], mostBytes: number): Value[][] {
  const all: Value[][] = [];
  let bytes = Infinity;
  for (const value of values) {
    const length = assignVariables([value]).length;
    if (bytes + length > mostBytes) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(value);
    bytes += length;
  }
  return all;
}

/** What cannot be judged by its text may touch every variable, and one table shows them all. */
function namesTouched({ effects }: ClientCommand, session: Session, live: Live): Set<string> {
  const names = new Set(effects.flatMap((effect) => effect.userVariables.mentioned));
  const all = [...live.state.userVariables.names, ...session.userVariables.savedVariables.keys()];
  const touchesAll = (effect: Statement): boolean =>
    mayDoAnything(effect) || (effect.isRead && effect.mentions('user_variables'));
  return all.length > 0 && effects.some(touchesAll) ? new Set([...names, ...all]) : names;
}

/** Reads all that the connection holds and somebody may still ask for. @throws BackendGone */
export async function saveAllVariables(live: Live): Promise<void> {
  const { userVariables } = live.state;
  await saveVariables(userVariables.worthSaving(userVariables.names), live);
}

/** Reads variables that the connection holds, and keeps their values for the sessions that they belong to. @throws BackendGone */
async function saveVariables(names: readonly string[], live: Live): Promise<void> {
  const { facts } = live;
  const together = Math.min(TOGETHER, longestValue(facts));
  for (let at = 0; at < names.length; at += MOST_READ)
    await saveSome(names.slice(at, at + MOST_READ), together, live);
}

async function saveSome(names: readonly string[], mostBytes: number, live: Live): Promise<void> {
  const { connection, state, facts } = live;
  const answer = await connection.query(readVariables(names, mostBytes));
  if (answer === null) return;
  const [row] = answer.rows;
  if (row !== undefined) {
    const literals = literalsOf(names, answer.columns, row);
    for (const [i, name] of names.entries()) keep(name, literals[i] ?? UNSET, live);
  } else if (names.length > 1) {
    const half = Math.ceil(names.length / 2);
    await saveSome(names.slice(0, half), mostBytes, live);
    await saveSome(names.slice(half), mostBytes, live);
  } else if (mostBytes < longestValue(facts)) {
    await saveSome(names, longestValue(facts), live);
  } else {
    for (const name of names) state.userVariables.ownerOf(name)?.tooLarge.add(name);
  }
}

/** Keeps a value for its session, unless that has no room for it. */
function keep(name: string, value: Literal, { state }: Live): void {
  const owner = state.userVariables.ownerOf(name);
  if (owner === undefined) return;
  if (owner.savedVariables.bytes + value.length > MOST_KEPT) owner.tooLarge.add(name);
  else owner.savedVariables.set(name, value);
}
