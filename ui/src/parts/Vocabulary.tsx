// What classes, roles and checks are called: the server's words, not ours.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../api/client';
import { wordsOf, type Words } from '../logic/vocabulary';
import { Loading } from './Page';

export type { Words };
const Context = createContext<Words>(wordsOf(undefined));
export const useWords = (): Words => useContext(Context);

export function Vocabulary({ children }: { children: ReactNode }) {
  const answer = useQuery<Schemas['Vocabulary']>({
    queryKey: ['vocabulary'], queryFn: async () => dataOf(await api.GET('/vocabulary')), staleTime: Infinity,
  });
  const words = useMemo(() => wordsOf(answer.data), [answer.data]);
  if (answer.isPending) return <Loading />;
  return <Context.Provider value={words}>{children}</Context.Provider>;
}
