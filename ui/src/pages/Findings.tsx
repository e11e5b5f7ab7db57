import { Link } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { ratings, sentence } from '../logic/words';
import type { Facet } from '../parts/Facets';
import { ListPage } from '../parts/ListPage';
import { Empty } from '../parts/Page';
import { DeviceLink, Rating, Time, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { Why } from '../parts/Why';

const states: Record<string, string> = { open: 'Open', gone: 'Gone', 'accepted-until': 'Accepted until a day' };

const facetsOf = (words: Words): Facet[] => [
  { name: 'rating', title: 'Rating', ranked: true, say: (v) => `${v} ${ratings[Number(v)] ?? ''}` },
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

const Nothing = ({ filtered, heard }: { filtered: boolean; heard: boolean }) => (filtered ? (
  <Empty title="No finding matches"><p>Remove a filter. Findings that are gone or accepted are under State.</p></Empty>
) : !heard ? (
  <Empty title="Nothing to judge yet">
    <p>Nothing has been heard. <Link to="/bring-in">Bring in a capture</Link>, or let asepsis listen: what it hears is checked as it comes.</p>
  </Empty>
) : (
  <Empty title="No open finding">
    <p>No check fails on what was heard. <Link to="/sensor">How much could be seen</Link> says what that is worth.</p>
    <p>If nothing was checked yet: <code>asepsis check</code>, or <Link to="/bring-in">bring in a capture</Link>.</p>
  </Empty>
));

const sorts = { rating: 'Harm to patients', last_seen: 'Last seen', first_seen: 'First seen' };
const columns = ['Rating', 'Finding', 'Device', 'Care area', 'Accountable', 'Last seen'];

export function Findings() {
  const words = useWords();
  return (
    <ListPage name="findings" title="Findings" facets={facetsOf(words)} also={['device']} sorts={sorts} columns={columns}
      search={{ label: 'Search findings', hint: 'Words of the title, the check, the device or its model' }}
      ask={async (query) => dataOf(await api.GET('/findings', { params: { query } }))}
      count={async (query) => dataOf(await api.GET('/findings/facets', { params: { query } }))}
      row={(f) => <Row key={f.id} f={f} words={words} />}
      nothing={(filtered, heard) => <Nothing filtered={filtered} heard={heard} />}
      actions={<Link to="/classes">By weakness class</Link>} />
  );
}
