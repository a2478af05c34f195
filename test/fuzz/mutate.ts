// Mutations of packets that keep their structure: lengths at their borders, splices, cuts, repetitions; all from a seed.
import type { Random } from '../sql/random.js';

/** Values at which lengths and counts change their form or their sign. */
const borders = [
  0, 1, 0x7f, 0x80, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff, 0x100, 0xfffe, 0xffff, 0x10000, 0xfffffe, 0xffffff,
  0x1000000, 0x7fffffff, 0x80000000, 0xffffffff,
];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const at = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);

/** Two places in order, not far from each other. */
function range(bytes: Buffer, random: Random): [number, number] {
  const from = at(bytes, random);
  return [from, Math.min(bytes.length, from + random.below(random.pick([2, 8, 64, bytes.length + 1])))];
}

const overwrite = (bytes: Buffer, from: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(Math.min(bytes.length, from + by.length))]);

/** A border as a little-endian number, or as a length-encoded one. */
function borderBytes(random: Random): Buffer {
  const value = Buffer.alloc(8);
  value.writeUInt32LE(random.pick(borders));
  const width = random.pick([1, 2, 3, 4, 8]);
  const plain = value.subarray(0, width);
  return random.oneIn(3)
    ? Buffer.concat([Buffer.from([random.pick([0xfb, 0xfc, 0xfd, 0xfe, 0xff])]), plain])
    : plain;
}

const mutations: readonly Mutation[] = [
  (bytes, random) => overwrite(bytes, at(bytes, random), Buffer.from([random.below(256)])),
  (bytes, random) => overwrite(bytes, at(bytes, random), borderBytes(random)),
  (bytes, random) => {
    const from = at(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), borderBytes(random), bytes.subarray(from)]);
  },
  (bytes, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, at(bytes, random)), bytes.subarray(from, to)]);
  },
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    const where = random.below(bytes.length);
    if (bytes.length > 0) flipped.writeUInt8((bytes[where] ?? 0) ^ (1 << random.below(8)), where);
    return flipped;
  },
];

/** The bytes with none to several mutations; a new buffer. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = random.below(random.pick([2, 4, 9])); left > 0; left--) {
    mutated = random.pick(mutations)(mutated, random);
  }
  return mutated;
}

/** The packets with some left out, doubled or in another order, and some mutated, their headers sometimes as well. */
export function mutatePackets(packets: readonly Buffer[], random: Random): Buffer[] {
  const mixed = packets.flatMap((packet) =>
    random.oneIn(12) ? [] : random.oneIn(12) ? [packet, packet] : [packet],
  );
  if (mixed.length > 1 && random.oneIn(6)) mixed.push(...mixed.splice(random.below(mixed.length), 1));
  return mixed.map((packet) => (random.oneIn(3) ? mutatePacket(packet, random) : packet));
}

/** A packet whose header still tells its length, in most cases. */
function mutatePacket(packet: Buffer, random: Random): Buffer {
  if (random.oneIn(6)) return mutate(packet, random);
  const payload = mutate(packet.subarray(4), random);
  const header = Buffer.from(packet.subarray(0, 4));
  header.writeUIntLE(random.oneIn(10) ? random.pick(borders) & 0xffffff : payload.length, 0, 3);
  if (random.oneIn(10)) header.writeUInt8(random.below(256), 3);
  return Buffer.concat([header, payload]);
}

/** The bytes in pieces of any size. */
export function pieces(bytes: Buffer, random: Random): Buffer[] {
  const most = random.pick([1, 3, 17, 400]);
  const cut: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = from + 1 + random.below(most);
    cut.push(Buffer.from(bytes.subarray(from, to)));
    from = to;
  }
  return cut;
}
