// The server says when the data changed; what is on screen is then asked for
// again, at most every few seconds.
import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Schemas } from '../api/client';

const pause = 3000;

function parsed<T>(event: MessageEvent): T | null {
  try {
    return JSON.parse(event.data as string) as T;
  } catch {
    return null;
  }
}

function takeImport(queries: QueryClient, change: Schemas['Import']): void {
  queries.setQueryData<Schemas['ImportList']>(['imports'], (old) => old && {
    ...old,
    items: old.items.some((i) => i.id === change.id)
      ? old.items.map((i) => (i.id === change.id ? change : i)) : [change, ...old.items],
  });
  queries.setQueryData(['import', change.id], change);
}

export function LiveData() {
  const queries = useQueryClient();
  useEffect(() => {
    let version: string | undefined;
    let timer: number | undefined;
    const stream = new EventSource('/api/v1/events');
    const refresh = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ predicate: ({ queryKey }) => !['session', 'ask', 'imports', 'import'].includes(String(queryKey[0])) });
      }, pause);
    };
    stream.addEventListener('data', (event) => {
      const data = parsed<Schemas['DataAge']>(event);
      if (data && version !== undefined && data.version !== version) refresh();
      // The same once more: its models have been compared.
      else if (data && version !== undefined) for (const of of ['models', 'model', 'plan', 'today']) void queries.invalidateQueries({ queryKey: [of] });
      version = data?.version ?? version;
    });
    stream.addEventListener('import', (event) => {
      const change = parsed<Schemas['Import']>(event);
      if (change) takeImport(queries, change);
    });
    stream.addEventListener('session', () => void queries.invalidateQueries({ queryKey: ['session'] }));
    return () => { stream.close(); window.clearTimeout(timer); };
  }, [queries]);
  return null;
}
