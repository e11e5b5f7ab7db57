import { Link, useSearchParams } from 'react-router-dom';
import type { Schemas } from '../../api/client';
import { withValue } from '../../logic/filters';
import { edgeText, inside, protectionText } from '../../logic/graph';
import { bytes, number } from '../../logic/words';
import { Rating } from '../../parts/Show';
import { type MapData, levels } from './levels';

export function Nodes({ map, selected, choose, name }: { map: MapData; selected: string | null; choose: (id: string | null) => void; name: (n: Schemas['MapNode']) => string }) {
  const [search] = useSearchParams();
  const down = (n: Schemas['MapNode']) => {
    const to = inside(n, map.level);
    if (!to || to.within === map.within) return null;
    return `/map?${withValue(withValue(search, 'level', to.level), 'within', to.within).toString()}`;
  };
  const single = map.level === 'device';  // each is one device
  return (
    <table className="grid stack">
      <caption>{levels.find(([level]) => level === map.level)?.[1]}</caption>
      <thead><tr><th scope="col">Name</th>{!single && <th scope="col" className="n">Devices</th>}<th scope="col">Worst finding</th><th scope="col"><span className="nhsuk-u-visually-hidden">Go into it</span></th></tr></thead>
      <tbody>{map.nodes.map((n) => {
        const to = down(n);
        return (
          <tr key={n.id}>
            <th scope="row" className="anywhere"><button type="button" className="link-button" aria-pressed={selected === n.id} onClick={() => choose(selected === n.id ? null : n.id)}>{name(n)}</button></th>
            {!single && <td data-label="Devices" className="n">{number(n.devices)}</td>}
            <td data-label="Worst finding"><span><Rating of={n.worst} /></span></td>
            <td className="nowrap">{n.kind === 'device'
              ? <Link to={`/devices/${encodeURIComponent(n.id.replace(/^device:/, ''))}`}>Open<span className="nhsuk-u-visually-hidden">{` ${name(n)}`}</span></Link>
              : to && <Link to={to}>Look inside<span className="nhsuk-u-visually-hidden">{` ${name(n)}`}</span></Link>}</td>
          </tr>
        );
      })}</tbody>
    </table>
  );
}

export function Edges({ map, selected, name }: { map: MapData; selected: string | null; name: (id: string) => string }) {
  const edges = map.edges.filter((e) => !selected || e.from === selected || e.to === selected);
  return (
    <table className="grid stack">
      <caption>{selected ? `Conversations of ${name(selected)}` : 'Conversations'}</caption>
      <thead><tr><th scope="col">From, to</th><th scope="col">Protection</th><th scope="col" className="n">Volume</th></tr></thead>
      <tbody>{edges.slice(0, 200).map((e) => (
        <tr key={`${e.from}>${e.to}`}>
          <th scope="row" className="anywhere">{`${name(e.from)} → ${name(e.to)}`}<div className="small quiet">{[edgeText(e), e.applications.join(', ')].filter(Boolean).join('; ')}</div></th>
          <td data-label="Protection">{protectionText(e)}</td>
          <td data-label="Volume" className="n">{bytes(e.bytes)}</td>
        </tr>
      ))}</tbody>
    </table>
  );
}
