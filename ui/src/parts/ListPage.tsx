// A long list that is searched, narrowed, sorted and saved: the frame of Devices and of Findings.
import { type ReactNode } from 'react';
import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import type { Schemas } from '../api/client';
import { queryOf, withValue } from '../logic/filters';
import { CsvButton } from './CsvButton';
import { Facets, FiltersOn, type Facet } from './Facets';
import { More } from './More';
import { Answered, Page } from './Page';
import { SavedViews } from './SavedViews';
import { Search } from './Search';

type Query = Record<string, string | string[]>;
type Name = Extract<Schemas['SavedView']['page'], 'devices' | 'findings'>;
type Values = Record<string, { value: string; count: number }[]>;
interface Items<Item> { items: Item[]; total?: number; next_cursor?: string; data: Schemas['DataAge'] }

interface ListPageProps<Item> {
  name: Name;
  title: string;
  facets: readonly Facet[];
  also?: readonly string[];  // what else the address may narrow it by
  search: { label: string; hint: string };
  sorts: Record<string, string>;  // the first unless another is asked for
  columns: readonly string[];
  ask: (query: Query) => Promise<Items<Item>>;
  count: (query: Query) => Promise<{ facets: Values }>;
  row: (item: Item) => ReactNode;
  nothing: (filtered: boolean, heard: boolean) => ReactNode;
  actions?: ReactNode;
}

function Sort({ sorts }: { sorts: Record<string, string> }) {
  const [search, setSearch] = useSearchParams();
  return (
    <div className="nhsuk-form-group">
      <label className="nhsuk-label" htmlFor="sort">Sort by</label>
      <select id="sort" className="nhsuk-select" value={search.get('sort') ?? Object.keys(sorts)[0]} onChange={(e) => setSearch(withValue(search, 'sort', e.target.value), { replace: true })}>
        {Object.entries(sorts).map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </div>
  );
}

function Table({ title, columns, children }: { title: string; columns: readonly string[]; children: ReactNode }) {
  return (
    <div className="scroll boxed" role="region" aria-label={title} tabIndex={0}>
      <table className="grid stack">
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function ListPage<Item>({ name, title, facets, also = [], search: searched, sorts, columns, ask, count, row, nothing, actions }: ListPageProps<Item>) {
  const [search] = useSearchParams();
  const query = queryOf(search, facets.map((f) => f.name), ['q', 'sort', ...also]);
  const { sort: _sort, ...filter } = query;
  const list = useInfiniteQuery({
    queryKey: [name, query],
    initialPageParam: '',
    queryFn: ({ pageParam }) => ask({ ...query, ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });
  const counts = useQuery({ queryKey: [`${name}-facets`, filter], queryFn: () => count(filter), placeholderData: keepPreviousData });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const last = list.data?.pages.at(-1);
  return (
    <Page title={title} data={last?.data} actions={<>{actions}<CsvButton path={`/${name}?${search.toString()}`} file={`${name}.csv`} /></>}>
      <SavedViews page={name} path={`/${name}`} />
      <div className="side">
        <a className="nhsuk-skip-link no-print" href="#list">Skip the filters</a>
        <Facets facets={facets} values={counts.data?.facets} />
        <div id="list" tabIndex={-1}>
          <div className="inline-form">
            <Search label={searched.label} hint={searched.hint} />
            <Sort sorts={sorts} />
          </div>
          <FiltersOn facets={facets} />
          <Answered answer={list}>{() => (items.length === 0 ? nothing(Object.keys(filter).length > 0, last?.data.as_of !== undefined) : (
            <>
              <Table title={title} columns={columns}>{items.map(row)}</Table>
              <More pages={list} shown={items.length} total={last?.total} what={name} />
            </>
          ))}</Answered>
        </div>
      </div>
    </Page>
  );
}
