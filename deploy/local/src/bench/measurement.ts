/** One line of the table. `perRound` keeps what each round came to, so that the spread can be seen. */
export type Measurement = {
  name: string;
  unit: string;
  value: number;
  perRound: number[];
  /** The reference measured in the same rounds, and the median of the ratios of each round. */
  reference?: number;
  ratio?: number;
  target?: { at: 'least' | 'most'; value: number; of: 'ratio' | 'value' };
  note?: string;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** @param part 0.5 for the median, 0.99 for the slowest hundredth. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  if (part === 0.5 && sorted.length > 0 && sorted.length % 2 === 0) {
    return ((sorted[sorted.length / 2 - 1] as number) + (sorted[sorted.length / 2] as number)) / 2;
  }
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Whether the target is met; undefined without one. */
export function isMet({ target, ratio, value }: Measurement): boolean | undefined {
  if (!target) return undefined;
  const got = target.of === 'ratio' ? (ratio ?? Number.NaN) : value;
  return target.at === 'least' ? got >= target.value : got <= target.value;
}

/** The table that the bench prints, as lines. */
export function tableOf(measurements: readonly Measurement[]): string[] {
  const head = ['', 'median', 'unit', 'reference', 'ratio', 'target', '', 'rounds'];
  const rows = [head, ...measurements.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const numbers = new Set([1, 3, 4, 5]);
  return rows.map((row) =>
    row
      .map((cell, column) =>
        numbers.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(measurement: Measurement): string[] {
  const { name, unit, value, reference, ratio, target, perRound, note } = measurement;
  const met = isMet(measurement);
  const sign = target?.at === 'least' ? '≥' : '≤';
  return [
    name,
    shown(value),
    unit,
    reference === undefined ? '' : shown(reference),
    ratio === undefined ? '' : ratio.toFixed(2),
    target ? `${sign} ${target.of === 'ratio' ? target.value.toFixed(2) : shown(target.value)}` : '',
    met === undefined ? '' : met ? 'met' : 'missed',
    [perRound.map(shown).join(' '), note].filter(Boolean).join('; '),
  ];
}

const shown = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
