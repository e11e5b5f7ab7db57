// Which columns of an answer make a chart: a name or a time, and a number.
import type { Schemas } from '../api/client';

type Result = Schemas['QueryResult'];
export interface Chartable { kind: 'bar' | 'line'; x: string; y: string; ordered?: boolean; rows: { x: string; y: number }[] }

export const most = 60;

export function chartable(result: Result, wanted?: 'bar' | 'line'): Chartable | null {
  const y = result.columns.map((c) => c.kind).lastIndexOf('number');
  const x = result.columns.findIndex((c, i) => i !== y && (c.kind === 'time' || c.kind === 'text'));
  const xColumn = result.columns[x];
  const yColumn = result.columns[y];
  if (!xColumn || !yColumn || result.rows.length === 0) return null;
  const rows = result.rows.flatMap((row) => {
    const value = row[y];
    return typeof value === 'number' ? [{ x: String(row[x] ?? 'not known'), y: value }] : [];
  });
  const kind = wanted ?? (xColumn.kind === 'time' ? 'line' : 'bar');
  return rows.length === 0 ? null : { kind, x: xColumn.name, y: yColumn.name, rows: kind === 'bar' ? rows.slice(0, most) : rows };
}
