import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf } from '../../api/client';
import { dayText } from '../../logic/time';
import { Answered } from '../../parts/Page';
import { Rating } from '../../parts/Show';
import { Why } from '../../parts/Why';

export const useDeviceFindings = (id: string) => useQuery({
  queryKey: ['device-findings', id],
  queryFn: async () => dataOf(await api.GET('/devices/{id}/findings', { params: { path: { id } } })),
});

export function DeviceFindings({ id }: { id: string }) {
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
            {f.state !== 'open' && <strong className="small">{` ${say[f.state] ?? f.state}${f.state === 'accepted-until' ? f.accepted_until ? dayText(f.accepted_until) : '' : ''}`}</strong>}
            {f.detail && <div className="small quiet">{f.detail}</div>}
          </li>
        ))}</ul>
      ))}</Answered>
    </section>
  );
}
