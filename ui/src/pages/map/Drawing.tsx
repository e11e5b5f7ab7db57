import { lazy, Suspense, useMemo, useState } from 'react';
import type { Schemas } from '../../api/client';
import { drawn } from '../../logic/graph';
import { count, sentence } from '../../logic/words';
import { Loading } from '../../parts/Page';
import { useWords } from '../../parts/Vocabulary';
import type { MapData } from './levels';
import { Nodes, Edges } from './Tables';
import { Legend } from './Legend';

const Graph = lazy(() => import('../../parts/Graph'));

export function Drawing({ map }: { map: MapData }) {
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
