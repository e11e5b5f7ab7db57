import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { ageText } from '../logic/time';
import { bytes, count, number, sentence, spoken } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { Time } from '../parts/Show';

type SensorData = Schemas['Sensor'];

function Sources({ of }: { of: SensorData }) {
  if (of.sources.length === 0) return <Empty title="Nothing heard yet"><p>Let it listen (<code>asepsis watch INTERFACE</code>) or <Link to="/bring-in">bring in a capture</Link>.</p></Empty>;
  return (
    <section className="panel" aria-labelledby="sources-h">
      <h2 id="sources-h">What was heard</h2>
      <div className="scroll" role="region" aria-label="Sources" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Source</th><th scope="col">Site</th><th scope="col">State</th><th scope="col" className="n">Packets</th><th scope="col" className="n">A second</th><th scope="col" className="n">Dropped</th><th scope="col">Last heard</th></tr></thead>
          <tbody>{of.sources.map((s, i) => (
            <tr key={i}>
              <th scope="row" className="anywhere">{s.source}</th>
              <td data-label="Site">{s.site}</td>
              <td data-label="State">{s.state}</td>
              <td data-label="Packets" className="n">{number(s.packets)}</td>
              <td data-label="A second" className="n">{s.rate === undefined ? '' : number(Math.round(s.rate))}</td>
              <td data-label="Dropped" className="n">{number(s.dropped)}</td>
              <td data-label="Last heard"><Time of={s.last_seen} /></td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      {of.source_count > of.sources.length && <p className="quiet">{`The latest ${number(of.sources.length)} of ${count(of.source_count, 'source')}.`}</p>}
    </section>
  );
}

function Losses({ of }: { of: SensorData }) {
  const some = of.losses.filter((l) => l.count > 0);
  return (
    <section className="panel" aria-labelledby="losses-h">
      <h2 id="losses-h">What was lost, and the limits</h2>
      {some.length === 0 ? <p>Nothing was lost.</p> : <ul className="lines">{some.map((l) => <li key={l.what}>{`${sentence(spoken(l.what))}: ${number(l.count)}`}</li>)}</ul>}
      <dl className="summary">{of.limits.map((l) => <div key={l.name} style={{ display: 'contents' }}><dt>{sentence(spoken(l.name))}</dt><dd>{l.value}{l.meaning && <div className="small quiet">{l.meaning}</div>}</dd></div>)}</dl>
    </section>
  );
}

function Coverage({ of }: { of: SensorData }) {
  if (of.coverage.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="coverage-h">
      <h2 id="coverage-h">How much could be seen</h2>
      <p className="small">On how many devices each setting showed. Not known is not the same as safe.</p>
      <div className="scroll" role="region" aria-label="Coverage" tabIndex={0}>
        <table className="grid">
          <thead><tr><th scope="col">Setting</th><th scope="col" className="n">Seen</th><th scope="col" className="n">Refused</th><th scope="col" className="n">Not known</th></tr></thead>
          <tbody>{of.coverage.map((c) => <tr key={c.setting}><th scope="row">{c.title}</th><td className="n">{number(c.seen)}</td><td className="n">{number(c.refused)}</td><td className="n">{number(c.unknown)}</td></tr>)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Tested({ of }: { of: SensorData['selftests'][number] }) {
  if (!of.passed) return <p className="small">{'No result is kept here. To prove it on this machine: '}<code>{of.command}</code></p>;
  return (
    <p className="small">
      <strong>Passed</strong>{' when it began to listen to '}<span className="anywhere">{of.passed.name}</span>
      {`, ${ageText(of.passed.at, Date.now())} (`}<Time of={of.passed.at} />{'). To prove it again: '}<code>{of.command}</code>
    </p>
  );
}

function Tests({ of }: { of: SensorData }) {
  return (
    <section className="panel" aria-labelledby="tests-h">
      <h2 id="tests-h">What it promises, and whether it holds</h2>
      <ul className="lines">{of.selftests.map((t) => <li key={t.name}><strong>{t.promise}</strong><Tested of={t} /></li>)}</ul>
    </section>
  );
}

function Versions({ of }: { of: SensorData }) {
  const t = of.totals;
  const rows: [string, string | undefined][] = [
    ['asepsis', of.version], ['Schema', String(of.schema_version)], ['Database', of.database_bytes === undefined ? undefined : bytes(of.database_bytes)],
    ['Packets', t.packets === undefined ? undefined : number(t.packets)], ['Endpoints', t.endpoints === undefined ? undefined : number(t.endpoints)],
    ['Facts', t.facts === undefined ? undefined : number(t.facts)], ['Conversations', t.conversations === undefined ? undefined : number(t.conversations)],
    ['This server', `${count(Math.floor(of.server.uptime_s / 60), 'minute')} up, ${count(of.server.requests, 'request')}, ${number(of.server.refused)} refused, ${bytes(of.server.memory_bytes)} of memory`],
  ];
  return (
    <section className="panel" aria-labelledby="versions-h">
      <h2 id="versions-h">Versions and sizes</h2>
      <dl className="summary">{rows.map(([k, v]) => v !== undefined && <div key={k} style={{ display: 'contents' }}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
      {of.packs.length > 0 && <><h3>Packs of checks</h3><ul className="lines">{of.packs.map((p) => <li key={p.id}>{`${p.title} ${p.version}`}{p.checks !== undefined && <span className="quiet">{`, ${count(p.checks, 'check')}`}</span>}</li>)}</ul></>}
      {of.documents.length > 0 && <><h3>Documents</h3><ul className="lines">{of.documents.map((d, i) => <li key={i} className="anywhere">{d.name}<span className="quiet small">{` ${d.kind}${d.rows !== undefined ? `, ${count(d.rows, 'row')}` : ''}`}</span></li>)}</ul></>}
    </section>
  );
}

export function Sensor() {
  const answer = useQuery({ queryKey: ['sensor'], queryFn: async () => dataOf(await api.GET('/sensor')), refetchInterval: 30_000 });
  return (
    <Page title="About this sensor" data={answer.data?.data}>
      <Answered answer={answer}>{(s) => (
        <>
          <Sources of={s} />
          <div className="columns"><div><Coverage of={s} /></div><div><Losses of={s} /><Tests of={s} /><Versions of={s} /></div></div>
        </>
      )}</Answered>
    </Page>
  );
}
