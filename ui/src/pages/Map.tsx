import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { api, dataOf } from '../api/client';
import { withValue } from '../logic/filters';
import { between, timeText } from '../logic/time';
import { sentence } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { DeviceLink } from '../parts/Show';
import { useWords } from '../parts/Vocabulary';
import { levelOf, onlyOf } from './map/levels';
import { Tools } from './map/Tools';
import { Drawing } from './map/Drawing';

export function Slider({ first, last }: { first: string; last: string }) {
  const [search, setSearch] = useSearchParams();
  const step = (name: string, otherwise: number): number => {
    const time = Date.parse(search.get(name) ?? '');
    const share = (time - Date.parse(first)) / (Date.parse(last) - Date.parse(first));
    return Number.isFinite(share) ? Math.round(Math.min(1, Math.max(0, share)) * 20) * 50 : otherwise;
  };
  const from = step('from', 0);
  const to = step('to', 1000);
  const set = (name: 'from' | 'to', value: number, edge: number) =>
    setSearch(withValue(search, name, value === edge ? '' : between(first, last, value)), { replace: true });
  return (
    <div className="span">
      <div>
        <label className="nhsuk-label" htmlFor="from">Heard from</label>
        <input id="from" type="range" min={0} max={950} step={50} value={from} aria-valuetext={timeText(between(first, last, from))}
          onChange={(e) => set('from', Math.min(Number(e.target.value), to - 50), 0)} />
        <div className="small quiet">{timeText(between(first, last, from))}</div>
      </div>
      <div>
        <label className="nhsuk-label" htmlFor="to">until</label>
        <input id="to" type="range" min={50} max={1000} step={50} value={to} aria-valuetext={timeText(between(first, last, to))}
          onChange={(e) => set('to', Math.max(Number(e.target.value), from + 50), 1000)} />
        <div className="small quiet">{timeText(between(first, last, to))}</div>
      </div>
    </div>
  );
}

function Inside({ within }: { within: string }) {
  const words = useWords();
  const [, kind = '', name = ''] = /^([a-z_]+):(.*)$/s.exec(within) ?? [];
  if (kind === 'device') return <p>{'Inside: whom '}<DeviceLink id={name} />{' talks to. '}<Link to="/map">Back to the whole map</Link></p>;
  return <p>{`Inside ${(kind === 'class' ? sentence(words.className(name)) : kind === 'vlan' && name ? `VLAN ${name}` : name) || 'what has no name'}. `}<Link to="/map">Back to the whole map</Link></p>;
}

export function MapPage() {
  const [search] = useSearchParams();
  const level = levelOf(search.get('level'));
  const within = search.get('within');
  const only = onlyOf(search.get('only'));
  const from = search.get('from');
  const to = search.get('to');
  const query = { level, ...(within ? { within } : {}), ...(only ? { only } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const answer = useQuery({
    queryKey: ['map', query],
    queryFn: async () => dataOf(await api.GET('/map', { params: { query } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Map" data={answer.data?.data}>
      <SavedViews page="map" path="/map" />
      <Tools first={answer.data?.first} last={answer.data?.last} />
      {within && <Inside within={within} />}
      <Answered answer={answer}>{(map) => (map.nodes.length === 0 ? (
        <Empty title="No conversation to draw">
          <p>{only || from || to ? 'Show all conversations, or a longer time.' : <>Conversations appear as soon as they are heard. <Link to="/bring-in">Bring in a capture</Link> of your network.</>}</p>
        </Empty>
      ) : <Drawing map={map} />)}</Answered>
    </Page>
  );
}
