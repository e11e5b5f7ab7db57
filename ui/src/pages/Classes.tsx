import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { BackLink } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { count, number } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { Rating } from '../parts/Show';

const few = 3;

function Baselines({ of }: { of: Schemas['WeaknessClass']['eliminated_by'] }) {
  const line = (b: (typeof of)[number]) => <li key={b.pack}>{`${b.title ?? b.pack}: ${count(b.findings, 'finding')} on ${count(b.devices, 'device')}`}</li>;
  if (of.length === 0) return <span>none yet</span>;
  return (
    <div>
      <ul className="plain-list">{of.slice(0, few).map(line)}</ul>
      {of.length > few && <details className="small"><summary>{`${number(of.length - few)} more`}</summary><ul className="plain-list">{of.slice(few).map(line)}</ul></details>}
    </div>
  );
}

export function Classes() {
  const answer = useQuery({ queryKey: ['classes'], queryFn: async () => dataOf(await api.GET('/classes')) });
  return (
    <Page title="Weakness classes" data={answer.data?.data} before={<BackLink asElement={Link} to="/findings">All findings</BackLink>}>
      <p className="lead">One kind of weakness at many devices is best ended as a whole: by adopting a baseline, or by asking for it when buying.</p>
      <Answered answer={answer}>{({ items }) => (items.length === 0 ? <Empty title="No open finding"><p>Once findings are open, they stand here by what they have in common, with the baselines that would end them. <Link to="/sensor">How much could be seen</Link> says what it means that there are none.</p></Empty> : (
        <div className="scroll boxed" role="region" aria-label="Weakness classes" tabIndex={0}>
          <table className="grid stack">
            <thead><tr><th scope="col">Class</th><th scope="col">Worst</th><th scope="col" className="n">Devices</th><th scope="col" className="n">Findings</th><th scope="col">What adopting a baseline would end</th></tr></thead>
            <tbody>{items.map((c) => (
              <tr key={c.cwe}>
                <th scope="row"><span><Link to={`/findings?cwe=${encodeURIComponent(c.cwe)}`}>{c.title ?? c.cwe}</Link>{c.title && <>{' '}<span className="quiet small nowrap">{c.cwe}</span></>}</span></th>
                <td data-label="Worst"><span><Rating of={c.worst} /></span></td>
                <td data-label="Devices" className="n">{number(c.devices)}</td>
                <td data-label="Findings" className="n">{number(c.findings)}</td>
                <td data-label="Baselines"><Baselines of={c.eliminated_by} /></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ))}</Answered>
    </Page>
  );
}
