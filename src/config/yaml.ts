// The only file that knows the YAML library: text to a tree with places, and values to text.
import { Document, isAlias, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Alias, ErrorCode, Pair, ParsedNode, YAMLError, YAMLMap } from 'yaml';

/** Where something stands: offsets into the text (`end` exclusive), line and column from 1. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A scalar: `text` is what its author wrote, without quotes; `isNull` for an empty value or `null`. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly text: string;
  readonly isNull: boolean;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly at: Place;
  /** Written as `{ a: 1 }`. */
  readonly flow: boolean;
  readonly entries: readonly Entry[];
}

/** Anything that a port map has no use for: lists, binary values. */
export interface OtherNode {
  readonly kind: 'other';
  readonly at: Place;
}

export type Node = (ScalarNode | GroupNode | OtherNode) & {
  /** It stands elsewhere in the text, under an anchor. */
  readonly aliased: boolean;
};

export interface Entry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: Node;
}

export interface SyntaxProblem {
  readonly at: Place;
  readonly message: string;
}

/** Aliases are followed at most so often: a text of some lines can otherwise unfold to gigabytes. */
const maxAliases = 1000;

/** For what the library would say by quoting the text, which may be a password that began with `!` or `*`. */
const ownWords: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'A value that begins with * or & is an alias or an anchor in YAML; put it in quotes',
  BAD_COLLECTION_TYPE: 'A value that begins with ! is a tag in YAML; put it in quotes',
  BAD_DIRECTIVE: 'A line that begins with % is a directive in YAML; put the value in quotes',
  BLOCK_IN_FLOW:
    'Indented lines cannot stand inside [ ] or { }; look for a bracket before this place that is not closed',
  BAD_DQ_ESCAPE: 'Inside double quotes \\ begins an escape; write \\\\ for itself, or take single quotes',
  RESOURCE_EXHAUSTION: 'This is nested too deep',
  TAG_RESOLVE_FAILED: 'A value that begins with ! is a tag in YAML; put it in quotes',
  UNEXPECTED_TOKEN: 'This cannot stand here; look for a missing quote, comma, bracket or colon before it',
};

/** Mistakes after which the rest of the text still reads as it was meant. After any other, findings only mislead. */
const harmless: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['BAD_ALIAS', 'BAD_DQ_ESCAPE', 'DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'] as const),
]);

function withoutConsequences(errors: readonly YAMLError[]): readonly YAMLError[] {
  const ordered = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const first = ordered.findIndex(({ code }) => !harmless.has(code));
  return first < 0 ? ordered : ordered.slice(0, first + 1);
}

/** The tree of a YAML text, or what is wrong with it. Messages never quote the text, which may hold secrets. */
export function parseYaml(text: string): { node: Node; problems: readonly SyntaxProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const place = (start: number, end: number): Place => {
    const { line, col } = lines.linePos(start);
    return { start, end, line, column: col };
  };
  const problems = withoutConsequences([...document.errors, ...document.warnings]).map((error) => ({
    at: place(error.pos[0], error.pos[1]),
    message: ownWords[error.code] ?? error.message,
  }));
  const reader = createReader(document, place);
  const node = reader.read(document.contents, 0, false);
  return { node, problems: [...problems, ...reader.problems] };
}

type PlaceOf = (start: number, end: number) => Place;

function createReader(document: Document.Parsed, place: PlaceOf) {
  const problems: SyntaxProblem[] = [];
  let aliases = 0;

  const readAlias = (alias: Alias.Parsed): Node => {
    const at = place(alias.range[0], alias.range[1]);
    aliases++;
    const target = aliases > maxAliases ? undefined : alias.resolve(document);
    if (target !== undefined) return { ...read(target as ParsedNode, at.start, true), at };
    problems.push({ at, message: `More than ${maxAliases} aliases, or one without its anchor` });
    return { kind: 'other', at, aliased: true };
  };

  const readEntry = (pair: Pair<ParsedNode, ParsedNode | null>, aliased: boolean): Entry => {
    const { key } = pair;
    const keyAt = place(key.range[0], key.range[1]);
    const name = isScalar(key) ? key.source : '';
    return { key: name, keyAt, value: read(pair.value, keyAt.end, aliased) };
  };

  const readGroup = (map: YAMLMap.Parsed, aliased: boolean): Node => ({
    kind: 'group',
    at: place(map.range[0], map.range[1]),
    flow: map.flow === true,
    entries: map.items.map((pair) => readEntry(pair, aliased)),
    aliased,
  });

  const read = (node: ParsedNode | null, offset: number, aliased: boolean): Node => {
    if (node === null) return { kind: 'scalar', at: place(offset, offset), text: '', isNull: true, aliased };
    if (isAlias(node)) return readAlias(node);
    if (isMap(node)) return readGroup(node, aliased);
    const at = place(node.range[0], node.range[1]);
    if (!isScalar(node) || node.value instanceof Uint8Array) return { kind: 'other', at, aliased };
    return { kind: 'scalar', at, text: node.source, isNull: node.value === null, aliased };
  };

  return { read, problems };
}

/** What a command may write into a map. */
export type Plain = string | number | boolean | { readonly [key: string]: Plain };

/** `key: value` as YAML text without a newline at its end, in block style or as it stands inside `{ }`. */
export function yamlPair(key: string, value: Plain, flow: boolean): string {
  const document = new Document({ [key]: value });
  if (flow && isMap(document.contents)) document.contents.flow = true;
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd();
  return flow ? text.replace(/^\{\s*/, '').replace(/\s*\}$/, '') : text;
}

/** A scalar as YAML text, quoted where it must be. */
export function yamlScalar(value: string | number | boolean, flow: boolean): string {
  return yamlPair('k', value, flow).slice('k:'.length).trimStart();
}
