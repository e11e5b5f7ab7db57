import type { Schemas } from '../../api/client';
import { widths } from '../../logic/graph';
import { count } from '../../logic/words';

const lines: [colour: string, style: 'solid' | 'dashed' | 'dotted', text: string][] = [
  ['clear', 'dashed', 'dashed: some in clear text'],
  ['external', 'dotted', 'dotted, with a diamond: to or from the internet'],
  ['external', 'dashed', 'dashed, with a diamond: internet, some in clear text'],
  ['safe', 'solid', 'solid: protected'],
  ['dull', 'solid', 'solid, with an open arrow: protection not known'],
];

export function Legend({ edges }: { edges: Schemas['MapEdge'][] }) {
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
