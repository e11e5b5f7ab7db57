// Tokens by which programs ask the API.
import { Fragment, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { dayText } from '../logic/time';
import { Answered, ProblemBox } from './Page';
import { useSession } from './Session';

type Scope = Schemas['Scope'];

function NewToken({ scopes }: { scopes: Scope[] }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [chosen, setChosen] = useState<Scope[]>(['read']);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: async () => dataOf(await api.POST('/tokens', { body: { name: name.trim(), days, scopes: chosen } })),
    onSuccess: () => { setName(''); void queries.invalidateQueries({ queryKey: ['tokens'] }); },
  });
  const toggle = (scope: Scope) => setChosen(chosen.includes(scope) ? chosen.filter((s) => s !== scope) : [...chosen, scope]);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (name.trim() && chosen.length > 0) create.mutate(); }}>
      <h3>Make one</h3>
      {create.error && <ProblemBox error={create.error} />}
      {create.data?.token && <div className="done" role="status"><p>Copy it now: it is shown once.</p><code>{create.data.token}</code></div>}
      <div className="inline-form">
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="token-name">What for</label>
          <input id="token-name" className="nhsuk-input" required maxLength={80} value={name} onChange={(e) => setName(e.target.value)} />
        </div>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="token-days">Days until it expires</label>
          <input id="token-days" className="nhsuk-input nhsuk-input--width-5" type="number" min={1} max={366} required value={days} onChange={(e) => setDays(Number(e.target.value))} />
        </div>
        <fieldset>
          <legend>It may</legend>
          {scopes.map((scope) => <Fragment key={scope}><label className="nowrap"><input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />{` ${scope}`}</label>{' '}</Fragment>)}
        </fieldset>
        <Button small type="submit" disabled={create.isPending || chosen.length === 0}>Make it</Button>
      </div>
    </form>
  );
}

export function Tokens() {
  const session = useSession();
  const queries = useQueryClient();
  const answer = useQuery({ queryKey: ['tokens'], queryFn: async () => dataOf(await api.GET('/tokens')) });
  const remove = useMutation({
    mutationFn: async (id: number) => { await api.DELETE('/tokens/{id}', { params: { path: { id } } }); },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <section className="panel" aria-labelledby="tokens-h">
      <h2 id="tokens-h">Tokens for programs</h2>
      {remove.error && <ProblemBox error={remove.error} />}
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? <p>None. A program that asks the API needs one.</p> : (
        <div className="scroll" role="region" aria-label="Tokens" tabIndex={0}>
          <table className="grid stack">
            <thead><tr><th scope="col">For</th><th scope="col">User</th><th scope="col">May</th><th scope="col">Expires</th><th scope="col">Last used</th><th scope="col"><span className="nhsuk-u-visually-hidden">Remove</span></th></tr></thead>
            <tbody>{items.map((t) => (
              <tr key={t.id}>
                <th scope="row" className="anywhere">{t.name}</th><td data-label="User">{t.user}</td><td data-label="May">{t.scopes.join(', ')}</td>
                <td data-label="Expires">{dayText(t.expires)}</td><td data-label="Last used">{t.last_used ? dayText(t.last_used) : 'never'}</td>
                <td><button type="button" className="link-button" onClick={() => remove.mutate(t.id)}>Remove<span className="nhsuk-u-visually-hidden">{` the token for ${t.name}`}</span></button></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ))}</Answered>
      <NewToken scopes={session.scopes ?? ['read']} />
    </section>
  );
}
