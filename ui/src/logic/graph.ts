// The map's answer as what Cytoscape draws, and as the table beside it.
import type { Schemas } from '../api/client';
import { count, number } from './words';

type Node = Schemas['MapNode'];
type Edge = Schemas['MapEdge'];

export type Kind = 'external' | 'clear' | 'protected' | 'unknown';

// What matters most about an edge: that it leaves the hospital, then that it
// can be read by anybody on the way.
export function kindOf(edge: Edge): Kind {
  if (edge.external) return 'external';
  if (edge.clear > 0) return 'clear';
  return edge.protected > 0 ? 'protected' : 'unknown';
}

export const kindText: Record<Kind, string> = {
  external: 'to or from the internet', clear: 'some in clear text', protected: 'protected', unknown: 'protection not known',
};

export interface Drawn {
  data: Record<string, string | number | undefined>;
  classes: string;
}

// From 1 to 9 pixels, so that an archive's edge does not bury the others.
const width = (conversations: number): number => Math.min(9, 1 + Math.log2(1 + conversations));
const size = (devices: number): number => Math.min(76, 22 + 7 * Math.log2(1 + devices));

const nodeText = (node: Node): string => (node.kind === 'device' || node.devices < 2 ? node.label : `${node.label}\n${number(node.devices)}`);

const shape = (node: Node): string => (node.external ? 'outside' : node.kind === 'rest' ? 'rest' : node.inside === false ? 'beside' : 'inside');

export function drawn(map: { nodes: Node[]; edges: Edge[] }): Drawn[] {
  const known = new Set(map.nodes.map((n) => n.id));
  const nodes = map.nodes.map((n) => ({
    data: { id: n.id, label: nodeText(n), size: size(n.devices), worst: n.worst ?? 0 }, classes: shape(n),
  }));
  const edges = map.edges.filter((e) => known.has(e.from) && known.has(e.to)).map((e) => ({
    data: { id: `${e.from} > ${e.to}`, source: e.from, target: e.to, width: width(e.conversations) }, classes: kindOf(e),
  }));
  return [...nodes, ...edges];
}

export const edgeText = (edge: Edge): string => [
  count(edge.conversations, 'conversation'),
  edge.clear > 0 && `${number(edge.clear)} in clear text`,
  edge.external && 'internet',
].filter(Boolean).join(', ');

// Of a group, what drilling down into it asks for.
export function inside(node: Node, level: string): { level: string; within: string } | null {
  if (node.kind === 'rest' || node.kind === 'outside') return null;
  if (node.kind === 'device') return level === 'device' ? { level: 'device', within: node.id } : null;
  return { level: 'device', within: node.id };
}
