import { useEffect, useState } from 'react';
import type { Schemas } from '../api/client';
import { Refusal } from '../api/client';
import { useLogIn } from '../parts/Session';
import { WorkButton } from '../parts/WorkButton';
import { sentence } from '../logic/words';

type Method = Schemas['Session']['methods'][number];

function Refused({ error }: { error: unknown }) {
  return (
    <div className="problem" role="alert">
      <h2>The log-in did not succeed</h2>
      <p>{error instanceof Refusal ? error.problem.detail : 'Try again; if it happens again, tell who looks after asepsis.'}</p>
    </div>
  );
}

function Password() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const logIn = useLogIn();
  return (
    <form onSubmit={(event) => { event.preventDefault(); logIn.mutate({ user: user.trim(), password }); }}>
      {logIn.error && <Refused error={logIn.error} />}
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="user">User</label>
        <input id="user" className="nhsuk-input" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={80} value={user} onChange={(e) => setUser(e.target.value)} />
      </div>
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="password">Password</label>
        <input id="password" className="nhsuk-input" type="password" autoComplete="current-password" required maxLength={200} value={password} onChange={(e) => setPassword(e.target.value)} />
      </div>
      <WorkButton type="submit" busy={logIn.isPending}>{logIn.isPending ? 'Logging in …' : 'Log in'}</WorkButton>
    </form>
  );
}

function Code() {
  const [code, setCode] = useState('');
  const logIn = useLogIn();
  return (
    <form onSubmit={(event) => { event.preventDefault(); logIn.mutate({ code: code.trim() }); }}>
      {logIn.error && <Refused error={logIn.error} />}
      <p>This server is for whoever started it. Open the link that <code>asepsis serve</code> printed, or enter the code at its end.</p>
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="code">Code</label>
        <input id="code" className="nhsuk-input" autoComplete="off" spellCheck={false} required maxLength={200} value={code} onChange={(e) => setCode(e.target.value)} />
      </div>
      <WorkButton type="submit" busy={logIn.isPending}>Enter</WorkButton>
    </form>
  );
}

// Why the server let nobody in who came back from the organisation's log-in service.
function refusal(): string | null {
  const cookie = /(?:^|; )asepsis-refusal=([^;]+)/.exec(document.cookie);
  return cookie?.[1] ? decodeURIComponent(cookie[1]) : null;
}

export function LogIn({ methods, refused }: { methods: Method[]; refused: unknown }) {
  const told = refusal();
  useEffect(() => { document.title = 'Log in - asepsis'; }, []);
  return (
    <main className="frame log-in">
      <h1>asepsis</h1>
      <p>What is on this hospital’s network, how it is configured, and who must act.</p>
      {refused !== null && <Refused error={refused} />}
      {told && <div className="problem" role="alert"><h2>The log-in did not succeed</h2><p>{`${sentence(told)}.`}</p><p>Try again. If it happens again, ask who looks after your organisation’s accounts whether yours may use asepsis.</p></div>}
      {methods.includes('oidc') && <p><a className="nhsuk-button" href="/api/v1/session/oidc">Log in with your organisation’s account</a></p>}
      {methods.includes('password') && <Password />}
      {methods.includes('code') && <Code />}
    </main>
  );
}
