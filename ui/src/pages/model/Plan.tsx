import { Fragment } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { WarningCallout } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../../api/client';
import { count } from '../../logic/words';
import { Answered } from '../../parts/Page';
import { DeviceLink } from '../../parts/Show';
import { Undecided } from './Undecided';

const planned = 30;  // devices; the work order has them all

type Device = Schemas['Plan']['devices'][number];

// Devices of which the same is to be done stand together, in their order; what a step
// finds on each is the work order's to say.
function alike(devices: Device[]): [Device, ...Device[]][] {
  const groups = new Map<string, [Device, ...Device[]]>();
  for (const d of devices) {
    const { device: _id, name: _name, ip: _ip, serial: _serial, care_area: _area, ...same } = d;
    const key = JSON.stringify({ ...same, steps: d.steps.map(({ settings: _found, ...step }) => step) });
    const group = groups.get(key);
    if (group) group.push(d);
    else groups.set(key, [d]);
  }
  return [...groups.values()];
}

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
          {alike(plan.devices).map(([d, ...others]) => (
            <div key={d.device}>
              <h3>{[d, ...others].map((one, i) => <Fragment key={one.device}>{i > 0 && ', '}<span><DeviceLink id={one.device}>{one.name ?? one.ip ?? one.device}</DeviceLink>{one.care_area && <span className="quiet">{` ${one.care_area}`}</span>}</span></Fragment>)}<span className="quiet">{` (variant ${d.variant})`}</span></h3>
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
