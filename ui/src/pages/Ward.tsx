// A ward's own board: what stands there, and what staff should do. No jargon.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf } from '../api/client';
import { count, deviceName, number, sentence } from '../logic/words';
import { asksSomething, cards, type Card } from '../logic/ward';
import { Answered, Empty, Loading, Page } from '../parts/Page';
import { kind } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';

const shown = 9;
const named = 8;
const most = 10;  // pages of 200: more of a ward nobody reads, and it is said that there is more

function Areas() {
  const answer = useQuery({ queryKey: ['devices-facets', {}], queryFn: async () => dataOf(await api.GET('/devices/facets')) });
  return (
    <Page title="Ward" data={answer.data?.data}>
      <Answered answer={answer} short>{({ facets }) => {
        const areas = facets.care_area.filter((a) => a.value !== '').sort((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }));
        return areas.length === 0 ? (
          <Empty title="No ward is known yet">
            <p>It becomes known by what the devices say, by the asset register, or when somebody says where each ward is. Ask clinical engineering to bring in the register.</p>
          </Empty>
        ) : (
          <>
            <p className="lead">Choose your ward to see its devices and what to do.</p>
            <ul className="lines panel areas">{areas.map((a) => <li key={a.value}><Link to={`/ward/${encodeURIComponent(a.value)}`}>{a.value}</Link>{`, ${count(a.count, 'device')}`}</li>)}</ul>
          </>
        );
      }}</Answered>
    </Page>
  );
}

function WardCard({ card, words, name }: { card: Card; words: Words; name: (id: string) => string }) {
  return (
    <li>
      <h3>{card.advice}</h3>
      <dl>
        <dt>Which devices</dt>
        <dd className="anywhere">
          {`${card.classes.map((c) => kind(words, c ? { class: c } : {})).join(', ')} (${number(card.devices.length)})`}
          <div className="small quiet">{card.devices.slice(0, named).map(name).join(', ')}{card.devices.length > named && ` and ${number(card.devices.length - named)} more`}</div>
        </dd>
        {card.harm && <><dt>Why it matters</dt><dd>{card.harm}</dd></>}
        <dt>Who looks after it</dt><dd>{sentence(words.roleName(card.owner))}</dd>
      </dl>
    </li>
  );
}

function Devices({ classes, words }: { classes: { value: string; count: number }[]; words: Words }) {
  return (
    <ul className="totals">{classes.map((c) => <li key={c.value}><b>{number(c.count)}</b>{kind(words, c.value ? { class: c.value } : {})}</li>)}</ul>
  );
}

// All of a list, or as much of it as `most` allows.
async function gathered<T>(ask: (cursor: { cursor?: string }) => Promise<{ items: T[]; next_cursor?: string }>): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const answer = await ask(cursor ? { cursor } : {});
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return { items, more: cursor !== undefined };
}

// First what asks something of the ward; that of which others take care is one quiet line.
function ToDo({ all, words, name }: { all: Card[]; words: Words; name: (id: string) => string }) {
  const [whole, setWhole] = useState(false);
  const tasks = all.filter(asksSomething);
  const others = all.filter((card) => !asksSomething(card));
  const devices = new Set(others.flatMap((card) => card.devices));
  const hidden = whole ? 0 : Math.max(0, tasks.length - shown);
  return (
    <>
      {tasks.length === 0 && <Empty title="Nothing for the ward to do"><p>Keep using the devices as usual. If one behaves oddly, use another and tell clinical engineering.</p></Empty>}
      <ul className="ward-cards">{tasks.slice(0, tasks.length - hidden).map((card) => <WardCard key={card.advice} card={card} words={words} name={name} />)}</ul>
      {hidden > 0 && <p className="no-print"><button type="button" className="link-button" onClick={() => setWhole(true)}>{`Show ${number(hidden)} more of lesser weight`}</button></p>}
      {others.length > 0 && <p className="quiet">{`Others look after ${count(others.length, 'more matter')} of ${count(devices.size, 'device')} here: the ward has nothing to do about ${others.length === 1 ? 'it' : 'them'}.`}</p>}
    </>
  );
}

function WardBoard({ area }: { area: string }) {
  const words = useWords();
  const facets = useQuery({
    queryKey: ['ward-facets', area],
    queryFn: async () => dataOf(await api.GET('/devices/facets', { params: { query: { care_area: [area] } } })),
    refetchInterval: 60_000,
  });
  const devices = useQuery({
    queryKey: ['ward-devices', area],
    queryFn: () => gathered(async (cursor) => dataOf(await api.GET('/devices', { params: { query: { care_area: [area], limit: 200, ...cursor } } }))),
    refetchInterval: 60_000,
  });
  const findings = useQuery({
    queryKey: ['ward-findings', area],
    queryFn: () => gathered(async (cursor) => dataOf(await api.GET('/findings', { params: { query: { care_area: [area], limit: 200, ...cursor } } }))),
    refetchInterval: 60_000,
  });
  const byId = new Map<string, string>(devices.data?.items.map((d) => [d.id, deviceName(d)]));
  const all = cards(findings.data?.items ?? []);
  return (
    <Page title={area} data={facets.data?.data} before={<BackLink asElement={Link} to="/ward">All wards</BackLink>}>
      <Answered answer={facets} short>{({ facets: { class: classes } }) => (classes.length === 0 ? (
        <Empty title="No device is known on this ward"><p>Either none was heard, or nobody said yet which devices stand here. Ask clinical engineering.</p></Empty>
      ) : <Devices classes={classes} words={words} />)}</Answered>
      <h2>What to do</h2>
      {findings.isPending ? <Loading /> : (
        <Answered answer={findings} short>{({ items, more }) => (
          <>
            {more && <p>{`Only the ${number(items.length)} most harmful findings are counted here: there are more.`}</p>}
            <ToDo all={all} words={words} name={(id) => byId.get(id) ?? id} />
          </>
        )}</Answered>
      )}
      <p className="quiet">Never switch off, unplug or restart a device that may be attached to a patient because of this page.</p>
    </Page>
  );
}

export function Ward() {
  const { area } = useParams();
  return area ? <WardBoard key={area} area={area} /> : <Areas />;
}
