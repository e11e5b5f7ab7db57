// Times as people read them. Everything comes in RFC 3339, UTC, and is shown in
// the reader's own time zone; "now" is an argument, so that tests have one.

const full = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const parse = (text: string): Date | null => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
};

export const timeText = (text: string): string => { const d = parse(text); return d ? full.format(d) : text; };
export const dayText = (text: string): string => { const d = parse(text); return d ? day.format(d) : text; };
export const clockText = (text: string): string => { const d = parse(text); return d ? clock.format(d) : text; };

const units: [seconds: number, one: string, many: string][] = [
  [86400, 'a day', 'days'], [3600, 'an hour', 'hours'], [60, 'a minute', 'minutes'],
];

export function ageText(text: string, now: number): string {
  const date = parse(text);
  if (!date) return text;
  const seconds = Math.floor((now - date.getTime()) / 1000);
  if (seconds < 60) return 'less than a minute ago';
  for (const [length, one, many] of units) {
    const n = Math.floor(seconds / length);
    if (n === 1) return `${one} ago`;
    if (n > 1) return `${n} ${many} ago`;
  }
  return 'less than a minute ago';
}

// More than a day: what is shown may no longer be so.
export const isOld = (text: string, now: number): boolean => {
  const date = parse(text);
  return !date || now - date.getTime() > 86400_000;
};

export const isoDay = (now: number, daysAhead: number): string =>
  new Date(now + daysAhead * 86400_000).toISOString().slice(0, 10);

// A step of the map's slider to a time, between the first and the last.
export const between = (first: string, last: string, per_mille: number): string => {
  const a = Date.parse(first);
  const b = Date.parse(last);
  return new Date(a + Math.round(((b - a) * per_mille) / 1000)).toISOString();
};
