import { Link } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { ratings, deviceName, sentence } from '../logic/words';
import type { Facet } from '../parts/Facets';
import { ListPage } from '../parts/ListPage';
import { Empty } from '../parts/Page';
import { Coverage, DeviceLink, Rating, Time, Unknown, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';

const coverages: Record<string, string> = { none: 'None', low: 'Low (under 34 %)', middle: 'Middle', high: 'High (over 66 %)' };

const facetsOf = (words: Words): Facet[] => [
  { name: 'class', title: 'Class', say: (v) => sentence(words.className(v)) },
  { name: 'rating', title: 'Worst finding', ranked: true, none: 'No open finding', say: (v) => `${v} ${ratings[Number(v)] ?? ''}` },
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

const Nothing = ({ filtered }: { filtered: boolean }) => (filtered ? (
  <Empty title="No device matches">
    <p>Remove a filter, or look for less: part of a name, an address, a serial number, a model or a care area is enough.</p>
  </Empty>
) : (
  <Empty title="No devices yet">
    <p>A device appears as soon as it is heard. <Link to="/bring-in">Bring in a capture</Link> of your network, or let asepsis listen on a mirror port: <code>asepsis watch</code>.</p>
  </Empty>
));

const sorts = { rating: 'Worst finding', class: 'Class', last_seen: 'Last heard', coverage: 'Coverage', id: 'Identifier' };
const columns = ['Device', 'Class', 'Model', 'Care area', 'Address', 'Worst finding', 'Coverage', 'Last heard'];

export function Devices() {
  const words = useWords();
  return (
    <ListPage name="devices" title="Devices" facets={facetsOf(words)} sorts={sorts} columns={columns}
      search={{ label: 'Search devices', hint: 'Name, address, serial or asset number, model, maker, class or care area' }}
      ask={async (query) => dataOf(await api.GET('/devices', { params: { query } }))}
      count={async (query) => dataOf(await api.GET('/devices/facets', { params: { query } }))}
      row={(d) => <Row key={d.id} d={d} words={words} />}
      nothing={(filtered) => <Nothing filtered={filtered} />} />
  );
}
