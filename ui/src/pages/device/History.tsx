import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client';
import { Answered } from '../../parts/Page';
import { Time } from '../../parts/Show';

export function History({ id }: { id: string }) {
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
