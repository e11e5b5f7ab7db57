import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { bytes, deviceName, number, sentence, spoken } from '../logic/words';
import { timeText } from '../logic/time';
import { More } from '../parts/More';
import { Answered, Empty, Page } from '../parts/Page';
import { Coverage, DeviceLink, Level, Rating, Security, Sure, Time, Unknown, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { Why } from '../parts/Why';

type Detail = Schemas['DeviceDetail'];

// In this order, and whatever else is known after them.
const first = ['class', 'manufacturer', 'model', 'firmware', 'serial', 'udi_di', 'hardware', 'os', 'mac', 'ip', 'name', 'vlan', 'care_area', 'location', 'asset_number'];
const names: Record<string, string> = { udi_di: 'UDI-DI', os: 'Operating system', mac: 'MAC address', ip: 'IP address', name: 'Name', vlan: 'VLAN', serial: 'Serial number' };
const attributeName = (a: string): string => names[a] ?? sentence(spoken(a));

function grouped(attributes: Schemas['Attribute'][]): [string, Schemas['Attribute'][]][] {
  const groups = new Map<string, Schemas['Attribute'][]>(first.slice(0, 5).map((name) => [name, []]));
  const place = (a: string) => (first.indexOf(a) + 1 || 100);
  for (const a of [...attributes].sort((x, y) => place(x.attribute) - place(y.attribute))) {
    groups.set(a.attribute, [...(groups.get(a.attribute) ?? []), a]);
  }
  return [...groups];
}

function Value({ a, words }: { a: Schemas['Attribute']; words: Words }) {
  if (a.value === undefined) return <Unknown />;
  return (
    <div>
      {a.attribute === 'class' ? sentence(words.className(a.value)) : a.value}
      <Sure of={a.confidence} />
      {a.source === 'document' && <span className="quiet small"> from a document</span>}
      {a.source === 'rule' && <span className="quiet small"> by where it is</span>}
      {a.runner_up && <div className="quiet small">{`Next likely: ${a.attribute === 'class' ? words.className(a.runner_up) : a.runner_up}`}<Sure of={a.runner_up_confidence} /></div>}
    </div>
  );
}

function Identity({ d, words }: { d: Detail; words: Words }) {
  return (
    <section className="panel" id="identity" aria-labelledby="identity-h">
      <h2 id="identity-h">Identity</h2>
      <dl className="summary">
        {grouped(d.attributes).map(([name, values]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{attributeName(name)}<Why device={d.id} attribute={name} says={`${attributeName(name)}: ${values.map((v) => v.value ?? 'not known').join(', ') || 'not known'}`} /></dt>
            <dd>{values.length === 0 ? <Unknown /> : values.map((v, i) => <Value key={i} a={v} words={words} />)}</dd>
          </div>
        ))}
        <dt>Identifier</dt><dd className="mono">{d.id}{d.aliases && d.aliases.length > 0 && <span className="quiet">{` (also ${d.aliases.join(', ')})`}</span>}</dd>
        <dt>Site</dt><dd>{d.site}</dd>
        <dt>Heard</dt><dd>{`${timeText(d.first_seen)} to ${timeText(d.last_seen)}`}</dd>
      </dl>
      {d.reason && <p className="small quiet">{`One device, because: ${d.reason}`}</p>}
    </section>
  );
}

function Seen({ d }: { d: Detail }) {
  const unknown = d.coverage_of.filter((c) => c.state === 'unknown');
  return (
    <section className="panel" aria-labelledby="seen-h">
      <h2 id="seen-h">How much of it could be seen</h2>
      <p><Coverage of={d.coverage} /> of the settings that could have shown, did.</p>
      {unknown.length > 0 && <p className="small">{`Not known: ${unknown.map((c) => c.title || c.setting).join(', ')}. Not known is not the same as safe.`}</p>}
      {d.model_id && <p><Link to={`/models/${encodeURIComponent(d.model_id)}`}>Compare it with the others of its model</Link></p>}
    </section>
  );
}

const states: Record<string, string> = { seen: 'seen', refused: 'refused', unknown: 'not known' };

const useSettings = (id: string) => useQuery({
  queryKey: ['device-settings', id],
  queryFn: async () => dataOf(await api.GET('/devices/{id}/settings', { params: { path: { id } } })),
});

const useDeviceFindings = (id: string) => useQuery({
  queryKey: ['device-findings', id],
  queryFn: async () => dataOf(await api.GET('/devices/{id}/findings', { params: { path: { id } } })),
});

function Settings({ id }: { id: string }) {
  const answer = useSettings(id);
  return (
    <section className="panel" id="settings" aria-labelledby="settings-h">
      <h2 id="settings-h">Settings</h2>
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? (
        <p>No setting showed yet. It shows in what a device says and does: hear it for longer, or <Link to="/bring-in">bring in</Link> its exported configuration.</p>
      ) : (
        <div className="scroll" role="region" aria-label="Settings" tabIndex={0}>
          <table className="grid stack">
            <thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Answer</th><th scope="col">From</th><th scope="col">Last seen</th></tr></thead>
            <tbody>{items.map((s, i) => (
              <tr key={i}>
                <th scope="row" className="anywhere"><span title={s.meaning}>{s.title}</span>{s.instance && <div className="small quiet">{s.instance}</div>}</th>
                <td data-label="Value" className="anywhere">
                  <span>{s.value ?? (s.state === 'refused' ? 'refuses it' : <Unknown />)}{s.unit && ` ${s.unit}`} <Level of={s.level} />
                    <Why device={id} setting={s.setting} {...(s.instance ? { instance: s.instance } : {})} says={`${s.title}${s.instance ? ` (${s.instance})` : ''}: ${s.value ?? states[s.state] ?? s.state}`} /></span>
                </td>
                <td data-label="Answer">{states[s.state] ?? s.state}</td>
                <td data-label="From">{s.source === 'wire' ? 'the network' : 'a document'}</td>
                <td data-label="Last seen"><Time of={s.last_seen} /></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ))}</Answered>
    </section>
  );
}

function DeviceFindings({ id }: { id: string }) {
  const answer = useDeviceFindings(id);
  const say: Record<string, string> = { open: '', gone: 'gone', 'accepted-until': 'accepted until ' };
  return (
    <section className="panel" id="findings" aria-labelledby="findings-h">
      <h2 id="findings-h">Findings</h2>
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? (
        <p>No check fails on what was seen of it. What could not be seen may still be wrong.</p>
      ) : (
        <ul className="lines">{items.map((f) => (
          <li key={f.id} className="anywhere">
            <Rating of={f.rating} /> <Link to={`/findings/${f.id}`}>{f.title}</Link><Why finding={f.id} says={f.title} />
            {f.state !== 'open' && <strong className="small">{` ${say[f.state] ?? f.state}${f.state === 'accepted-until' ? f.accepted_until ?? '' : ''}`}</strong>}
            {f.detail && <div className="small quiet">{f.detail}</div>}
          </li>
        ))}</ul>
      ))}</Answered>
    </section>
  );
}

function Services({ id }: { id: string }) {
  const answer = useQuery({
    queryKey: ['device-services', id],
    queryFn: async () => dataOf(await api.GET('/devices/{id}/services', { params: { path: { id } } })),
  });
  return (
    <section className="panel" id="services" aria-labelledby="services-h">
      <h2 id="services-h">Services it gives</h2>
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? <p>Nobody was heard to use a service of it.</p> : (
        <div className="scroll" role="region" aria-label="Services" tabIndex={0}>
          <table className="grid stack">
            <thead><tr><th scope="col">Service</th><th scope="col">Protection</th><th scope="col">Answer</th><th scope="col" className="n">Clients</th><th scope="col">Last seen</th></tr></thead>
            <tbody>{items.map((s, i) => (
              <tr key={i}>
                <th scope="row">{`${s.application ?? 'not recognised'}, ${s.transport}${s.port !== undefined ? ` ${s.port}` : ''}`}</th>
                <td data-label="Protection"><Security of={s.security} /></td>
                <td data-label="Answer">{s.state}</td>
                <td data-label="Clients" className="n">{number(s.clients?.length ?? 0)}</td>
                <td data-label="Last seen"><Time of={s.last_seen} /></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ))}</Answered>
    </section>
  );
}

function Peer({ id, ip, cls, words }: { id: string | undefined; ip: string | undefined; cls: string | undefined; words: Words }) {
  const text = [cls && sentence(words.className(cls)), ip].filter(Boolean).join(' ') || id || 'somebody';
  return id ? <DeviceLink id={id}>{text}</DeviceLink> : <span>{text}</span>;
}

function Conversations({ id, words }: { id: string; words: Words }) {
  const list = useInfiniteQuery({
    queryKey: ['device-conversations', id],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => dataOf(await api.GET('/devices/{id}/conversations', { params: { path: { id }, query: { limit: 25, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next_cursor,
  });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="panel" id="conversations" aria-labelledby="conversations-h">
      <div className="panel-head"><h2 id="conversations-h">Conversations</h2><Link className="small" to={`/map?level=device&within=${encodeURIComponent(`device:${id}`)}`}>On the map</Link></div>
      <Answered answer={list} short>{() => (items.length === 0 ? <p>It was heard, but with nobody else.</p> : (
        <>
          <div className="scroll" role="region" aria-label="Conversations" tabIndex={0}>
            <table className="grid stack">
              <thead><tr><th scope="col">With</th><th scope="col">Direction</th><th scope="col">Service</th><th scope="col">Protection</th><th scope="col" className="n">Volume</th><th scope="col">Last heard</th></tr></thead>
              <tbody>{items.map((c, i) => {
                const out = c.client === id;
                return (
                  <tr key={i}>
                    <th scope="row" className="anywhere"><Peer words={words} id={out ? c.server : c.client} ip={out ? c.server_ip : c.client_ip} cls={out ? c.server_class : c.client_class} /></th>
                    <td data-label="Direction">{out ? 'it asks' : 'it is asked'}</td>
                    <td data-label="Service">{`${c.application ?? 'not recognised'}, ${c.transport}${c.port !== undefined ? ` ${c.port}` : ''}${c.state && c.state !== 'seen' ? ` (${c.state})` : ''}`}</td>
                    <td data-label="Protection"><Security of={c.security} /></td>
                    <td data-label="Volume" className="n">{bytes(c.bytes)}</td>
                    <td data-label="Last heard"><Time of={c.last_seen} /></td>
                  </tr>
                );
              })}</tbody>
            </table>
          </div>
          <More pages={list} shown={items.length} total={list.data?.pages.at(-1)?.total} what="conversations" />
        </>
      ))}</Answered>
    </section>
  );
}

function History({ id }: { id: string }) {
  const answer = useQuery({
    queryKey: ['device-history', id],
    queryFn: async () => dataOf(await api.GET('/devices/{id}/history', { params: { path: { id } } })),
  });
  return (
    <section className="panel" id="history" aria-labelledby="history-h">
      <h2 id="history-h">History</h2>
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? <p>Nothing has changed since it was first heard.</p> : (
        <ul className="lines">{items.slice(0, 50).map((c, i) => <li key={i} className="anywhere"><Time of={c.time} />{` ${c.text}`}</li>)}</ul>
      ))}</Answered>
    </section>
  );
}

function Facts({ d, words }: { d: Detail; words: Words }) {
  const parts: [string, string, number][] = [
    ['findings', 'Findings', d.counts.findings], ['settings', 'Settings', d.counts.settings],
    ['services', 'Services', d.counts.services], ['conversations', 'Conversations', d.counts.conversations],
  ];
  return (
    <>
      <p className="lead anywhere">{[kind(words, d), modelName(d), d.care_area && `in ${d.care_area}`].filter(Boolean).join(', ')}. {'Worst finding: '}<Rating of={d.rating} /></p>
      <ul className="jump">
        <li><a href="#identity">Identity</a></li>
        {parts.map(([to, text, n]) => <li key={to}><a href={`#${to}`}>{`${text} (${number(n)})`}</a></li>)}
        <li><a href="#history">History</a></li>
      </ul>
    </>
  );
}

export function Device() {
  const { id = '' } = useParams();
  const words = useWords();
  const answer = useQuery({
    queryKey: ['device', id],
    queryFn: async () => dataOf(await api.GET('/devices/{id}', { params: { path: { id } } })),
  });
  // What is seen first comes at once, so that nothing jumps.
  const settings = useSettings(id);
  const findings = useDeviceFindings(id);
  const waiting = !answer.error && (settings.isPending || findings.isPending);
  const d = answer.data;
  return (
    <Page title={d ? deviceName(d) : 'Device'} data={d?.data} before={<BackLink asElement={Link} to="/devices">All devices</BackLink>}>
      <Answered answer={waiting ? { ...answer, data: undefined } : answer}>{(device) => (
        <>
          <Facts d={device} words={words} />
          <div className="columns">
            <div><Identity d={device} words={words} /></div>
            <div><DeviceFindings id={device.id} /><Seen d={device} /></div>
          </div>
          <Settings id={device.id} />
          <Services id={device.id} />
          <Conversations id={device.id} words={words} />
          <History id={device.id} />
        </>
      )}</Answered>
      {!d && !answer.isPending && <Empty title="Looking for a device?"><p><Link to="/devices">Search all devices</Link> by name, address or serial number.</p></Empty>}
    </Page>
  );
}
