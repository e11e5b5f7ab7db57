import { useState } from 'react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { timeText } from '../logic/time';
import { sentence, spoken } from '../logic/words';
import { More } from '../parts/More';
import { Answered, Page, ProblemBox } from '../parts/Page';
import { useSession } from '../parts/Session';
import { WorkButton } from '../parts/WorkButton';

type Role = Schemas['Role'];
const roles: Role[] = ['viewer', 'ward', 'biomedical', 'it', 'procurement', 'clinical-safety', 'administrator'];
const roleText = (role: Role): string => (role === 'it' ? 'IT' : sentence(spoken(role)));

const RoleChoice = ({ id, value, change, label }: { id: string; value: Role; change: (role: Role) => void; label?: string }) => (
  <select id={id} className="nhsuk-select" aria-label={label} value={value} onChange={(e) => change(e.target.value as Role)}>
    {roles.map((role) => <option key={role} value={role}>{roleText(role)}</option>)}
  </select>
);

function useRefresh() {
  const queries = useQueryClient();
  return () => { void queries.invalidateQueries({ queryKey: ['users'] }); void queries.invalidateQueries({ queryKey: ['audit'] }); };
}

function NewUser() {
  const empty: Schemas['NewUser'] = { user: '', name: '', role: 'viewer', password: '' };
  const [form, setForm] = useState(empty);
  const refresh = useRefresh();
  const create = useMutation({
    mutationFn: async () => dataOf(await api.POST('/users', { body: { user: form.user.trim(), role: form.role, password: form.password, ...(form.name?.trim() ? { name: form.name.trim() } : {}) } })),
    onSuccess: () => { setForm(empty); refresh(); },
  });
  const set = (change: Partial<Schemas['NewUser']>) => setForm({ ...form, ...change });
  return (
    <form className="panel" onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
      <h2>Add a user</h2>
      {create.error && <ProblemBox error={create.error} />}
      {create.isSuccess && <p className="done" role="status">{`Added ${create.data.user}.`}</p>}
      <div className="inline-form">
        <div className="nhsuk-form-group"><label className="nhsuk-label" htmlFor="new-user">User</label><input id="new-user" className="nhsuk-input" required maxLength={80} autoComplete="off" value={form.user} onChange={(e) => set({ user: e.target.value })} /></div>
        <div className="nhsuk-form-group"><label className="nhsuk-label" htmlFor="new-name">Name</label><input id="new-name" className="nhsuk-input" maxLength={120} autoComplete="off" value={form.name} onChange={(e) => set({ name: e.target.value })} /></div>
        <div className="nhsuk-form-group"><label className="nhsuk-label" htmlFor="new-role">Role</label><RoleChoice id="new-role" value={form.role} change={(role) => set({ role })} /></div>
        <div className="nhsuk-form-group"><label className="nhsuk-label" htmlFor="new-password">Password, at least 12 characters</label><input id="new-password" type="password" className="nhsuk-input" required minLength={12} maxLength={200} autoComplete="new-password" value={form.password} onChange={(e) => set({ password: e.target.value })} /></div>
        <WorkButton small type="submit" busy={create.isPending}>Add</WorkButton>
      </div>
    </form>
  );
}

function Row({ u, self }: { u: Schemas['User']; self: boolean }) {
  const refresh = useRefresh();
  const [password, setPassword] = useState<string | null>(null);
  const path = { id: u.user };
  const change = useMutation({
    mutationFn: async (body: Schemas['UserChange']) => dataOf(await api.PATCH('/users/{id}', { params: { path }, body })),
    onSuccess: () => { setPassword(null); refresh(); },
  });
  const remove = useMutation({ mutationFn: async () => { await api.DELETE('/users/{id}', { params: { path } }); }, onSuccess: refresh });
  const hidden = <span className="nhsuk-u-visually-hidden">{` of ${u.user}`}</span>;
  const locked = u.locked_until !== undefined && Date.parse(u.locked_until) > Date.now();
  return (
    <tr>
      <th scope="row" className="anywhere">{u.user}{u.name && <div className="small quiet">{u.name}</div>}</th>
      <td data-label="Role"><RoleChoice id={`role-${u.user}`} label={`Role of ${u.user}`} value={u.role} change={(role) => change.mutate({ role })} /></td>
      <td data-label="Last log-in">{u.last_log_in ? timeText(u.last_log_in) : 'never'}{u.oidc && <div className="small quiet">by the organisation’s account</div>}{locked && <div className="small"><strong>{`locked until ${timeText(u.locked_until ?? '')}`}</strong></div>}</td>
      <td data-label="Change">
        <span className="inline-form">
          {locked && <button type="button" className="link-button" onClick={() => change.mutate({ unlock: true })}>Unlock{hidden}</button>}
          {password === null ? <button type="button" className="link-button" onClick={() => setPassword('')}>New password{hidden}</button> : (
            <form className="inline-form" onSubmit={(e) => { e.preventDefault(); change.mutate({ password }); }}>
              <input type="password" className="nhsuk-input" aria-label={`New password of ${u.user}, at least 12 characters`} required minLength={12} autoComplete="new-password" value={password} onChange={(e) => setPassword(e.target.value)} />
              <Button small type="submit">Set</Button>
            </form>
          )}
          {!self && <button type="button" className="link-button" onClick={() => { if (window.confirm(`Remove ${u.user}? The user can no longer log in; what they decided stays.`)) remove.mutate(); }}>Remove<span className="nhsuk-u-visually-hidden">{` ${u.user}`}</span></button>}
        </span>
        {(change.error ?? remove.error) && <ProblemBox error={change.error ?? remove.error} />}
      </td>
    </tr>
  );
}

function Audit() {
  const list = useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => dataOf(await api.GET('/audit', { params: { query: { limit: 25, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next_cursor,
  });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="panel" aria-labelledby="audit-h">
      <h2 id="audit-h">Log-ins and changes</h2>
      <Answered answer={list} short>{() => (items.length === 0 ? <p>None yet.</p> : (
        <>
          <div className="scroll" role="region" aria-label="Log-ins and changes" tabIndex={0}>
            <table className="grid stack">
              <thead><tr><th scope="col">Time</th><th scope="col">User</th><th scope="col">What</th><th scope="col">Outcome</th><th scope="col">From</th></tr></thead>
              <tbody>{items.map((a) => (
                <tr key={a.id}>
                  <th scope="row" className="nowrap">{timeText(a.time)}</th><td data-label="User" className="anywhere">{a.user ?? ''}</td>
                  <td data-label="What" className="anywhere">{[spoken(a.action), a.subject, a.detail].filter(Boolean).join(': ')}</td>
                  <td data-label="Outcome">{a.outcome}</td><td data-label="From" className="mono">{a.address ?? ''}</td>
                </tr>
              ))}</tbody>
            </table>
          </div>
          <More pages={list} shown={items.length} total={undefined} what="entries" />
        </>
      ))}</Answered>
    </section>
  );
}

export function Users() {
  const session = useSession();
  const answer = useQuery({ queryKey: ['users'], queryFn: async () => dataOf(await api.GET('/users')) });
  return (
    <Page title="Users" noAge>
      <Answered answer={answer} short>{({ items }) => (items.length === 0 ? (
        <p className="lead">No user yet: whoever has the printed link may do everything. Add users before others come.</p>
      ) : (
        <div className="scroll panel" role="region" aria-label="Users" tabIndex={0}>
          <table className="grid stack">
            <thead><tr><th scope="col">User</th><th scope="col">Role</th><th scope="col">Last log-in</th><th scope="col">Change</th></tr></thead>
            <tbody>{items.map((u) => <Row key={u.user} u={u} self={u.user === session.user} />)}</tbody>
          </table>
        </div>
      ))}</Answered>
      <NewUser />
      <Audit />
    </Page>
  );
}
