// Columns of text, as wide as their widest cell.

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  readonly align?: 'left' | 'right';
}

/** Lines of a table with a line of titles, at most `width` characters wide; the last column takes what is left. */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], width = Infinity): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells.map((line) => {
    const padded = line.map((cell, index) => {
      if (index === columns.length - 1) return cell;
      const wide = widths[index] ?? 0;
      return columns[index]?.align === 'right' ? cell.padStart(wide) : cell.padEnd(wide);
    });
    return shorten(padded.join('  ').trimEnd(), width);
  });
}

function shorten(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
