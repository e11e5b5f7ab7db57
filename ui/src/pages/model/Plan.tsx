import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { WarningCallout } from 'nhsuk-react-components';
import { api, dataOf } from '../../api/client';
import { count } from '../../logic/words';
import { Answered } from '../../parts/Page';
import { DeviceLink } from '../../parts/Show';
import { Undecided } from './Undecided';

const planned = 30;  // devices; the work order has them all

export function Plan({ id }: { id: string }) {
  const answer = useQuery({
    queryKey: ['plan', id],
    queryFn: async () => dataOf(await api.GET('/models/{id}/plan', { params: { path: { id }, query: { limit: planned } } })),
  });
  return (
    <section className="panel" aria-labelledby="plan-h">
      <div className="panel-head"><h2 id="plan-h">Plan</h2><Link className="no-print" to={`/models/${encodeURIComponent(id)}/work-order`}>Print as a work order</Link></div>
      <Answered answer={answer} short>{(plan) => (
        <>
          <p>{plan.headline}</p>
          {plan.devices.length > 0 && <WarningCallout><WarningCallout.Heading>Before anything</WarningCallout.Heading><p>{plan.before_anything}</p></WarningCallout>}
          {plan.devices.map((d) => (
            <div key={d.device}>
              <h3><DeviceLink id={d.device}>{d.name ?? d.ip ?? d.device}</DeviceLink>{d.care_area && `, ${d.care_area}`}<span className="quiet">{` (variant ${d.variant})`}</span></h3>
              {d.steps.length > 0 && <ol>{d.steps.map((s, i) => <li key={i} className="anywhere">{s.change}{s.check_first && <div className="small quiet">{`Check first: ${s.check_first}`}</div>}{s.eliminates && <div className="small quiet">{`Ends: ${s.eliminates}`}</div>}</li>)}</ol>}
              <Undecided d={d} />
            </div>
          ))}
          {plan.next_cursor && <p>{`And ${count(plan.total - plan.devices.length, 'more device')}: the work order lists them all.`}</p>}
        </>
      )}</Answered>
    </section>
  );
}
