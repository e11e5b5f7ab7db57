// The drawing of the map. Loaded only where it is shown: Cytoscape is large.
import { useEffect, useRef } from 'react';
import cytoscape, { type Core, type StylesheetStyle } from 'cytoscape';
import type { Drawn } from '../logic/graph';
import { isDark } from '../logic/theme';

const colours = () => (isDark()
  ? { ink: '#e8edee', ground: '#1b252c', node: '#3d6d7a', beside: '#4a555d', clear: '#ffb020', external: '#ff9d94', safe: '#6fd79c', dull: '#7d8a93', mark: '#ffeb3b', line: '#b5c2cb' }
  : { ink: '#212b32', ground: '#ffffff', node: '#a9d3dc', beside: '#d8dde0', clear: '#a86400', external: '#b3261e', safe: '#0b6b3a', dull: '#768692', mark: '#005eb8', line: '#4c6272' });

function style(): StylesheetStyle[] {
  const c = colours();
  // Told apart without colour too: by the line, and by the arrow.
  const edge = (name: string, colour: string, line: 'solid' | 'dashed' | 'dotted', arrow: 'triangle' | 'diamond' | 'vee'): StylesheetStyle => ({
    selector: `edge.${name}`, style: { 'line-color': colour, 'target-arrow-color': colour, 'line-style': line, 'target-arrow-shape': arrow },
  });
  return [
    { selector: 'node', style: {
      label: 'data(label)', width: 'data(size)', height: 'data(size)', 'background-color': c.node, color: c.ink,
      'font-size': 13, 'text-wrap': 'wrap', 'text-max-width': '120px', 'text-valign': 'bottom', 'text-margin-y': 4,
      'text-background-color': c.ground, 'text-background-opacity': 0.85, 'text-background-padding': '2px',
      'border-width': 2, 'border-color': c.line, 'min-zoomed-font-size': 7 } },
    { selector: 'node.beside, node.rest', style: { 'background-color': c.beside, 'border-style': 'dashed' } },
    { selector: 'node.outside', style: { shape: 'diamond', 'background-color': c.ground, 'border-color': c.external, 'border-width': 3 } },
    { selector: 'node[worst >= 4]', style: { 'border-color': c.external, 'border-width': 4 } },
    { selector: 'edge', style: { width: 'data(width)', 'curve-style': 'bezier', 'arrow-scale': 1.1, opacity: 0.8 } },
    edge('protected', c.safe, 'solid', 'triangle'), edge('unknown', c.dull, 'solid', 'vee'), edge('clear', c.clear, 'dashed', 'triangle'),
    edge('external', c.external, 'dotted', 'diamond'), edge('external.open', c.external, 'dashed', 'diamond'),
    { selector: ':selected', style: { 'border-color': c.mark, 'border-width': 6, 'line-color': c.mark, 'target-arrow-color': c.mark, opacity: 1 } },
  ];
}

interface Props { elements: Drawn[]; selected: string | null; choose: (id: string) => void; says: string }

function build(place: HTMLElement, elements: Drawn[]): Core {
  return cytoscape({
    container: place, elements, style: style(), minZoom: 0.05, maxZoom: 3, boxSelectionEnabled: false,
    layout: {
      name: 'cose', animate: false, randomize: false, padding: 28,
      nodeDimensionsIncludeLabels: true, idealEdgeLength: () => 110, nodeRepulsion: () => 90000, numIter: 600, componentSpacing: 60,
    } as cytoscape.LayoutOptions,
  });
}

export default function Graph({ elements, selected, choose, says }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const graph = useRef<Core | null>(null);
  const chosen = useRef(choose);
  chosen.current = choose;
  useEffect(() => {
    if (!place.current) return undefined;
    const core = build(place.current, elements);
    core.on('tap', 'node', (event) => chosen.current((event.target as cytoscape.NodeSingular).id()));
    graph.current = core;
    const restyle = () => { core.style(style()); };
    const watch = new MutationObserver(restyle);
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const query = matchMedia('(prefers-color-scheme: dark)');
    query.addEventListener('change', restyle);
    return () => { watch.disconnect(); query.removeEventListener('change', restyle); core.destroy(); graph.current = null; };
  }, [elements]);
  useEffect(() => {
    graph.current?.elements().unselect();
    if (selected) graph.current?.getElementById(selected).select();
  }, [selected, elements]);
  const zoom = (by: number) => {
    const core = graph.current;
    core?.zoom({ level: core.zoom() * by, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
  };
  return (
    <>
      <div className="map-canvas"><div ref={place} role="img" aria-label={says} /></div>
      <p className="no-print">
        <button type="button" className="link-button" onClick={() => zoom(1.3)}>Zoom in</button>{' '}
        <button type="button" className="link-button" onClick={() => zoom(1 / 1.3)}>Zoom out</button>{' '}
        <button type="button" className="link-button" onClick={() => graph.current?.fit(undefined, 28)}>Show all of it</button>
      </p>
    </>
  );
}
