// Lines of bounded length: what reads logs over a bus or a socket splits and breaks longer ones.

/** A JSON line may have so many bytes. */
export const maxLineBytes = 4000;

/**
 * `fields` with long texts cut so that their JSON stays below `maxBytes`. Short fields are kept whole: the bound on each
 * text is halved until all fit.
 */
export function fitFields(
  fields: Readonly<Record<string, unknown>>,
  maxBytes: number = maxLineBytes,
): Readonly<Record<string, unknown>> {
  if (jsonBytes(fields) < maxBytes) return fields;
  for (let limit = maxBytes >> 1; limit > 0; limit >>= 1) {
    const cut = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, cutTexts(value, limit)]),
    );
    if (jsonBytes(cut) < maxBytes) return cut;
  }
  return {};
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function cutTexts(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cutText(value, limit);
  return Array.isArray(value) ? value.slice(0, limit).map((part: unknown) => cutTexts(part, limit)) : value;
}

function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Not in the middle of a character of two halves: the line would not be valid UTF-8.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}
