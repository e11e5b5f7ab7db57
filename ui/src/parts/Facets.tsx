// Filters with how many each would leave. What is chosen stands in the address.
import { useSearchParams } from 'react-router-dom';
import { cleared, filtersOf, toggled } from '../logic/filters';
import { number } from '../logic/words';

export interface Facet {
  name: string;
  title: string;
  say?: (value: string) => string;
  none?: string;  // what it means to have no value
  ranked?: boolean;  // the highest first, not the most frequent
}

interface Value { value: string; count: number }

const words = (facet: Facet, value: string): string => (value === '' ? facet.none ?? 'Not known' : facet.say ? facet.say(value) : value);

// What is chosen is listed even when nothing is left of it.
function valuesOf(known: Value[], chosen: string[]): Value[] {
  const missing = chosen.filter((value) => !known.some((v) => v.value === value));
  return [...known, ...missing.map((value) => ({ value, count: 0 }))];
}

function Group({ facet, values, chosen, toggle }: { facet: Facet; values: Value[]; chosen: string[]; toggle: (value: string) => void }) {
  return (
    <fieldset>
      <legend>{facet.title}</legend>
      <ul>
        {values.map(({ value, count }) => (
          <li key={value}>
            <label>
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
              <span>{words(facet, value)}</span>
              <span className="n">{number(count)}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

export function Facets({ facets, values }: { facets: readonly Facet[]; values: Record<string, Value[]> | undefined }) {
  const [search, setSearch] = useSearchParams();
  const chosen = filtersOf(search, facets.map((f) => f.name));
  const wide = matchMedia('(min-width: 901px)').matches;
  return (
    <details className="facets no-print" open={wide}>
      <summary>Filters</summary>
      {facets.map((facet) => {
        const found = valuesOf(values?.[facet.name] ?? [], chosen[facet.name] ?? []);
        const list = facet.ranked ? found.sort((a, b) => b.value.localeCompare(a.value)) : found;
        if (list.length === 0 || (list.length === 1 && !chosen[facet.name])) return null;
        return <Group key={facet.name} facet={facet} values={list} chosen={chosen[facet.name] ?? []}
          toggle={(value) => setSearch(toggled(search, facet.name, value), { replace: true })} />;
      })}
    </details>
  );
}

export function FiltersOn({ facets, also = [] }: { facets: readonly Facet[]; also?: readonly string[] }) {
  const [search, setSearch] = useSearchParams();
  const chosen = filtersOf(search, facets.map((f) => f.name));
  const pairs = facets.flatMap((facet) => (chosen[facet.name] ?? []).map((value) => ({ facet, value })));
  if (pairs.length === 0) return null;
  return (
    <div className="filters-on">
      {pairs.map(({ facet, value }) => (
        <button key={`${facet.name} ${value}`} type="button" className="chip" onClick={() => setSearch(toggled(search, facet.name, value))}>
          {`${facet.title}: ${words(facet, value)} `}<span aria-hidden="true">×</span><span className="nhsuk-u-visually-hidden">remove this filter</span>
        </button>
      ))}
      <button type="button" className="link-button" onClick={() => setSearch(cleared(search, [...facets.map((f) => f.name), ...also]))}>Clear all</button>
    </div>
  );
}
