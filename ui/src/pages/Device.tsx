import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf } from '../api/client';
import { deviceName, number } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { Rating, kind, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';
import { type Detail, Identity } from './device/Identity';
import { Seen } from './device/Seen';
import { useSettings, Settings } from './device/Settings';
import { useDeviceFindings, DeviceFindings } from './device/Findings';
import { Services } from './device/Services';
import { Conversations } from './device/Conversations';
import { History } from './device/History';

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
