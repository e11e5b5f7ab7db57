// The plan on paper: a device a box, a tick a step, and who did it.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { BackLink, Button, WarningCallout } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { timeText } from '../logic/time';
import { count, number } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { modelName } from '../parts/Show';

type PlanDevice = Schemas['Plan']['devices'][number];

const change = (s: PlanDevice['steps'][number]['settings'][number]): string =>
  `${s.title ?? s.setting}${s.instance ? ` (${s.instance})` : ''}: ${s.value ?? 'not known'} → ${s.target ?? 'not known'}`;

function DeviceBox({ d }: { d: PlanDevice }) {
  const marks = [d.care_area, d.serial && `serial number ${d.serial}`, d.ip, d.device].filter(Boolean).join(', ');
  return (
    <section className="order-device" aria-label={d.name ?? d.device}>
      <h2>{d.name ?? d.serial ?? d.device}</h2>
      <p className="small anywhere">{marks}</p>
      <p><span className="tick" aria-hidden="true" />No patient is attached to it, and the ward agrees (name): ______________________</p>
      <ol>{d.steps.map((s, i) => (
        <li key={i} className="anywhere">
          <span className="tick" aria-hidden="true" />{s.change}
          {s.settings.length > 0 && <div className="small">{s.settings.map(change).join('; ')}</div>}
          {s.check_first && <div className="small">{`Check first: ${s.check_first}`}</div>}
        </li>
      ))}</ol>
      <div className="sign"><span>Done by, on</span><span>Checked by, on</span></div>
    </section>
  );
}

// A hundred devices a time: no more is printed, nor done, at once.
const most = 100;

function Sheets({ all }: { all: PlanDevice[] }) {
  const [search] = useSearchParams();
  const asked = Number(search.get('from') ?? 1);
  const from = Number.isInteger(asked) && asked > 0 && asked <= all.length ? asked - 1 : 0;
  const to = Math.min(all.length, from + most);
  return (
    <>
      {all.length > most && (
        <p>
          {`Devices ${number(from + 1)} to ${number(to)} of ${number(all.length)}. `}
          {from > 0 && <Link className="no-print" to={`?from=${Math.max(1, from + 1 - most)}`}>{'Those before '}</Link>}
          {to < all.length && <Link className="no-print" to={`?from=${to + 1}`}>Those after</Link>}
        </p>
      )}
      {all.slice(from, to).map((d) => <DeviceBox key={d.device} d={d} />)}
    </>
  );
}

export function WorkOrder() {
  const { id = '' } = useParams();
  const answer = useQuery({
    queryKey: ['plan', id],
    queryFn: async () => dataOf(await api.GET('/models/{id}/plan', { params: { path: { id } } })),
  });
  const plan = answer.data;
  return (
    <Page title={plan ? `Work order: ${modelName(plan)}` : 'Work order'} data={plan?.data}
      before={<BackLink asElement={Link} to={`/models/${encodeURIComponent(id)}`}>The model</BackLink>}
      actions={<Button type="button" small onClick={() => window.print()}>Print</Button>}>
      <Answered answer={answer}>{(p) => (p.devices.length === 0 ? (
        <Empty title="Nothing to do"><p>{p.headline}</p></Empty>
      ) : (
        <>
          <p className="lead">{`${p.headline} ${count(p.devices.length, 'device')}${p.target ? `, to be as variant ${p.target}` : ''}. Written ${timeText(new Date().toISOString())}.`}</p>
          <WarningCallout><WarningCallout.Heading>Before anything</WarningCallout.Heading><p>{p.before_anything}</p></WarningCallout>
          <Sheets all={p.devices} />
        </>
      ))}</Answered>
    </Page>
  );
}
