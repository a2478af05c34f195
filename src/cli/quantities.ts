// Durations, sizes and counts as short as a table needs them.

/** `850ms`, `12s`, `4m`, `3h`, `12d`. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
  ] as const;
  const unit = units.find(([size]) => ms >= 2 * size);
  return unit === undefined ? `${Math.floor(ms / 1_000)}s` : `${Math.floor(ms / unit[0])}${unit[1]}`;
}

/** `54MB`. */
export function shortSize(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)}MB`;
}

/** `1.5` below ten, whole numbers above. */
export function shortNumber(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
}
