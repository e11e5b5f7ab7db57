import { lazy, Suspense, useMemo, useState } from 'react';
import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { withValue } from '../logic/filters';
import { drawn, edgeText, inside, protectionText, widths } from '../logic/graph';
import { between, timeText } from '../logic/time';
import { bytes, count, number, sentence } from '../logic/words';
import { Answered, Empty, Loading, Page } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { Rating } from '../parts/Show';
import { useWords } from '../parts/Vocabulary';

const Graph = lazy(() => import('../parts/Graph'));
type MapData = Schemas['Map'];
type Level = MapData['level'];

const levels: [Level, string][] = [['care_area', 'Care areas'], ['class', 'Classes'], ['vlan', 'VLANs'], ['device', 'Devices']];
const levelOf = (text: string | null): Level => levels.find(([name]) => name === text)?.[0] ?? 'care_area';
const onlyOf = (text: string | null): 'clear' | 'external' | null => (text === 'clear' || text === 'external' ? text : null);

function Tools({ first, last }: { first: string | undefined; last: string | undefined }) {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string) => setSearch(withValue(search, name, value), { replace: true });
  return (
    <div className="map-tools">
      <div>
        <label className="nhsuk-label" htmlFor="level">Group by</label>
        <select id="level" className="nhsuk-select" value={levelOf(search.get('level'))} onChange={(e) => set('level', e.target.value)}>
          {levels.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </div>
      <div>
        <label className="nhsuk-label" htmlFor="only">Show</label>
        <select id="only" className="nhsuk-select" value={onlyOf(search.get('only')) ?? ''} onChange={(e) => set('only', e.target.value)}>
          <option value="">All conversations</option>
          <option value="clear">Clear text only</option>
          <option value="external">Internet only</option>
        </select>
      </div>
      {first && last && first !== last && <Slider first={first} last={last} />}
    </div>
  );
}

function Slider({ first, last }: { first: string; last: string }) {
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

function Nodes({ map, selected, choose, name }: { map: MapData; selected: string | null; choose: (id: string | null) => void; name: (n: Schemas['MapNode']) => string }) {
  const [search] = useSearchParams();
  const down = (n: Schemas['MapNode']) => {
    const to = inside(n, map.level);
    if (!to || to.within === map.within) return null;
    return `/map?${withValue(withValue(search, 'level', to.level), 'within', to.within).toString()}`;
  };
  return (
    <table className="grid">
      <caption>{levels.find(([level]) => level === map.level)?.[1]}</caption>
      <thead><tr><th scope="col">Name</th><th scope="col" className="n">Devices</th><th scope="col">Worst finding</th><th scope="col"><span className="nhsuk-u-visually-hidden">Go into it</span></th></tr></thead>
      <tbody>{map.nodes.map((n) => {
        const to = down(n);
        return (
          <tr key={n.id}>
            <th scope="row" className="anywhere"><button type="button" className="link-button" aria-pressed={selected === n.id} onClick={() => choose(selected === n.id ? null : n.id)}>{name(n)}</button></th>
            <td className="n">{number(n.devices)}</td>
            <td><Rating of={n.worst} /></td>
            <td className="nowrap">{n.kind === 'device'
              ? <Link to={`/devices/${encodeURIComponent(n.id.replace(/^device:/, ''))}`}>Open<span className="nhsuk-u-visually-hidden">{` ${name(n)}`}</span></Link>
              : to && <Link to={to}>Look inside<span className="nhsuk-u-visually-hidden">{` ${name(n)}`}</span></Link>}</td>
          </tr>
        );
      })}</tbody>
    </table>
  );
}

function Edges({ map, selected, name }: { map: MapData; selected: string | null; name: (id: string) => string }) {
  const edges = map.edges.filter((e) => !selected || e.from === selected || e.to === selected);
  return (
    <table className="grid">
      <caption>{selected ? `Conversations of ${name(selected)}` : 'Conversations'}</caption>
      <thead><tr><th scope="col">From, to</th><th scope="col">Protection</th><th scope="col" className="n">Volume</th></tr></thead>
      <tbody>{edges.slice(0, 200).map((e) => (
        <tr key={`${e.from}>${e.to}`}>
          <th scope="row" className="anywhere">{`${name(e.from)} → ${name(e.to)}`}<div className="small quiet">{[edgeText(e), e.applications.join(', ')].filter(Boolean).join('; ')}</div></th>
          <td>{protectionText(e)}</td>
          <td className="n">{bytes(e.bytes)}</td>
        </tr>
      ))}</tbody>
    </table>
  );
}

const lines: [colour: string, style: 'solid' | 'dashed' | 'dotted', text: string][] = [
  ['clear', 'dashed', 'dashed: some in clear text'],
  ['external', 'dotted', 'dotted, with a diamond: to or from the internet'],
  ['external', 'dashed', 'dashed, with a diamond: internet, some in clear text'],
  ['safe', 'solid', 'solid: protected'],
  ['dull', 'solid', 'solid, with an open arrow: protection not known'],
];

function Legend({ edges }: { edges: Schemas['MapEdge'][] }) {
  const { of, samples } = widths(edges);
  return (
    <>
      <ul className="legend">
        {lines.map(([colour, borderTopStyle, text]) => <li key={text}><i style={{ borderColor: `var(--map-${colour})`, borderTopStyle }} aria-hidden="true" />{text}</li>)}
      </ul>
      {samples.length > 0 && (
        <ul className="legend" aria-label="Width">
          {samples.map((n) => <li key={n}><i style={{ borderTopWidth: of(n) }} aria-hidden="true" />{count(n, 'conversation')}</li>)}
          <li className="quiet">wider: more conversations, by their logarithm</li>
        </ul>
      )}
    </>
  );
}

function Drawing({ map }: { map: MapData }) {
  const words = useWords();
  const [chosen, setSelected] = useState<string | null>(null);
  const selected = map.nodes.some((n) => n.id === chosen) ? chosen : null;
  const nodeName = (n: Schemas['MapNode']): string => (n.kind === 'class' ? sentence(words.className(n.label)) : n.kind === 'device' && n.class && n.label.startsWith('d-') ? `${sentence(words.className(n.class))} ${n.label}` : n.label);
  // Nodes and edges stay the same objects when newer data says the same: then nothing moves.
  const nodes = useMemo(() => map.nodes.map((n) => ({ ...n, label: nodeName(n) })), [map.nodes, words]);
  const elements = useMemo(() => drawn({ nodes, edges: map.edges }), [nodes, map.edges]);
  const named = { ...map, nodes };
  const byId = useMemo(() => new Map(nodes.map((n) => [n.id, n.label])), [nodes]);
  const name = (id: string) => byId.get(id) ?? id;
  return (
    <div className="map-area">
      <div>
        <Suspense fallback={<div className="map-canvas"><Loading short /></div>}>
          <Graph elements={elements} selected={selected} choose={(id) => setSelected(id === selected ? null : id)}
            says={`Map of ${count(map.nodes.length, 'group')} and ${count(map.edges.length, 'connection')}. The tables say the same in words.`} />
        </Suspense>
        <Legend edges={map.edges} />
        {(map.left_out.nodes > 0 || map.left_out.edges > 0) && <p className="small quiet">{`Not drawn, being smaller: ${count(map.left_out.nodes, 'group')} and ${count(map.left_out.edges, 'connection')}. Look inside a group to see them.`}</p>}
      </div>
      <div className="map-table" role="region" aria-label="The map as tables" tabIndex={0}>
        <Nodes map={named} selected={selected} choose={setSelected} name={(n) => n.label} />
        <Edges map={named} selected={selected} name={name} />
      </div>
    </div>
  );
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
      {within && <p>{`Inside ${within.replace(/^[a-z_]+:/, '') || 'what has no name'}. `}<Link to="/map">Back to the whole map</Link></p>}
      <Answered answer={answer}>{(map) => (map.nodes.length === 0 ? (
        <Empty title="No conversation to draw">
          <p>{only || from || to ? 'Show all conversations, or a longer time.' : <>Conversations appear as soon as they are heard. <Link to="/bring-in">Bring in a capture</Link> of your network.</>}</p>
        </Empty>
      ) : <Drawing map={map} />)}</Answered>
    </Page>
  );
}
