// Who is logged in. Nothing else is shown until somebody is.
import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, dataOf, keepCsrf, type Schemas } from '../api/client';
import { LogIn } from '../pages/LogIn';
import { Loading, ProblemBox } from './Page';

type Session = Schemas['Session'];
const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('a page is shown without a session');
  return session;
}

export const useMay = (scope: Schemas['Scope']): boolean => useSession().scopes?.includes(scope) ?? false;

async function getSession(): Promise<Session> {
  const session = dataOf(await api.GET('/session'));
  keepCsrf(session.csrf);
  return session;
}

export function useLogIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: Schemas['LogIn']) => dataOf(await api.POST('/session', { body })),
    onSuccess: (session) => {
      keepCsrf(session.csrf);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });  // what another was shown
      queries.setQueryData(['session'], session);
    },
  });
}

export function useLogOut() {
  return useMutation({
    mutationFn: async () => { await api.DELETE('/session'); },
    onSettled: () => location.assign('/'),  // nothing of what was shown is kept
  });
}

export function SessionGate({ code, children }: { code: string | null; children: ReactNode }) {
  const answer = useQuery({ queryKey: ['session'], queryFn: getSession, staleTime: Infinity, enabled: code === null });
  const logIn = useLogIn();
  const { mutate } = logIn;
  const used = useRef(false);
  useEffect(() => {
    if (!code || used.current) return;
    used.current = true;
    mutate({ code }, { onError: () => void answer.refetch() });
  }, [code, mutate, answer]);
  if (answer.isPending || logIn.isPending) return <Loading />;
  if (answer.error && !answer.data) return <div className="frame"><ProblemBox error={answer.error} retry={() => void answer.refetch()} /></div>;
  if (!answer.data?.signed_in) return <LogIn methods={answer.data?.methods ?? ['password']} refused={logIn.error} />;
  return <Context.Provider value={answer.data}>{children}</Context.Provider>;
}
