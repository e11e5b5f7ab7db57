// One page for a member of the board: how it stands, what is worst, who acts.
import { lazy, Suspense, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { number, ratings, sentence } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { Rating } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';

const Chart = lazy(() => import('../parts/Chart'));
type TodayData = Schemas['Today'];

function Figures({ t }: { t: TodayData }) {
  const grave = (t.by_rating['5'] ?? 0) + (t.by_rating['4'] ?? 0);
  const rows: [number | undefined, string][] = [
    [t.totals.devices, t.totals.medical_devices !== undefined ? `devices, ${number(t.totals.medical_devices)} of them medical` : 'devices'],
    [grave, 'findings that are unacceptable or must be controlled'],
    [t.totals.drifting_models, `of ${number(t.totals.models)} models are configured in several ways`],
    [t.totals.accepted_findings, 'risks accepted until a day'],
  ];
  return <ul className="figures">{rows.map(([n, text]) => n !== undefined && <li key={text}><b>{number(n)}</b>{text}</li>)}</ul>;
}

function ByRating({ t }: { t: TodayData }) {
  const rows = [5, 4, 3, 2, 1].map((r) => ({ x: `${r} ${ratings[r] ?? ''}`, y: t.by_rating[String(r)] ?? 0 }));
  const says = `Open findings by rating: ${rows.map((r) => `${r.x}: ${number(r.y)}`).join('; ')}`;
  return (
    <section className="panel" aria-labelledby="by-rating">
      <h2 id="by-rating">Open findings by harm to patients</h2>
      <Suspense fallback={<div style={{ height: 190 }} />}><Chart chart={{ kind: 'bar', x: 'rating', y: 'findings', ordered: true, rows }} says={says} /></Suspense>
    </section>
  );
}

function Row({ name, of }: { name: ReactNode; of: { worst?: number; findings: number; devices: number } }) {
  return (
    <tr>
      <th scope="row" className="anywhere">{name}</th>
      <td data-label="Worst"><span><Rating of={of.worst} /></span></td>
      <td data-label="Findings" className="n">{number(of.findings)}</td>
      <td data-label="Devices" className="n">{number(of.devices)}</td>
    </tr>
  );
}

function Owners({ t, words }: { t: TodayData; words: Words }) {
  if (t.by_owner_role.length === 0) return null;
  const worstFirst = [...t.by_owner_role].sort((a, b) => b.worst - a.worst || b.findings - a.findings);
  return (
    <section className="panel" aria-labelledby="owners">
      <h2 id="owners">Who is accountable</h2>
      <div className="scroll" role="region" aria-label="Who is accountable" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Role</th><th scope="col">Worst</th><th scope="col" className="n">Findings</th><th scope="col" className="n">Devices</th></tr></thead>
          <tbody>{worstFirst.map((o) => <Row key={o.owner_role} name={sentence(words.roleName(o.owner_role))} of={o} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function AreasTable({ t }: { t: TodayData }) {
  if (t.by_care_area.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="areas">
      <h2 id="areas">Where</h2>
      <div className="scroll" role="region" aria-label="Where" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Care area</th><th scope="col">Worst</th><th scope="col" className="n">Findings</th><th scope="col" className="n">Devices</th></tr></thead>
          <tbody>{t.by_care_area.slice(0, 12).map((a) => <Row key={a.care_area} name={<Link to={`/ward/${encodeURIComponent(a.care_area)}`}>{a.care_area}</Link>} of={a} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

export function Board() {
  const words = useWords();
  const answer = useQuery({ queryKey: ['today'], queryFn: async () => dataOf(await api.GET('/today')) });
  return (
    <div className="board">
      <Page title="For the board" data={answer.data?.data} actions={<Button type="button" secondary small onClick={() => window.print()}>Print</Button>}>
        <Answered answer={answer}>{(t) => (t.totals.devices === 0 ? (
          <Empty title="Nothing has been heard yet"><p>So nothing can be said, good or bad. Once asepsis has listened, or was given a capture, this page says how it stands.</p></Empty>
        ) : (
          <>
            <Figures t={t} />
            <section className="panel" aria-labelledby="questions">
              <h2 id="questions">The three questions to ask this week</h2>
              {t.to_do.length === 0 && <p>None: nothing needs doing today.</p>}
              <ol>{t.to_do.map((task) => (
                <li key={task.title}><strong>{task.title}</strong><div className="small quiet">{`${task.owner_role ? `Accountable: ${words.roleName(task.owner_role)}. ` : ''}${task.detail}`}</div></li>
              ))}</ol>
            </section>
            <ByRating t={t} />
            <Owners t={t} words={words} />
            <AreasTable t={t} />
            {t.not_seen.length > 0 && <p className="small quiet">{`Known limits: ${t.not_seen.map((n) => `${number(n.count)} ${n.text}`).join('; ')}.`}</p>}
          </>
        ))}</Answered>
      </Page>
    </div>
  );
}
