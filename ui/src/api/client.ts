// The one way to the server: typed by its OpenAPI document. Whatever it refuses
// becomes a Refusal that says, in the server's words, what to do.
import createClient, { type Middleware } from 'openapi-fetch';
import { attended } from '../logic/attended';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

let csrf: string | undefined;
export const keepCsrf = (token: string | undefined): void => { csrf = token; };
export const csrfToken = (): string | undefined => csrf;

const unreachable: Problem = {
  type: 'about:blank', title: 'The server does not answer', status: 0,
  detail: 'Look whether asepsis serve still runs, then try again. Nothing that you entered is lost.',
};

const guard: Middleware = {
  onRequest({ request }) {
    if (!attended(Date.now())) request.headers.set('X-Unattended', '1');
    if (csrf && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return response;
    throw new Refusal(await problemOf(response));
  },
  onError({ error }) {
    return error instanceof Refusal ? error : new Refusal(unreachable);
  },
};

export async function problemOf(response: Response): Promise<Problem> {
  const told = await response.json().catch(() => null) as Partial<Problem> | null;
  return {
    type: told?.type ?? 'about:blank',
    title: told?.title ?? `The server answered ${response.status}`,
    status: response.status,
    detail: told?.detail ?? 'Try again; if it happens again, tell who looks after asepsis.',
    ...(told?.parameter ? { parameter: told.parameter } : {}),
  };
}

// By that name at each call, so that a test can put its own in place.
export const api = createClient<paths, 'application/json'>({
  baseUrl: '/api/v1', credentials: 'same-origin', fetch: (request) => globalThis.fetch(request),
});
api.use(guard);

export function dataOf<T>(answer: { data?: T }): T {
  if (answer.data === undefined) throw new Refusal({ ...unreachable, title: 'The answer was empty', detail: 'Try again.' });
  return answer.data;
}
