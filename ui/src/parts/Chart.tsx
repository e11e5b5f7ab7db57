// A chart by Observable Plot. Loaded only where one is shown.
import { useEffect, useRef } from 'react';
import * as Plot from '@observablehq/plot';
import type { Chartable } from '../logic/chart';

// Where all is nothing, a bar of nothing is still nothing.
const nothing = (chart: Chartable): boolean => chart.rows.every((r) => r.y === 0);

const widest = 760;  // pixels
const narrowest = 260;

// As wide as its place: words that are scaled down with a drawing cannot be read on a phone.
function draw(chart: Chartable, place: number): Element {
  const width = Math.min(widest, Math.max(narrowest, place));
  const common = { className: 'plot', style: undefined, width };
  const figure = chart.kind === 'bar'
    ? Plot.plot({
      ...common, marginLeft: Math.min(190, width / 2), x: { label: chart.y, grid: true, ...(nothing(chart) ? { domain: [0, 1], ticks: 1 } : {}) }, y: { label: null, ...(chart.ordered ? { domain: chart.rows.map((r) => r.x) } : {}) },
      marginBottom: 48, height: 76 + 24 * new Set(chart.rows.map((r) => r.x)).size,
      marks: [Plot.barX(chart.rows, { x: 'y', y: 'x', fill: 'var(--bar)', sort: { y: chart.ordered ? null : '-x' } }), Plot.ruleX([0])],
    })
    : Plot.plot({
      ...common, marginLeft: 60, x: { label: chart.x, type: 'time' }, y: { label: chart.y, grid: true },
      marks: [Plot.lineY(chart.rows.map((r) => ({ ...r, x: new Date(r.x) })), { x: 'x', y: 'y', stroke: 'var(--bar)' }), Plot.ruleY([0])],
    });
  // Plot brings an inline style, which the CSP forbids; ours says the same.
  figure.querySelectorAll('style').forEach((style) => style.remove());
  return figure;
}

export default function Chart({ chart, says }: { chart: Chartable; says: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const figure = draw(chart, place.current?.clientWidth ?? widest);
    figure.setAttribute('aria-hidden', 'true');
    place.current?.replaceChildren(figure);
  }, [chart]);
  return <div className="chart" role="img" aria-label={says} ref={place} />;
}
