// A chart by Observable Plot. Loaded only where one is shown.
import { useEffect, useRef } from 'react';
import * as Plot from '@observablehq/plot';
import type { Chartable } from '../logic/chart';

function draw(chart: Chartable): Element {
  const common = { className: 'plot', style: undefined, width: 760 };
  const figure = chart.kind === 'bar'
    ? Plot.plot({
      ...common, marginLeft: 190, x: { label: chart.y, grid: true }, y: { label: null, ...(chart.ordered ? { domain: chart.rows.map((r) => r.x) } : {}) },
      marginBottom: 44, height: 70 + 24 * new Set(chart.rows.map((r) => r.x)).size,
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
    const figure = draw(chart);
    figure.setAttribute('aria-hidden', 'true');
    place.current?.replaceChildren(figure);
  }, [chart]);
  return <div className="chart" role="img" aria-label={says} ref={place} />;
}
