import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { queryOf, withValue } from '../logic/filters';
import { ratings, deviceName, sentence } from '../logic/words';
import { CsvButton } from '../parts/CsvButton';
import { Facets, FiltersOn, type Facet } from '../parts/Facets';
import { More } from '../parts/More';
import { Answered, Empty, Page } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { Search } from '../parts/Search';
import { Coverage, DeviceLink, Rating, Time, Unknown, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';

const coverages: Record<string, string> = { none: 'None', low: 'Low (under 34 %)', middle: 'Middle', high: 'High (over 66 %)' };

const facetsOf = (words: Words): Facet[] => [
  { name: 'class', title: 'Class', say: (v) => sentence(words.className(v)) },
  { name: 'rating', title: 'Worst finding', none: 'No open finding', say: (v) => `${v} ${ratings[Number(v)] ?? ''}` },
  { name: 'care_area', title: 'Care area' },
  { name: 'manufacturer', title: 'Manufacturer' },
  { name: 'model', title: 'Model' },
  { name: 'site', title: 'Site' },
  { name: 'coverage', title: 'Coverage', say: (v) => coverages[v] ?? v },
  { name: 'vlan', title: 'VLAN' },
];

function Row({ d, words }: { d: Schemas['Device']; words: Words }) {
  return (
    <tr>
      <th scope="row" className="anywhere"><DeviceLink id={d.id}>{deviceName(d)}</DeviceLink><div className="small quiet mono">{d.id}</div></th>
      <td data-label="Class">{d.class ? kind(words, d) : <Unknown />}</td>
      <td data-label="Model" className="anywhere">{modelName(d) || <Unknown />}</td>
      <td data-label="Care area" className="anywhere">{d.care_area ?? <Unknown />}</td>
      <td data-label="Address" className="mono nowrap">{d.ip?.[0] ?? d.mac?.[0] ?? <Unknown />}{(d.ip?.length ?? 0) > 1 && <span className="quiet">{` +${(d.ip?.length ?? 1) - 1}`}</span>}</td>
      <td data-label="Worst finding"><Rating of={d.rating} /></td>
      <td data-label="Coverage"><Coverage of={d.coverage} /></td>
      <td data-label="Last heard"><Time of={d.last_seen} /></td>
    </tr>
  );
}

function Sort() {
  const [search, setSearch] = useSearchParams();
  return (
    <div className="nhsuk-form-group">
      <label className="nhsuk-label" htmlFor="sort">Sort by</label>
      <select id="sort" className="nhsuk-select" value={search.get('sort') ?? 'rating'} onChange={(e) => setSearch(withValue(search, 'sort', e.target.value), { replace: true })}>
        <option value="rating">Worst finding</option>
        <option value="class">Class</option>
        <option value="last_seen">Last heard</option>
        <option value="coverage">Coverage</option>
        <option value="id">Identifier</option>
      </select>
    </div>
  );
}

const Nothing = ({ filtered }: { filtered: boolean }) => (filtered ? (
  <Empty title="No device matches">
    <p>Remove a filter, or look for less: part of a name, an address, a serial number, a model or a care area is enough.</p>
  </Empty>
) : (
  <Empty title="No devices yet">
    <p>A device appears as soon as it is heard. <Link to="/bring-in">Bring in a capture</Link> of your network, or let asepsis listen on a mirror port: <code>asepsis watch</code>.</p>
  </Empty>
));

export function Devices() {
  const words = useWords();
  const facets = facetsOf(words);
  const names = facets.map((f) => f.name);
  const [search] = useSearchParams();
  const query = queryOf(search, names, ['q', 'sort']);
  const list = useInfiniteQuery({
    queryKey: ['devices', query],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => dataOf(await api.GET('/devices', { params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });
  const { sort: _sort, ...filter } = query;
  const counts = useQuery({
    queryKey: ['device-facets', filter],
    queryFn: async () => dataOf(await api.GET('/devices/facets', { params: { query: filter } })),
    placeholderData: keepPreviousData,
  });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const last = list.data?.pages.at(-1);
  return (
    <Page title="Devices" data={last?.data} actions={<CsvButton path={`/devices?${search.toString()}`} file="devices.csv" />}>
      <SavedViews page="devices" path="/devices" />
      <div className="side">
        <Facets facets={facets} values={counts.data?.facets} />
        <div>
          <div className="inline-form">
            <Search label="Search devices" hint="Name, address, serial or asset number, model, maker, class or care area" />
            <Sort />
          </div>
          <FiltersOn facets={facets} />
          <Answered answer={list}>{() => (items.length === 0 ? <Nothing filtered={Object.keys(filter).length > 0} /> : (
            <>
              <div className="scroll boxed" role="region" aria-label="Devices" tabIndex={0}>
                <table className="grid stack">
                  <thead><tr><th scope="col">Device</th><th scope="col">Class</th><th scope="col">Model</th><th scope="col">Care area</th><th scope="col">Address</th><th scope="col">Worst finding</th><th scope="col">Coverage</th><th scope="col">Last heard</th></tr></thead>
                  <tbody>{items.map((d) => <Row key={d.id} d={d} words={words} />)}</tbody>
                </table>
              </div>
              <More pages={list} shown={items.length} total={last?.total} what="devices" />
            </>
          ))}</Answered>
        </div>
      </div>
    </Page>
  );
}
