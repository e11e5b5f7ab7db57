import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { toSearch } from '../logic/filters';
import { timeText } from '../logic/time';
import { count, number, sentence } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { DeviceLink, Grade, Rating, Time, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { Why } from '../parts/Why';

type TodayData = Schemas['Today'];

const pages: Record<Schemas['Task']['page'], string> = {
  devices: '/devices', findings: '/findings', models: '/models', sensor: '/sensor', 'bring-in': '/bring-in',
};
const wayTo = (task: Schemas['Task']): string =>
  (task.model ? `/models/${encodeURIComponent(task.model)}` : `${pages[task.page]}${toSearch(task.filter)}`);
const linkText = (task: Schemas['Task']): string => {
  if (task.model) return 'Open the model and its plan';
  if (task.page === 'bring-in') return 'Bring something in';
  if (task.page === 'sensor') return 'See what could not be heard';
  return task.devices !== undefined ? `See the ${count(task.devices, 'device')}` : 'See them';
};

function ToDo({ tasks, words }: { tasks: Schemas['Task'][]; words: Words }) {
  if (tasks.length === 0) return <Empty title="Nothing needs doing today"><p>No open finding, no model that differs, and nothing new. Look again tomorrow.</p></Empty>;
  return (
    <ol className="todo">
      {tasks.map((task) => (
        <li key={task.title}>
          <h3 className="anywhere">{task.title}</h3>
          <p className="anywhere">{task.detail}</p>
          {task.owner_role && <p className="small quiet">{`Accountable: ${sentence(words.roleName(task.owner_role))}`}</p>}
          <div className="foot-line">
            {task.rating !== undefined && <Rating of={task.rating} />}
            <Link to={wayTo(task)}>{linkText(task)}<span className="nhsuk-u-visually-hidden">{`: ${task.title}`}</span></Link>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Totals({ of }: { of: TodayData['totals'] }) {
  const parts: [number | undefined, string, string][] = [
    [of.devices, of.devices === 1 ? 'device' : 'devices', '/devices'],
    [of.medical_devices, 'of them medical', '/devices'],
    [of.open_findings, of.open_findings === 1 ? 'open finding' : 'open findings', '/findings'],
    [of.drifting_models, `of ${number(of.models)} models configured in several ways`, '/models'],
  ];
  return (
    <ul className="totals">
      {parts.map(([n, text, to]) => n !== undefined && <li key={text}><b>{number(n)}</b>{text === 'of them medical' ? text : <Link to={to}>{text}</Link>}</li>)}
    </ul>
  );
}

function Worst({ findings, words }: { findings: Schemas['FindingSummary'][]; words: Words }) {
  return (
    <section className="panel" aria-labelledby="worst">
      <h2 id="worst">The most harmful findings</h2>
      {findings.length === 0 && <p>No check fails on any device. That says what was seen, not that all is safe: see what could not be seen.</p>}
      <ol className="lines">
        {findings.map((f) => (
          <li key={f.id}>
            <Rating of={f.rating} /> <Link to={`/findings/${f.id}`}>{f.title}</Link><Why finding={f.id} says={f.title} />
            <div className="small quiet anywhere">{[f.class && sentence(words.className(f.class)), modelName(f), f.care_area].filter(Boolean).join(', ')}</div>
            {f.harm && <div className="anywhere">{f.harm}</div>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Drift({ models }: { models: Schemas['ModelSummary'][] }) {
  return (
    <section className="panel" aria-labelledby="drift">
      <h2 id="drift">Identical devices that differ</h2>
      {models.length === 0 && <p>No model was seen to be configured in more than one way.</p>}
      <ul className="lines">
        {models.map((m) => (
          <li key={m.id}>
            <Link to={`/models/${encodeURIComponent(m.id)}`}>{modelName(m)}</Link>
            {`: ${count(m.device_count, 'device')}, configured in at least ${count(m.at_least, 'way')}`}
            <div className="small">{m.grades.map((g, i) => <span key={i}><Grade of={g.grade} />{` ${number(g.devices)}  `}</span>)}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const counted = (t: TodayData): string => [
  t.new_devices > 0 && count(t.new_devices, 'new device'), t.new_findings > 0 && count(t.new_findings, 'new finding'),
  t.gone_findings > 0 && `${count(t.gone_findings, 'finding')} gone`, t.changed_settings > 0 && count(t.changed_settings, 'changed setting'),
].filter(Boolean).join(', ');

function Changes({ of }: { of: TodayData }) {
  return (
    <section className="panel" aria-labelledby="changes">
      <h2 id="changes">What changed</h2>
      <p>{`${counted(of) || 'Nothing changed'}${of.since ? ` since ${timeText(of.since)}` : ''}.`}</p>
      <ul className="lines">
        {of.changes.slice(0, 12).map((c, i) => (
          <li key={i} className="anywhere">
            {c.finding ? <Link to={`/findings/${c.finding}`}>{c.text}</Link> : c.device ? <DeviceLink id={c.device}>{c.text}</DeviceLink> : c.text}
            <div className="small quiet"><Time of={c.time} />{c.source && `, ${c.source}`}</div>
          </li>
        ))}
      </ul>
      {of.changes.length > 12 && <p><Link to="/devices?sort=last_seen">All devices, the latest heard first</Link></p>}
    </section>
  );
}

function NotSeen({ items }: { items: Schemas['Count'][] }) {
  return (
    <section className="panel" aria-labelledby="not-seen">
      <h2 id="not-seen">What could not be seen</h2>
      {items.length === 0 && <p>Nothing was lost on the way.</p>}
      <ul className="lines">{items.map((c) => <li key={c.what} className="anywhere">{`${number(c.count)} ${c.text}`}</li>)}</ul>
      <p><Link to="/sensor">About this sensor</Link></p>
    </section>
  );
}

// Where nothing was heard, "nothing was found" would say too much.
function Found({ today, words }: { today: TodayData; words: Words }) {
  return (
    <>
      <Totals of={today.totals} />
      <div className="columns">
        <div><Worst findings={today.worst} words={words} /><NotSeen items={today.not_seen} /></div>
        <div><Drift models={today.drift} /><Changes of={today} /></div>
      </div>
    </>
  );
}

export function Today() {
  const words = useWords();
  const answer = useQuery({ queryKey: ['today'], queryFn: async () => dataOf(await api.GET('/today')) });
  return (
    <Page title="Today" data={answer.data?.data}>
      <Answered answer={answer}>{(today) => (
        <>
          <h2>{today.to_do.length === 3 ? 'Three things to do today' : 'To do today'}</h2>
          <ToDo tasks={today.to_do} words={words} />
          {today.totals.devices > 0 && <Found today={today} words={words} />}
        </>
      )}</Answered>
    </Page>
  );
}
