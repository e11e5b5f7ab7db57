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

const clearText = (edge: Edge): string => (edge.clear >= edge.conversations ? 'in clear text' : kindText.clear);

export function protectionText(edge: Edge): string {
  if (edge.clear === 0) return kindText[kindOf(edge)];
  return edge.external ? `${kindText.external}, ${clearText(edge)}` : clearText(edge);
}

export interface Drawn {
  data: Record<string, string | number | undefined>;
  classes: string;
}

const thinnest = 1;
const thickest = 10;

// Pixels by the logarithm of the conversations, between the fewest and the most that
// are drawn: however large the estate, a busy edge differs from a quiet one.
export function widths(edges: Edge[]): { of: (conversations: number) => number; samples: number[] } {
  const all = edges.map((e) => Math.max(1, e.conversations));
  const least = Math.min(...all);
  const most = Math.max(...all);
  if (all.length === 0 || least === most) return { of: () => 3, samples: [] };
  const share = (n: number): number => Math.log(Math.min(most, Math.max(least, n)) / least) / Math.log(most / least);
  return { of: (n) => thinnest + (thickest - thinnest) * share(n), samples: [...new Set([least, Math.round(Math.sqrt(least * most)), most])] };
}
const size = (devices: number): number => Math.min(76, 22 + 7 * Math.log2(1 + devices));

const nodeText = (node: Node): string => (node.kind === 'device' || node.devices < 2 ? node.label : `${node.label}\n${number(node.devices)}`);

const shape = (node: Node): string => (node.external ? 'outside' : node.kind === 'rest' ? 'rest' : node.inside === false ? 'beside' : 'inside');

export function drawn(map: { nodes: Node[]; edges: Edge[] }): Drawn[] {
  const known = new Set(map.nodes.map((n) => n.id));
  const width = widths(map.edges).of;
  const nodes = map.nodes.map((n) => ({
    data: { id: n.id, label: nodeText(n), size: size(n.devices), worst: n.worst ?? 0 }, classes: shape(n),
  }));
  const edges = map.edges.filter((e) => known.has(e.from) && known.has(e.to)).map((e) => ({
    data: { id: `${e.from} > ${e.to}`, source: e.from, target: e.to, width: width(e.conversations) }, classes: e.external && e.clear > 0 ? 'external open' : kindOf(e),
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
