// "Why do we say this?": beside each value stands a button that opens the
// evidence, down to the packet or the row.
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../api/client';
import { ageText, timeText } from '../logic/time';
import { count, percent, sentence, spoken } from '../logic/words';
import { Answered } from './Page';

export interface Subject {
  device?: string;
  attribute?: string;
  setting?: string;
  instance?: string;
  finding?: string;
  says: string;  // what is asked about, in words
}

const Context = createContext<(subject: Subject) => void>(() => undefined);

export function Why(subject: Subject) {
  const open = useContext(Context);
  return (
    <button type="button" className="why" aria-haspopup="dialog" aria-label={`Why do we say: ${subject.says}?`} onClick={() => open(subject)}>Why?</button>
  );
}

function Witness({ e }: { e: Schemas['Evidence'] }) {
  const where = [
    e.source, e.packet !== undefined && `packet ${e.packet}`, e.row !== undefined && `row ${e.row}`,
    e.protocol && `by ${e.protocol}`,
  ].filter(Boolean).join(', ');
  const what = e.text ?? [e.claim, e.value].filter(Boolean).join(': ');
  return (
    <li>
      <div className="anywhere">{what || (e.rule ?? 'Evidence')}</div>
      {e.text && e.claim && <div className="small quiet anywhere">{e.value && e.value !== e.text ? `${e.claim}: ${e.value}` : e.claim}</div>}
      <div className="where anywhere">
        {where}
        {e.time && <>{where && ', '}<time dateTime={e.time}>{timeText(e.time)}</time></>}
        {e.count !== undefined && e.count > 1 && `, ${count(e.count, 'time')}`}
      </div>
      {(e.weight !== undefined || e.rule) && (
        <div className="where anywhere">
          {e.weight !== undefined && (e.weight > 0 ? `Weight ${percent(e.weight)}` : 'Outranked by the others')}
          {e.rule && `${e.weight !== undefined ? ', ' : ''}rule: ${e.rule}`}
        </div>
      )}
    </li>
  );
}

function Conclusion({ of }: { of: Schemas['Attribute'] }) {
  return (
    <p>
      <strong>{`${sentence(spoken(of.attribute))}: `}</strong>
      <span className="anywhere">{of.value ?? 'not known'}</span>
      {of.confidence !== undefined && `, ${percent(of.confidence)} sure`}
      {of.runner_up && `. Next likely: ${of.runner_up}${of.runner_up_confidence !== undefined ? `, ${percent(of.runner_up_confidence)}` : ''}`}
      {of.source && <span className="quiet">{` (from the ${of.source})`}</span>}
    </p>
  );
}

function Told({ why }: { why: Schemas['Why'] }) {
  return (
    <>
      {why.subject.meaning && <p className="quiet">{why.subject.meaning}</p>}
      {why.conclusion.map((c) => <Conclusion key={`${c.attribute} ${c.value}`} of={c} />)}
      {why.reason && <p>{why.reason}</p>}
      {why.conflicts.length > 0 && (
        <>
          <h3>Where documents say otherwise</h3>
          <ul>{why.conflicts.map((c) => <li key={`${c.attribute}${c.said}`} className="anywhere">{`${sentence(spoken(c.attribute))}: heard ${c.heard}, ${c.source ?? 'the register'} says ${c.said}${c.row !== undefined ? ` (row ${c.row})` : ''}`}</li>)}</ul>
        </>
      )}
      <h3>Evidence</h3>
      {why.evidence.length === 0 && <p>Nothing was seen that says so or denies it. That is why it is not known.</p>}
      <ul className="evidence">{why.evidence.map((e, i) => <Witness key={i} e={e} />)}</ul>
      {why.truncated && <p className="quiet">There is more evidence than is shown here.</p>}
      {why.data.as_of && <p className="age">{`As of ${timeText(why.data.as_of)}, ${ageText(why.data.as_of, Date.now())}`}</p>}
    </>
  );
}

function Drawer({ subject, close }: { subject: Subject; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => { dialog.current?.showModal(); }, []);
  const { says, ...query } = subject;
  const answer = useQuery({
    queryKey: ['why', query],
    queryFn: async () => dataOf(await api.GET('/why', { params: { query } })),
  });
  return (
    <dialog ref={dialog} className="drawer" aria-labelledby="why-title" onClose={close}
      onClick={(event) => { if (event.target === dialog.current) dialog.current.close(); }}>
      <div className="drawer-head">
        <div><span className="small quiet">Why do we say this?</span><h2 id="why-title" className="anywhere">{says}</h2></div>
        <button type="button" className="nhsuk-button nhsuk-button--secondary small" onClick={() => dialog.current?.close()}>Close</button>
      </div>
      <div className="drawer-body"><Answered answer={answer} short>{(why) => <Told why={why} />}</Answered></div>
    </dialog>
  );
}

export function EvidenceDrawer({ children }: { children: ReactNode }) {
  const [subject, setSubject] = useState<Subject | null>(null);
  const origin = useRef<Element | null>(null);
  const open = useMemo(() => (next: Subject) => { origin.current = document.activeElement; setSubject(next); }, []);
  const close = () => {
    setSubject(null);
    if (origin.current instanceof HTMLElement) origin.current.focus();
  };
  return (
    <Context.Provider value={open}>
      {children}
      {subject && <Drawer subject={subject} close={close} />}
    </Context.Provider>
  );
}
