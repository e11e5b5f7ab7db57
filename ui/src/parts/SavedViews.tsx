// Filters under a name, for oneself or for all.
import { useEffect, useRef, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { Button } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { ProblemBox } from './Page';
import { useMay, useSession } from './Session';

type PageName = Schemas['SavedView']['page'];

function NewView({ page, close }: { page: PageName; close: () => void }) {
  const [search] = useSearchParams();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: async () => dataOf(await api.POST('/saved-views', { body: { name: name.trim(), page, query: search.toString(), shared } })),
    onSuccess: () => { void queries.invalidateQueries({ queryKey: ['saved-views'] }); close(); },
  });
  return (
    <form className="inline-form" onSubmit={(event) => { event.preventDefault(); if (name.trim()) create.mutate(); }}>
      {create.error && <ProblemBox error={create.error} />}
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="view-name">Name of the view</label>
        <input ref={first} id="view-name" className="nhsuk-input" required maxLength={80} value={name} onChange={(e) => setName(e.target.value)} />
      </div>
      <label><input type="checkbox" checked={shared} onChange={(e) => setShared(e.target.checked)} />{' Others see it too'}</label>
      <Button small type="submit">Save</Button>
      <Button small secondary type="button" onClick={close}>Cancel</Button>
    </form>
  );
}

export function SavedViews({ page, path }: { page: PageName; path: string }) {
  const [adding, setAdding] = useState(false);
  const add = useRef<HTMLButtonElement>(null);  // where a keyboard goes on when what it was at is gone
  const may = useMay('save');
  const { user } = useSession();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ['saved-views'], queryFn: async () => dataOf(await api.GET('/saved-views')) });
  const remove = useMutation({
    mutationFn: async (id: number) => { await api.DELETE('/saved-views/{id}', { params: { path: { id } } }); },
    onSuccess: () => { void queries.invalidateQueries({ queryKey: ['saved-views'] }); add.current?.focus(); },
  });
  const views = list.data?.items.filter((view) => view.page === page) ?? [];
  if (!may && views.length === 0) return null;
  return (
    <div className="no-print filters-on">
      <span className="quiet">Saved views:</span>
      {views.length === 0 && <span className="quiet">none yet</span>}
      {views.map((view) => (
        <span key={view.id} className="chip">
          <Link to={`${path}?${view.query}`}>{view.name}</Link>
          {may && view.owner === user && (
            <button type="button" className="link-button" aria-label={`Remove the view ${view.name}`} onClick={() => remove.mutate(view.id)}>×</button>
          )}
        </span>
      ))}
      {may && <button ref={add} type="button" className="link-button" aria-expanded={adding} onClick={() => setAdding(!adding)}>Save this view</button>}
      {adding && <NewView page={page} close={() => { setAdding(false); add.current?.focus(); }} />}
      {remove.error && <ProblemBox error={remove.error} />}
    </div>
  );
}
