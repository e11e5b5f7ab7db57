import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf } from '../../api/client';
import { bytes, sentence } from '../../logic/words';
import { More } from '../../parts/More';
import { Answered } from '../../parts/Page';
import { DeviceLink, Security, Time } from '../../parts/Show';
import type { Words } from '../../parts/Vocabulary';

function Peer({ id, ip, cls, words }: { id: string | undefined; ip: string | undefined; cls: string | undefined; words: Words }) {
  const text = [cls && sentence(words.className(cls)), ip].filter(Boolean).join(' ') || id || 'somebody';
  return id ? <DeviceLink id={id}>{text}</DeviceLink> : <span>{text}</span>;
}

export function Conversations({ id, words }: { id: string; words: Words }) {
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
