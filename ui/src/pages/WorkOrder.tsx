// The plan on paper: a device a box, a tick a step, and who did it.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { BackLink, Button, WarningCallout } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { timeText } from '../logic/time';
import { count, number } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { modelName } from '../parts/Show';
import { Undecided } from './model/Undecided';

type PlanDevice = Schemas['Plan']['devices'][number];

// Who is to change something is told what it is now, what it is to be, or both: nobody
// can set a thing to "not known".
function change(s: PlanDevice['steps'][number]['settings'][number]): string {
  const values = [s.value && `now ${s.value}`, s.target && `to be ${s.target}`].filter(Boolean).join(', ');
  return `${s.title ?? s.setting}${s.instance ? ` (${s.instance})` : ''}: ${values || 'look at it'}`;
}

function DeviceBox({ d }: { d: PlanDevice }) {
  const marks = [d.care_area, d.serial && `serial number ${d.serial}`, d.ip, d.device].filter(Boolean).join(', ');
  return (
    <section className="order-device" aria-label={d.name ?? d.device}>
      <h2>{d.name ?? d.serial ?? d.device}</h2>
      <p className="small anywhere">{marks}</p>
      {d.steps.length > 0 && <p><span className="tick" aria-hidden="true" />No patient is attached to it, and the ward agrees (name): ______________________</p>}
      {d.steps.length > 0 && <ol>{d.steps.map((s, i) => (
        <li key={i} className="anywhere">
          <span className="tick" aria-hidden="true" />{s.change}
          {s.settings.length > 0 && <div className="small">{s.settings.map(change).join('; ')}</div>}
          {s.check_first && <div className="small">{`Check first: ${s.check_first}`}</div>}
        </li>
      ))}</ol>}
      <Undecided d={d} />
      <div className="sign"><span>Done by, on</span><span>Checked by, on</span></div>
    </section>
  );
}

// So many devices a time: no more is printed, nor done, at once.
function Sheets({ plan }: { plan: Schemas['Plan'] }) {
  const last = plan.first + plan.devices.length - 1;
  const sheet = (cursor: string | undefined): string => (cursor ? `?after=${encodeURIComponent(cursor)}` : '?');
  return (
    <>
      {plan.devices.length < plan.total && (
        <p>
          {`Devices ${number(plan.first)} to ${number(last)} of ${number(plan.total)}. `}
          {plan.first > 1 && <Link className="no-print" to={sheet(plan.previous_cursor)}>{'Those before '}</Link>}
          {plan.next_cursor && <Link className="no-print" to={sheet(plan.next_cursor)}>Those after</Link>}
        </p>
      )}
      {plan.devices.map((d) => <DeviceBox key={d.device} d={d} />)}
    </>
  );
}

export function WorkOrder() {
  const { id = '' } = useParams();
  const cursor = useSearchParams()[0].get('after');
  const answer = useQuery({
    queryKey: ['plan', id, cursor],
    queryFn: async () => dataOf(await api.GET('/models/{id}/plan', { params: { path: { id }, query: cursor ? { cursor } : {} } })),
  });
  const plan = answer.data;
  return (
    <Page title={plan ? `Work order: ${modelName(plan)}` : 'Work order'} data={plan?.data}
      before={<BackLink asElement={Link} to={`/models/${encodeURIComponent(id)}`}>The model</BackLink>}
      actions={<Button type="button" small onClick={() => window.print()}>Print</Button>}>
      <Answered answer={answer}>{(p) => (p.total === 0 ? (
        <Empty title="Nothing to do"><p>{p.headline}</p></Empty>
      ) : (
        <>
          <p className="lead">{`${p.headline} ${count(p.total, 'device')}${p.target ? `, to be as variant ${p.target}` : ''}. Written ${timeText(new Date().toISOString())}.`}</p>
          <WarningCallout><WarningCallout.Heading>Before anything</WarningCallout.Heading><p>{p.before_anything}</p></WarningCallout>
          <Sheets plan={p} />
        </>
      ))}</Answered>
    </Page>
  );
}
