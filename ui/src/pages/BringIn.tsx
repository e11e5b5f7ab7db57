import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf } from '../api/client';
import { Answered, Empty, Page, ProblemBox } from '../parts/Page';
import { running } from './bring-in/states';
import { useSend, type Chosen } from './bring-in/sending';
import { Item } from './bring-in/Item';
import { Mapping } from './bring-in/Mapping';
import { Drop } from './bring-in/Drop';

const useImports = () => useQuery({
  queryKey: ['imports'],
  queryFn: async () => dataOf(await api.GET('/imports')),
  refetchInterval: (query) => (query.state.data?.items.some(running) ? 1000 : false),
});

function useCancel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => { await api.DELETE('/imports/{id}', { params: { path: { id } } }); },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['imports'] }),
  });
}

export function BringIn() {
  const [toMap, setToMap] = useState<(Chosen & { id: string }) | null>(null);
  const [sent, setSent] = useState<Record<string, Chosen>>({});  // as long as the page is open its files can be sent again
  const { sending, error, send } = useSend((chosen, made) => {
    setSent((before) => ({ ...before, [made.id]: chosen }));
    if (made.mapping_only) setToMap({ ...chosen, id: made.id });
  });
  const correct = (id: string) => {
    const chosen = sent[id];
    return chosen ? () => void send([chosen.file], { ...chosen.choice, mapping_only: true }) : null;
  };
  const list = useImports();
  const cancel = useCancel();
  const health = useQuery({ queryKey: ['health'], queryFn: async () => dataOf(await api.GET('/health')) });
  const mapped = toMap && list.data?.items.find((i) => i.id === toMap.id && i.state === 'done');
  return (
    <Page title="Bring in" data={health.data?.data}>
      <p className="lead">What was recorded elsewhere, and what documents say. The same file twice changes nothing. Patients and secrets are not kept.</p>
      <Drop send={send} busy={sending !== null} />
      <div role="status">{sending && <p>{`Sending ${sending.file} `}<progress max={1} value={sending.share} aria-label={`Sending ${sending.file}`} /></p>}</div>
      {error !== null && <ProblemBox error={error} />}
      {cancel.error && <ProblemBox error={cancel.error} />}
      {mapped && toMap && <Mapping of={mapped} fields={list.data?.fields ?? []} chosen={toMap} send={send} close={() => setToMap(null)} />}
      <h2>Brought in since the server began</h2>
      <Answered answer={list} short>{({ items }) => (items.length === 0 ? (
        <Empty title="Nothing yet">
          <p>A capture of a ward, some minutes long, is a good beginning: <code>tcpdump -i INTERFACE -w ward.pcap</code> on a mirror port. Then the asset register, and the exported configuration of a device or two.</p>
        </Empty>
      ) : <ul className="lines panel">{items.map((i) => <Item key={i.id} of={i} cancel={cancel.mutate} correct={sending ? null : correct(i.id)} />)}</ul>)}</Answered>
      <p><Link to="/sensor">All that was heard and brought in before</Link></p>
    </Page>
  );
}
