import { describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../api/client';
import { attended, heedPeople } from './attended';
import { chartable } from './chart';
import { clauseTexts } from './clauses';
import { cleared, filtersOf, queryOf, toSearch, toggled, withValue } from './filters';
import { drawn, inside, kindOf, protectionText, widths } from './graph';
import { codeOf } from './link';
import { ageText, between, isoDay, isOld, timeText } from './time';
import { changedMapping, uploadQuery } from './upload';
import { mostVariants, shownVariants } from './variants';
import { wordsOf } from './vocabulary';
import { asksSomething, cards } from './ward';
import { bytes, count, deviceName, percent } from './words';

const now = Date.parse('2026-11-22T12:00:00Z');
const data = { version: '1', loading: false };

describe('times', () => {
  it.each([
    ['2026-11-22T11:59:30Z', 'less than a minute ago'], ['2026-11-22T11:59:00Z', 'a minute ago'],
    ['2026-11-22T11:01:00Z', '59 minutes ago'], ['2026-11-22T11:00:00Z', 'an hour ago'],
    ['2026-11-21T12:00:01Z', '23 hours ago'], ['2026-11-21T11:00:00Z', 'a day ago'],
    ['2026-11-01T11:00:00Z', '21 days ago'], ['2026-11-22T12:00:05Z', 'less than a minute ago'],
    ['yesterday', 'yesterday'],
  ])('%s is %s', (text, says) => expect(ageText(text, now)).toBe(says));
  it('is old after a day', () => {
    expect(isOld('2026-11-21T11:00:00Z', now)).toBe(true);
    expect(isOld('2026-11-21T13:00:00Z', now)).toBe(false);
    expect(isOld('nonsense', now)).toBe(true);
  });
  it('shows what is no time as it is', () => expect(timeText('soon')).toBe('soon'));
  it('counts days ahead', () => expect(isoDay(now, 90)).toBe('2027-02-20'));
  it('finds the time of a step of the slider', () =>
    expect(between('2026-11-22T00:00:00Z', '2026-11-22T10:00:00Z', 500)).toBe('2026-11-22T05:00:00.000Z'));
});

describe('words', () => {
  it.each([[0, '0 bytes'], [1, '1 byte'], [999, '999 bytes'], [1000, '1.0 kB'], [123456, '123 kB'], [5.2e9, '5.2 GB']])('%d bytes are %s', (n, says) => expect(bytes(n)).toBe(says));
  it('counts', () => { expect(count(1, 'device')).toBe('1 device'); expect(count(100000, 'device')).toBe('100,000 devices'); });
  it('says how sure', () => expect(percent(0.975)).toBe('98 %'));
  it.each([
    [{ id: 'd-1', name: ['pump1', 'x'] }, 'pump1'], [{ id: 'd-1', manufacturer: 'B. Braun', model: 'Space' }, 'B. Braun Space'],
    [{ id: 'd-1', class: 'infusion-pump' }, 'infusion pump'], [{ id: 'd-1' }, 'd-1'], [{ id: 'd-1', name: [] }, 'd-1'],
  ])('names a device %o', (device, says) => expect(deviceName(device)).toBe(says));
});

describe('filters', () => {
  const search = new URLSearchParams('class=ct&class=mr&q=a+b&class=');
  it('reads them, an empty value too', () => expect(filtersOf(search, ['class', 'site'])).toEqual({ class: ['ct', 'mr', ''] }));
  it('takes one out and keeps the others', () => expect(toggled(search, 'class', 'mr').getAll('class')).toEqual(['ct', '']));
  it('puts one in', () => expect(toggled(search, 'site', 'a&b').toString()).toBe('class=ct&class=mr&q=a+b&class=&site=a%26b'));
  it('leaves the address it was given', () => { toggled(search, 'class', 'ct'); expect(search.getAll('class')).toHaveLength(3); });
  it('sets and removes one value', () => {
    expect(withValue(search, 'q', 'x').get('q')).toBe('x');
    expect(withValue(search, 'q', '').has('q')).toBe(false);
  });
  it('clears', () => expect(cleared(search, ['class']).toString()).toBe('q=a+b'));
  it('asks the API only for what it knows', () => expect(queryOf(new URLSearchParams('class=ct&evil=1&q='), ['class'], ['q'])).toEqual({ class: ['ct'] }));
  it('toggling twice changes nothing', () => {
    for (const value of ['ct', '', 'new', '<script>']) {
      const twice = toggled(toggled(search, 'class', value), 'class', value).getAll('class').sort();
      expect(twice).toEqual(search.getAll('class').sort());
    }
  });
  it('makes a query string', () => { expect(toSearch({})).toBe(''); expect(toSearch({ check: 'a b' })).toBe('?check=a+b'); });
});

describe('the map', () => {
  const node = (id: string, extra: object = {}) => ({ id, label: id, kind: 'class' as const, devices: 2, external: false, ...extra });
  const edge = (from: string, to: string, extra: object = {}) => ({
    from, to, conversations: 1, flows: 1, bytes: 1, clear: 0, protected: 0, unknown: 0, external: false, applications: [], ...extra });
  it.each([[{ external: true, clear: 1 }, 'external'], [{ clear: 1, protected: 9 }, 'clear'], [{ protected: 1 }, 'protected'], [{}, 'unknown']])('%o is %s', (extra, kind) =>
    expect(kindOf(edge('a', 'b', extra))).toBe(kind));
  it('draws no edge to what is not there', () =>
    expect(drawn({ nodes: [node('a')], edges: [edge('a', 'a'), edge('a', 'gone')] }).map((d) => d.data.id)).toEqual(['a', 'a > a']));
  it('is as wide as it is busy, on any estate', () => {
    for (const [least, middle, most] of [[1, 3, 9], [5_000, 40_000, 900_000]] as const) {
      const { of, samples } = widths([least, middle, most].map((conversations) => ({ ...edge('a', 'b'), conversations })));
      expect(of(least)).toBe(1);
      expect(of(most)).toBe(10);
      expect(of(middle)).toBeGreaterThan(2);
      expect(of(middle)).toBeLessThan(9);
      expect([samples[0], samples.at(-1)]).toEqual([least, most]);
    }
    expect(widths([]).samples).toEqual([]);
    expect(widths([edge('a', 'b'), edge('b', 'c')]).samples).toEqual([]);
  });
  it('tells what leaves in clear text from what leaves', () => {
    expect(drawn({ nodes: [node('a')], edges: [{ ...edge('a', 'a'), external: true, clear: 1 }] })[1]?.classes).toBe('external open');
    expect(protectionText({ ...edge('a', 'b'), external: true, conversations: 2, clear: 1 })).toBe('to or from the internet, some in clear text');
    expect(protectionText({ ...edge('a', 'b'), conversations: 2, clear: 2 })).toBe('in clear text');
    expect(protectionText({ ...edge('a', 'b'), external: true, clear: 0 })).toBe('to or from the internet');
  });
  it('goes into groups, not into the rest', () => {
    expect(inside(node('class:ct'), 'class')).toEqual({ level: 'device', within: 'class:ct' });
    expect(inside(node('rest', { kind: 'rest' }), 'class')).toBeNull();
  });
});

describe('charts', () => {
  const result = (columns: [string, 'text' | 'number' | 'time'][], rows: (string | number | null)[][]): Schemas['QueryResult'] =>
    ({ columns: columns.map(([name, kind]) => ({ name, kind })), rows, truncated: false, elapsed_ms: 1, data });
  it('needs a name and a number', () => {
    expect(chartable(result([['a', 'text']], [['x']]))).toBeNull();
    expect(chartable(result([['n', 'number']], [[1]]))).toBeNull();
    expect(chartable(result([['a', 'text'], ['n', 'number']], []))).toBeNull();
  });
  it('is bars of names and a line of times', () => {
    expect(chartable(result([['a', 'text'], ['n', 'number']], [['x', 3], [null, 1], ['y', null]])))
      .toEqual({ kind: 'bar', x: 'a', y: 'n', rows: [{ x: 'x', y: 3 }, { x: 'not known', y: 1 }] });
    expect(chartable(result([['t', 'time'], ['n', 'number']], [['2026-01-01', 3]]))?.kind).toBe('line');
  });
});

describe('the ward', () => {
  const finding = (id: string, extra: object): Schemas['FindingSummary'] => ({
    id, check: 'a', title: '', device: 'd-1', rating: 3, state: 'open', owner_role: 'lead', first_seen: '', last_seen: '', ward_advice: 'Keep using it.', ...extra });
  it('has one card a piece of advice, the worst first, and none without', () =>
    expect(cards([
      finding('f-1', {}), finding('f-2', { device: 'd-2', rating: 4, harm: 'worse' }), finding('f-3', { check: 'b' }),
      finding('f-4', { ward_advice: 'Call.', device: 'd-3', rating: 5 }), finding('f-5', { ward_advice: undefined }),
    ]).map((c) => [c.advice, c.devices, c.rating, c.harm])).toEqual([['Call.', ['d-3'], 5, undefined], ['Keep using it.', ['d-1', 'd-2'], 4, 'worse']]));
  it('knows advice that asks nothing', () => {
    const asks = (advice: string) => asksSomething({ advice, classes: [], owner: '', rating: 1, devices: [] });
    expect(['Nothing to do.', 'Carry on as usual.', 'Use it as usual.', 'Use the pump as usual.'].map(asks)).toEqual([false, false, false, false]);
    expect(['Nothing to do. Report screens that open.', 'Nothing to do; go on scanning.', 'Carry on. Do not type.', 'Use it as usual; say so if it differs.'].map(asks)).toEqual([true, true, true, true]);
  });
});

describe('titles', () => {
  const words = wordsOf({ classes: [{ name: 'ct', title: 'CT scanner', medical: true, life_supporting: 'no' }], owner_roles: [], checks: [], settings: [{ name: 'ntp.server', title: 'Time server' }] });
  it('are the server\'s, else the name in words', () => {
    expect(words.className('ct')).toBe('CT scanner');
    expect(words.className('infusion-pump')).toBe('infusion pump');
    expect(words.settingTitle('ntp.server')).toBe('Time server');
    expect(wordsOf(undefined).roleName('it-lead')).toBe('it lead');
  });
});

describe('bringing in', () => {
  it('says what it was told, and no more', () => {
    expect(uploadQuery('a b.csv', { kind: 'auto', site: ' ' })).toBe('file=a+b.csv');
    expect(uploadQuery('a.csv', { kind: 'document', site: 'x', map: { Ward: 'care_area', 'Next of kin': '-' } }))
      .toBe('file=a.csv&kind=document&site=x&map=Ward%3Dcare_area&map=Next+of+kin%3D-');
  });
  it('sends only what was changed', () =>
    expect(changedMapping([{ column: 'A', field: 'serial' }, { column: 'B' }, { column: 'C', field: 'mac' }], { A: 'model', B: '-', C: 'mac' })).toEqual({ A: 'model' }));
  it('takes the code from the link', () => {
    expect(codeOf('#code=abc')).toBe('abc');
    expect(codeOf('#settings')).toBeNull();
  });
});

describe('a page', () => {
  it('is attended for a minute after a key or a click, and not by anything else', () => {
    const at = new EventTarget();
    const later = Date.now() + 120_000;
    heedPeople(at);
    expect(attended(Date.now())).toBe(true);  // it was loaded
    expect(attended(later)).toBe(false);
    vi.useFakeTimers({ now: later });
    at.dispatchEvent(new Event('message'));
    expect(attended(later)).toBe(false);
    at.dispatchEvent(new Event('keydown'));
    expect(attended(later)).toBe(true);
    vi.useRealTimers();
  });
});

describe('clauses', () => {
  it.each([[{ caf: ['B2.a', 'B3.b'], other_one: ['x'] }, ['NCSC CAF: B2.a, B3.b', 'other one: x']], [undefined, []]])('%o', (clauses, texts) =>
    expect(clauseTexts(clauses)).toEqual(texts));
});

describe('variants', () => {
  const variants = Array.from({ length: 40 }, (_, i) => ({ id: `v${i}`, devices: Array.from({ length: 40 - i }, (_, d) => `d-${i}-${d}`) }));
  it('are all shown where they are few', () => expect(shownVariants({ variants: variants.slice(0, 5) })).toHaveLength(5));
  it('are the largest, and the target, where they are many', () => {
    const shown = shownVariants({ variants, target: 'v39' });
    expect(shown).toHaveLength(mostVariants);
    expect(shown.slice(0, 2).map((v) => v.id)).toEqual(['v39', 'v0']);
  });
});
