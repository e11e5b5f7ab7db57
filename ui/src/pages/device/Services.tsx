import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client';
import { number } from '../../logic/words';
import { Answered } from '../../parts/Page';
import { Security, Time } from '../../parts/Show';

export function Services({ id }: { id: string }) {
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
