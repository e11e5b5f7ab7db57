import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { dayText, isoDay, timeText } from '../logic/time';
import { clauseTexts } from '../logic/clauses';
import { number, sentence, spoken } from '../logic/words';
import { Answered, Page, ProblemBox } from '../parts/Page';
import { DeviceLink, Rating, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { Why } from '../parts/Why';
import { WorkButton } from '../parts/WorkButton';

type Detail = Schemas['FindingDetail'];

const readers: [string[], string][] = [
  [['ward'], 'Ward'], [['biomedical', 'biomedical_engineering'], 'Biomedical engineering'], [['it', 'it_network'], 'IT and network'],
  [['procurement'], 'Procurement'], [['manufacturer'], 'Manufacturer'],
];

function Advice({ advice }: { advice: Detail['advice'] }) {
  return (
    <section className="panel" aria-labelledby="advice-h">
      <h2 id="advice-h">What to do</h2>
      {readers.map(([keys, title]) => {
        const text = keys.map((k) => advice[k]).find(Boolean);
        return text ? <div key={title}><h3>{title}</h3><p className="anywhere">{text}</p></div> : null;
      })}
    </section>
  );
}

// Whether the risk is accepted until a day, or the finding opened again.
function useDecision(finding: Detail, reason: string, until: string, decided: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => dataOf(await api.POST('/findings/{id}/decision', {
      params: { path: { id: finding.id } },
      body: finding.state === 'accepted-until' ? { decision: 'reopen', reason: reason.trim() } : { decision: 'accept', reason: reason.trim(), until },
    })),
    onSuccess: (now) => {
      decided();
      queries.setQueryData(['finding', finding.id], now);
      void queries.invalidateQueries({ queryKey: ['findings'] });
    },
  });
}

function Accept({ finding }: { finding: Detail }) {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(isoDay(Date.now(), 90));
  const [missing, setMissing] = useState('');
  const accepted = finding.state === 'accepted-until';
  const decide = useDecision(finding, reason, until, () => setReason(''));
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    const wrong = reason.trim() ? '' : accepted ? 'Say why it is opened again' : 'Say why the risk can be borne, and what controls it meanwhile';
    setMissing(wrong);
    if (!wrong) decide.mutate();
  };
  return (
    <form onSubmit={submit} className="no-print" noValidate>
      <h3>{accepted ? 'Open it again' : 'Accept the risk until a day'}</h3>
      <div className={missing ? 'nhsuk-form-group nhsuk-form-group--error' : 'nhsuk-form-group'}>
        <label className="nhsuk-label" htmlFor="reason">Reason</label>
        {!accepted && <div className="nhsuk-hint" id="reason-hint">Why the risk can be borne, and what controls it meanwhile. It is kept with your name. No patient names.</div>}
        {missing && <span className="nhsuk-error-message" id="reason-error" role="alert"><span className="nhsuk-u-visually-hidden">Error: </span>{missing}</span>}
        <textarea id="reason" className="nhsuk-textarea" rows={3} maxLength={2000} value={reason} aria-invalid={missing !== ''}
          aria-describedby={`${accepted ? '' : 'reason-hint'}${missing ? ' reason-error' : ''}`.trim() || undefined} onChange={(e) => setReason(e.target.value)} />
      </div>
      {!accepted && (
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="until">Until, at most (the last day)</label>
          <input id="until" type="date" className="nhsuk-input nhsuk-input--width-10" min={isoDay(Date.now(), 1)} value={until} onChange={(e) => setUntil(e.target.value)} />
        </div>
      )}
      {decide.error && <ProblemBox error={decide.error} />}
      <WorkButton type="submit" busy={decide.isPending}>{accepted ? 'Open again' : 'Accept until then'}</WorkButton>
    </form>
  );
}

const stateText = (f: Detail): string => (f.state === 'open' ? 'Open' : f.state === 'gone' ? 'Gone: it no longer shows' : `Accepted until ${f.accepted_until ? dayText(f.accepted_until) : 'a day'}`);

function About({ f, words }: { f: Detail; words: Words }) {
  const clauses = clauseTexts(f.clauses);
  return (
    <section className="panel" aria-labelledby="about-h">
      <h2 id="about-h">What was found</h2>
      <dl className="summary">
        <dt>Rating</dt><dd><Rating of={f.rating} /></dd>
        {f.reasoning && <><dt>Because</dt><dd>{f.reasoning}</dd></>}
        {f.harm && <><dt>Harm to patients</dt><dd>{f.harm}</dd></>}
        <dt>Device</dt><dd><DeviceLink id={f.device}>{modelName(f) || f.device}</DeviceLink>{`, ${kind(words, f)}${f.care_area ? `, ${f.care_area}` : ''}`}</dd>
        {f.detail && <><dt>Seen</dt><dd>{f.detail}<Why finding={f.id} says={f.title} /></dd></>}
        <dt>Accountable</dt><dd>{sentence(words.roleName(f.owner_role))}</dd>
        <dt>First and last seen</dt><dd>{`${timeText(f.first_seen)} to ${timeText(f.last_seen)}`}</dd>
        <dt>Check</dt><dd className="mono">{`${f.pack ? `${f.pack} / ` : ''}${f.check}`}</dd>
        {f.cwe && f.cwe.length > 0 && <><dt>Weakness class</dt><dd>{f.cwe.map((c) => <Link key={c} to={`/findings?cwe=${c}`}>{`${c} `}</Link>)}</dd></>}
        {clauses.length > 0 && <><dt>Standards</dt><dd className="small">{clauses.join('; ')}</dd></>}
      </dl>
    </section>
  );
}

function Evidence({ f }: { f: Detail }) {
  return (
    <section className="panel" aria-labelledby="evidence-h">
      <h2 id="evidence-h">Evidence</h2>
      <ul className="evidence">{f.evidence.slice(0, 20).map((e, i) => (
        <li key={i}>
          <div className="anywhere">{e.text ?? [e.claim, e.value].filter(Boolean).join(': ')}</div>
          <div className="where anywhere">{[e.source, e.packet !== undefined && `packet ${e.packet}`, e.row !== undefined && `row ${e.row}`, e.time && timeText(e.time)].filter(Boolean).join(', ')}</div>
        </li>
      ))}</ul>
      {f.evidence.length > 20 && <p className="quiet">{`And ${number(f.evidence.length - 20)} more.`}</p>}
    </section>
  );
}

function State({ f }: { f: Detail }) {
  return (
    <section className="panel" aria-labelledby="state-h">
      <h2 id="state-h">State and history</h2>
      <p role="status"><strong>{stateText(f)}</strong></p>
      <ul className="lines">{f.history.map((h, i) => (
        <li key={i} className="anywhere">{`${timeText(h.time)}: ${spoken(h.state)}${h.who ? ` by ${h.who}` : ''}`}{h.why && <div className="small quiet">{h.why}</div>}</li>
      ))}</ul>
      {f.may_decide && f.state !== 'gone' && <Accept finding={f} />}
      {!f.may_decide && f.state === 'open' && <p className="small quiet">Your role cannot accept a risk. Whoever is accountable can.</p>}
    </section>
  );
}

export function Finding() {
  const { id = '' } = useParams();
  const words = useWords();
  const answer = useQuery({
    queryKey: ['finding', id],
    queryFn: async () => dataOf(await api.GET('/findings/{id}', { params: { path: { id } } })),
  });
  return (
    <Page title={answer.data?.title ?? 'Finding'} data={answer.data?.data} before={<BackLink asElement={Link} to="/findings">All findings</BackLink>}>
      <Answered answer={answer}>{(f) => (
        <div className="columns">
          <div><About f={f} words={words} /><State f={f} /></div>
          <div><Advice advice={f.advice} /><Evidence f={f} /></div>
        </div>
      )}</Answered>
    </Page>
  );
}
