import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf } from '../../api/client';
import { Answered } from '../../parts/Page';
import { Level, Parts, Time, Unknown } from '../../parts/Show';
import { Why } from '../../parts/Why';

const states: Record<string, string> = { seen: 'seen', refused: 'refused', unknown: 'not known' };

export const useSettings = (id: string) => useQuery({
  queryKey: ['device-settings', id],
  queryFn: async () => dataOf(await api.GET('/devices/{id}/settings', { params: { path: { id } } })),
});

export function Settings({ id }: { id: string }) {
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
                <th scope="row" className="anywhere"><span title={s.meaning}><Parts of={s.title} /></span>{s.instance && <div className="small quiet">{s.instance}</div>}</th>
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
