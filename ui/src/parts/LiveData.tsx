// The server says when the data changed; what is on screen is then asked for
// again, at most every few seconds.
import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { hearNews, type News } from '../logic/live';

const pause = 3000;

function parsed<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
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

// What to do with news of the data.
function takesData(queries: QueryClient) {
  let version: string | undefined;
  let timer: number | undefined;
  const refresh = () => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      void queries.invalidateQueries({ predicate: ({ queryKey }) => !['session', 'ask', 'imports', 'import'].includes(String(queryKey[0])) });
    }, pause);
  };
  const take = ({ text, begins }: News) => {
    const data = parsed<Schemas['DataAge']>(text);
    if (!data) return;
    // The same once more: its models have been compared.
    if (data.version === version) for (const of of ['models', 'model', 'plan', 'today']) void queries.invalidateQueries({ queryKey: [of] });
    else if (version !== undefined || !begins) refresh();
    version = data.version;
  };
  return { take, end: () => window.clearTimeout(timer) };
}

export function LiveData() {
  const queries = useQueryClient();
  useEffect(() => {
    const data = takesData(queries);
    const stop = hearNews((news) => {
      if (news.name === 'data') data.take(news);
      if (news.name === 'session') void queries.invalidateQueries({ queryKey: ['session'] });
      const change = news.name === 'import' ? parsed<Schemas['Import']>(news.text) : null;
      if (change) takeImport(queries, change);
    });
    return () => { stop(); data.end(); };
  }, [queries]);
  return null;
}
