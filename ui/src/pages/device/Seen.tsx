import { Link } from 'react-router-dom';
import { Coverage } from '../../parts/Show';
import type { Detail } from './Identity';

export function Seen({ d }: { d: Detail }) {
  const unknown = d.coverage_of.filter((c) => c.state === 'unknown');
  return (
    <section className="panel" aria-labelledby="seen-h">
      <h2 id="seen-h">How much of it could be seen</h2>
      <p><Coverage of={d.coverage} /> of the settings that could have shown, did.</p>
      {unknown.length > 0 && <p className="small">{`Not known: ${unknown.map((c) => c.title || c.setting).join(', ')}. Not known is not the same as safe.`}</p>}
      {d.model_id && <p><Link to={`/models/${encodeURIComponent(d.model_id)}`}>Compare it with the others of its model</Link></p>}
    </section>
  );
}
