import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { queryOf, withValue } from '../logic/filters';
import { ratings, sentence } from '../logic/words';
import { CsvButton } from '../parts/CsvButton';
import { Facets, FiltersOn, type Facet } from '../parts/Facets';
import { More } from '../parts/More';
import { Answered, Empty, Page } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { Search } from '../parts/Search';
import { DeviceLink, Rating, Time, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { Why } from '../parts/Why';

const states: Record<string, string> = { open: 'Open', gone: 'Gone', 'accepted-until': 'Accepted until a day' };

const facetsOf = (words: Words): Facet[] => [
  { name: 'rating', title: 'Rating', say: (v) => `${v} ${ratings[Number(v)] ?? ''}` },
  { name: 'state', title: 'State', say: (v) => states[v] ?? v },
  { name: 'class', title: 'Class', say: (v) => sentence(words.className(v)) },
  { name: 'owner_role', title: 'Accountable', say: (v) => sentence(words.roleName(v)) },
  { name: 'check', title: 'Check', say: (v) => sentence(words.checkTitle(v)) },
  { name: 'care_area', title: 'Care area' },
  { name: 'manufacturer', title: 'Manufacturer' },
  { name: 'model', title: 'Model' },
  { name: 'cwe', title: 'Weakness class' },
  { name: 'site', title: 'Site' },
];

function Row({ f, words }: { f: Schemas['FindingSummary']; words: Words }) {
  return (
    <tr>
      <td data-label="Rating"><span><Rating of={f.rating} /></span></td>
      <th scope="row" className="anywhere">
        <span><Link to={`/findings/${f.id}`}>{f.title}</Link><Why finding={f.id} says={f.title} />
          {f.detail && <span className="small quiet" style={{ display: 'block' }}>{f.detail}</span>}</span>
      </th>
      <td data-label="Device" className="anywhere"><span><DeviceLink id={f.device}>{modelName(f) || kind(words, f)}</DeviceLink><span className="small quiet" style={{ display: 'block' }}>{kind(words, f)}</span></span></td>
      <td data-label="Care area" className="anywhere">{f.care_area ?? <span className="unknown">not known</span>}</td>
      <td data-label="Accountable">{sentence(words.roleName(f.owner_role))}</td>
      <td data-label="Last seen"><Time of={f.last_seen} /></td>
    </tr>
  );
}

function Sort() {
  const [search, setSearch] = useSearchParams();
  return (
    <div className="nhsuk-form-group">
      <label className="nhsuk-label" htmlFor="sort">Sort by</label>
      <select id="sort" className="nhsuk-select" value={search.get('sort') ?? 'rating'} onChange={(e) => setSearch(withValue(search, 'sort', e.target.value), { replace: true })}>
        <option value="rating">Harm to patients</option>
        <option value="last_seen">Last seen</option>
        <option value="first_seen">First seen</option>
      </select>
    </div>
  );
}

const Nothing = ({ filtered }: { filtered: boolean }) => (filtered ? (
  <Empty title="No finding matches"><p>Remove a filter. Findings that are gone or accepted are under State.</p></Empty>
) : (
  <Empty title="No open finding">
    <p>No check fails on what was heard. <Link to="/sensor">How much could be seen</Link> says what that is worth.</p>
    <p>If nothing was checked yet: <code>asepsis check</code>, or <Link to="/bring-in">bring in a capture</Link>.</p>
  </Empty>
));

export function Findings() {
  const words = useWords();
  const facets = facetsOf(words);
  const [search] = useSearchParams();
  const query = queryOf(search, facets.map((f) => f.name), ['q', 'sort', 'device']);
  const list = useInfiniteQuery({
    queryKey: ['findings', query],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => dataOf(await api.GET('/findings', { params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });
  const { sort: _sort, ...filter } = query;
  const counts = useQuery({
    queryKey: ['finding-facets', filter],
    queryFn: async () => dataOf(await api.GET('/findings/facets', { params: { query: filter } })),
    placeholderData: keepPreviousData,
  });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const last = list.data?.pages.at(-1);
  return (
    <Page title="Findings" data={last?.data} actions={<><Link to="/classes">By weakness class</Link><CsvButton path={`/findings?${search.toString()}`} file="findings.csv" /></>}>
      <SavedViews page="findings" path="/findings" />
      <div className="side">
        <Facets facets={facets} values={counts.data?.facets} />
        <div>
          <div className="inline-form">
            <Search label="Search findings" hint="Words of the title, the check, the device or its model" />
            <Sort />
          </div>
          <FiltersOn facets={facets} />
          <Answered answer={list}>{() => (items.length === 0 ? <Nothing filtered={Object.keys(filter).length > 0} /> : (
            <>
              <div className="scroll boxed" role="region" aria-label="Findings" tabIndex={0}>
                <table className="grid stack">
                  <thead><tr><th scope="col">Rating</th><th scope="col">Finding</th><th scope="col">Device</th><th scope="col">Care area</th><th scope="col">Accountable</th><th scope="col">Last seen</th></tr></thead>
                  <tbody>{items.map((f) => <Row key={f.id} f={f} words={words} />)}</tbody>
                </table>
              </div>
              <More pages={list} shown={items.length} total={last?.total} what="findings" />
            </>
          ))}</Answered>
        </div>
      </div>
    </Page>
  );
}
