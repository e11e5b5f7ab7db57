import { useRef, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { changedMapping, upload, type Choice } from '../logic/upload';
import { timeText } from '../logic/time';
import { bytes, sentence, spoken } from '../logic/words';
import { Answered, Empty, Page, ProblemBox } from '../parts/Page';

type Import = Schemas['Import'];
type Fields = Schemas['ImportList']['fields'];
const running = (i: Import): boolean => ['receiving', 'waiting', 'running'].includes(i.state);

interface Sending { file: string; share: number }

function useSend(done: (file: File, made: Import) => void) {
  const queries = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (files: File[], choice: Choice) => {
    setError(null);
    try {
      for (const file of files) {
        setSending({ file: file.name, share: 0 });
        const made = await upload(file, choice, (share) => setSending({ file: file.name, share }));
        done(file, made);
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
  receiving: 'arriving', waiting: 'waiting', running: 'being read', done: 'done', failed: 'failed', cancelled: 'stopped',
};

function Result({ of }: { of: Import }) {
  const lines = (of.result ?? []).slice(0, 20).map((line) => Object.entries(line)
    .filter(([, v]) => v !== null && v !== '' && typeof v !== 'object')
    .map(([k, v]) => `${spoken(k)} ${String(v)}`).join(', '));
  return (
    <>
      {of.error && <p className="anywhere"><strong>{of.error}</strong></p>}
      {lines.length > 0 && <ul className="small">{lines.map((line, i) => <li key={i} className="anywhere">{line}</li>)}</ul>}
      {of.not_understood && of.not_understood.length > 0 && (
        <details><summary>{`What was not understood (${of.not_understood.length})`}</summary><ul className="small">{of.not_understood.slice(0, 200).map((t, i) => <li key={i} className="anywhere">{t}</li>)}</ul></details>
      )}
    </>
  );
}

function Item({ of, cancel }: { of: Import; cancel: (id: string) => void }) {
  return (
    <li>
      <div className="panel-head">
        <strong className="anywhere">{of.file}</strong>
        <span className="small quiet">{`${sentence(of.kind)}, ${bytes(of.size ?? of.bytes)}, ${timeText(of.started)}${of.user ? `, by ${of.user}` : ''}`}</span>
      </div>
      <p role="status">
        {`${of.mapping_only ? 'Columns: ' : ''}${states[of.state]} `}
        {running(of) && <><progress max={100} value={of.progress} aria-label={`Progress of ${of.file}`} /> <button type="button" className="link-button" onClick={() => cancel(of.id)}>{'Stop'}<span className="nhsuk-u-visually-hidden">{` ${of.file}`}</span></button></>}
      </p>
      <Result of={of} />
    </li>
  );
}

function Mapping({ of, fields, file, send, close }: { of: Import; fields: Fields; file: File; send: (files: File[], choice: Choice) => Promise<void>; close: () => void }) {
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
                <select className="nhsuk-select" aria-label={`What ${m.column} is read as`} value={chosen[m.column] ?? m.field ?? '-'} onChange={(e) => setChosen({ ...chosen, [m.column]: e.target.value })}>
                  <option value="-">left out</option>
                  {m.field && !fields.some((f) => f.name === m.field) && <option value={m.field}>{spoken(m.field)}</option>}
                  {fields.map((f) => <option key={f.name} value={f.name}>{sentence(spoken(f.name))}</option>)}
                </select>
              </td>
              <td data-label="Example" className="anywhere">{m.example ?? ''}</td>
              <td data-label="Why" className="small anywhere">{m.why ?? ''}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p>
        <Button type="button" onClick={() => { close(); void send([file], { kind: 'document', site: '', map: changedMapping(mapping, chosen) }); }}>Bring it in</Button>{' '}
        <Button type="button" secondary onClick={close}>Do not</Button>
      </p>
    </section>
  );
}

function Drop({ send, busy }: { send: (files: File[], choice: Choice) => Promise<void>; busy: boolean }) {
  const [over, setOver] = useState(false);
  const [site, setSite] = useState('');
  const [kind, setKind] = useState<Choice['kind']>('auto');
  const [mappingOnly, setMappingOnly] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    if (!files || files.length === 0 || busy) return;
    void send([...files], { kind, site, ...(mappingOnly ? { mapping_only: true } : {}) });
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
        <label><input type="checkbox" checked={mappingOnly} onChange={(e) => setMappingOnly(e.target.checked)} />{' First show how columns are read'}</label>
      </div>
    </section>
  );
}

export function BringIn() {
  const queries = useQueryClient();
  const [toMap, setToMap] = useState<{ file: File; id: string } | null>(null);
  const { sending, error, send } = useSend((file, made) => { if (made.mapping_only) setToMap({ file, id: made.id }); });
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
      {mapped && toMap && <Mapping of={mapped} fields={list.data?.fields ?? []} file={toMap.file} send={send} close={() => setToMap(null)} />}
      <h2>Brought in since the server began</h2>
      <Answered answer={list} short>{({ items }) => (items.length === 0 ? (
        <Empty title="Nothing yet">
          <p>A capture of a ward, some minutes long, is a good beginning: <code>tcpdump -i INTERFACE -w ward.pcap</code> on a mirror port. Then the asset register, and the exported configuration of a device or two.</p>
        </Empty>
      ) : <ul className="lines panel">{items.map((i) => <Item key={i.id} of={i} cancel={cancel.mutate} />)}</ul>)}</Answered>
      <p><Link to="/sensor">All that was heard and brought in before</Link></p>
    </Page>
  );
}
