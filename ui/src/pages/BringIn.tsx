import { useRef, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { changedMapping, upload, type Choice } from '../logic/upload';
import { timeText } from '../logic/time';
import { bytes, count, number, sentence, spoken } from '../logic/words';
import { Answered, Empty, Page, ProblemBox } from '../parts/Page';

type Import = Schemas['Import'];
type Fields = Schemas['ImportList']['fields'];
const running = (i: Import): boolean => ['receiving', 'waiting', 'running'].includes(i.state);

interface Sending { file: string; share: number }

function useSend(done: (chosen: Chosen, made: Import) => void) {
  const queries = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (files: File[], choice: Choice) => {
    setError(null);
    try {
      for (const file of files) {
        setSending({ file: file.name, share: 0 });
        const made = await upload(file, choice, (share) => setSending({ file: file.name, share }));
        done({ file, choice }, made);
        await queries.invalidateQueries({ queryKey: ['imports'] });
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(null);
    }
  };
  return { sending, error, send };
}

const states: Record<Import['state'], string> = {
  receiving: 'arriving', waiting: 'waiting for those before it', running: 'being read', done: 'done', failed: 'failed', cancelled: 'stopped',
};
const phases: Record<NonNullable<Import['phase']>, string> = {
  reading: 'being read', storing: 'being stored', deriving: 'the inventory follows it', checking: 'findings follow it',
};
function stateText(of: Import): string {
  const now = of.state === 'running' && of.phase ? phases[of.phase] : states[of.state];
  const share = of.phase === 'reading' && of.progress !== undefined ? `, ${of.progress} %` : '';
  const heard = running(of) && of.packets ? `, ${count(of.packets, 'packet')} so far` : '';
  return `${of.mapping_only ? 'Columns: ' : ''}${now}${share}${heard} `;
}

interface Place { line?: number; column?: string; reason: string }
const placeOf = (line: Record<string, unknown>): Place | null => (typeof line.reason === 'string' ? {
  reason: line.reason,
  ...(typeof line.line === 'number' ? { line: line.line } : {}), ...(typeof line.column === 'string' ? { column: line.column } : {}),
} : null);
const shownPlaces = 200;

// Where in the file, and why: what somebody needs to mend it.
function NotUnderstood({ of, places, words }: { of: Import; places: Place[]; words: string[] }) {
  const all = places.length + words.length;
  if (all === 0) return null;
  return (
    <details open={of.state === 'failed' || all <= 5}>
      <summary>{`What was not understood (${number(all)})`}</summary>
      {words.length > 0 && <ul className="small">{words.slice(0, shownPlaces).map((t, i) => <li key={i} className="anywhere">{t}</li>)}</ul>}
      {places.length > 0 && (
        <div className="scroll" role="region" aria-label={`What was not understood of ${of.file}`} tabIndex={0}>
          <table className="grid stack">
            <caption>{of.file}</caption>
            <thead><tr><th scope="col" className="n">Line</th><th scope="col">Column</th><th scope="col">Reason</th></tr></thead>
            <tbody>{places.slice(0, shownPlaces).map((p, i) => (
              <tr key={i}>
                <th scope="row" className="n">{p.line === undefined ? '' : number(p.line)}</th>
                <td data-label="Column" className="anywhere">{p.column ?? 'the whole line'}</td>
                <td data-label="Reason" className="anywhere">{p.reason}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {places.length > shownPlaces && <p className="small quiet">{`${number(places.length - shownPlaces)} more: mend these and bring the file in again.`}</p>}
    </details>
  );
}

const told = (line: Record<string, unknown>): string => (typeof line.text === 'string' ? line.text : Object.entries(line)
  .filter(([k, v]) => k !== 'file' && v !== null && v !== '' && v !== 0 && typeof v !== 'object')
  .map(([k, v]) => `${spoken(k)} ${typeof v === 'number' ? number(v) : String(v)}`).join(', '));

function Result({ of }: { of: Import }) {
  const lines = of.result ?? [];
  const places = lines.map(placeOf).filter((p) => p !== null);
  const outcome = lines.filter((line) => !placeOf(line)).map(told);
  return (
    <>
      {of.error && <p className="anywhere"><strong>{sentence(of.error)}.</strong>{of.advice && ` ${of.advice}`}</p>}
      {outcome.length > 0 && <ul className="small">{outcome.slice(0, 20).map((line, i) => <li key={i} className="anywhere">{line}</li>)}</ul>}
      <NotUnderstood of={of} places={places} words={of.not_understood ?? []} />
    </>
  );
}

function Item({ of, cancel, correct }: { of: Import; cancel: (id: string) => void; correct: (() => void) | null }) {
  return (
    <li>
      <div className="panel-head">
        <strong className="anywhere">{of.file}</strong>
        <span className="small quiet">{`${sentence(of.kind)}, ${bytes(of.size ?? of.bytes)}, ${timeText(of.started)}${of.user ? `, by ${of.user}` : ''}`}</span>
      </div>
      <p role="status">
        {stateText(of)}
        {running(of) && <><progress max={100} value={of.progress} aria-label={`Progress of ${of.file}`} /> <button type="button" className="link-button" onClick={() => cancel(of.id)}>{'Stop'}<span className="nhsuk-u-visually-hidden">{` ${of.file}`}</span></button></>}
      </p>
      <Result of={of} />
      {correct && !running(of) && of.kind === 'document' && !of.mapping_only && (
        <p><button type="button" className="link-button" onClick={correct}>Correct how its columns are read<span className="nhsuk-u-visually-hidden">{`: ${of.file}`}</span></button></p>
      )}
    </li>
  );
}

// Of a configuration: what it says of its own device is not a column.
const own = (m: { why?: string }): boolean => m.why === "the device's own";
interface Chosen { file: File; choice: Choice }

function Mapping({ of, fields, chosen: { file, choice }, send, close }: { of: Import; fields: Fields; chosen: Chosen; send: (files: File[], choice: Choice) => Promise<void>; close: () => void }) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const mapping = of.mapping ?? [];
  return (
    <section className="panel" aria-labelledby="mapping-h">
      <h2 id="mapping-h">{`How the columns of ${of.file} are read`}</h2>
      <p>Nothing has been taken in yet. Change what is wrong, then bring it in. Columns about patients or persons are never kept.</p>
      <div className="scroll" role="region" aria-label="Columns" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Column</th><th scope="col">Is read as</th><th scope="col">Example</th><th scope="col">Why</th></tr></thead>
          <tbody>{mapping.map((m) => (
            <tr key={m.column}>
              <th scope="row" className="anywhere">{m.column}</th>
              <td data-label="Is read as">
                {own(m) ? sentence(spoken(m.field ?? '')) : <select className="nhsuk-select" aria-label={`What ${m.column} is read as`} value={chosen[m.column] ?? m.field ?? '-'} onChange={(e) => setChosen({ ...chosen, [m.column]: e.target.value })}>
                  <option value="-">left out</option>
                  {m.field && !fields.some((f) => f.name === m.field) && <option value={m.field}>{spoken(m.field)}</option>}
                  {fields.map((f) => <option key={f.name} value={f.name}>{sentence(spoken(f.name))}</option>)}
                </select>}
              </td>
              <td data-label="Example" className="anywhere">{m.example ?? ''}</td>
              <td data-label="Why" className="small anywhere">{m.why ?? ''}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p>
        <Button type="button" onClick={() => { close(); void send([file], { ...choice, kind: 'document', mapping_only: false, map: changedMapping(mapping, chosen) }); }}>Bring it in</Button>{' '}
        <Button type="button" secondary onClick={close}>Do not</Button>
      </p>
    </section>
  );
}

function Drop({ send, busy }: { send: (files: File[], choice: Choice) => Promise<void>; busy: boolean }) {
  const [over, setOver] = useState(false);
  const [site, setSite] = useState('');
  const [device, setDevice] = useState('');
  const [kind, setKind] = useState<Choice['kind']>('auto');
  const [mappingOnly, setMappingOnly] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    if (!files || files.length === 0 || busy) return;
    void send([...files], { kind, site, device, ...(mappingOnly ? { mapping_only: true } : {}) });
    if (input.current) input.current.value = '';
  };
  return (
    <section className="drop" data-over={over} aria-label="Choose files"
      onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={(e) => { e.preventDefault(); setOver(false); take(e.dataTransfer.files); }}>
      <p><strong>Drop captures and documents here</strong></p>
      <p className="quiet">Captures (pcap, pcapng, also compressed), logs of Zeek and Suricata, asset registers (CSV), exported configurations (JSON, XML, INI, CSV)</p>
      <p><label htmlFor="files">or choose files: </label><input ref={input} id="files" type="file" multiple disabled={busy} onChange={(e) => take(e.target.files)} /></p>
      <div className="inline-form" style={{ justifyContent: 'center', textAlign: 'left' }}>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="kind">What they are</label>
          <select id="kind" className="nhsuk-select" value={kind} onChange={(e) => setKind(e.target.value as Choice['kind'])}>
            <option value="auto">See for yourself</option><option value="capture">Captures or logs</option><option value="document">Documents</option>
          </select>
        </div>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="site">Site (if there are several)</label>
          <input id="site" className="nhsuk-input" maxLength={80} value={site} onChange={(e) => setSite(e.target.value)} />
        </div>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="device">Device (if a configuration does not say)</label>
          <input id="device" className="nhsuk-input" maxLength={80} placeholder="d-" value={device} onChange={(e) => setDevice(e.target.value)} />
        </div>
        <label><input type="checkbox" checked={mappingOnly} onChange={(e) => setMappingOnly(e.target.checked)} />{' First show how columns are read'}</label>
      </div>
    </section>
  );
}

export function BringIn() {
  const queries = useQueryClient();
  const [toMap, setToMap] = useState<(Chosen & { id: string }) | null>(null);
  const [sent, setSent] = useState<Record<string, Chosen>>({});  // as long as the page is open its files can be sent again
  const { sending, error, send } = useSend((chosen, made) => {
    setSent((before) => ({ ...before, [made.id]: chosen }));
    if (made.mapping_only) setToMap({ ...chosen, id: made.id });
  });
  const correct = (id: string) => {
    const chosen = sent[id];
    return chosen ? () => void send([chosen.file], { ...chosen.choice, mapping_only: true }) : null;
  };
  const list = useQuery({
    queryKey: ['imports'],
    queryFn: async () => dataOf(await api.GET('/imports')),
    refetchInterval: (query) => (query.state.data?.items.some(running) ? 1000 : false),
  });
  const cancel = useMutation({
    mutationFn: async (id: string) => { await api.DELETE('/imports/{id}', { params: { path: { id } } }); },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['imports'] }),
  });
  const health = useQuery({ queryKey: ['health'], queryFn: async () => dataOf(await api.GET('/health')) });
  const mapped = toMap && list.data?.items.find((i) => i.id === toMap.id && i.state === 'done');
  return (
    <Page title="Bring in" data={health.data?.data}>
      <p className="lead">What was recorded elsewhere, and what documents say. The same file twice changes nothing. Patients and secrets are not kept.</p>
      <Drop send={send} busy={sending !== null} />
      <div role="status">{sending && <p>{`Sending ${sending.file} `}<progress max={1} value={sending.share} aria-label={`Sending ${sending.file}`} /></p>}</div>
      {error !== null && <ProblemBox error={error} />}
      {cancel.error && <ProblemBox error={cancel.error} />}
      {mapped && toMap && <Mapping of={mapped} fields={list.data?.fields ?? []} chosen={toMap} send={send} close={() => setToMap(null)} />}
      <h2>Brought in since the server began</h2>
      <Answered answer={list} short>{({ items }) => (items.length === 0 ? (
        <Empty title="Nothing yet">
          <p>A capture of a ward, some minutes long, is a good beginning: <code>tcpdump -i INTERFACE -w ward.pcap</code> on a mirror port. Then the asset register, and the exported configuration of a device or two.</p>
        </Empty>
      ) : <ul className="lines panel">{items.map((i) => <Item key={i.id} of={i} cancel={cancel.mutate} correct={sending ? null : correct(i.id)} />)}</ul>)}</Answered>
      <p><Link to="/sensor">All that was heard and brought in before</Link></p>
    </Page>
  );
}
