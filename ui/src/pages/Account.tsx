import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { api } from '../api/client';
import { timeText } from '../logic/time';
import { sentence, spoken } from '../logic/words';
import { Page, ProblemBox } from '../parts/Page';
import { useSession } from '../parts/Session';
import { Tokens } from '../parts/Tokens';
import { WorkButton } from '../parts/WorkButton';

function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: async () => { await api.PUT('/session/password', { body: { current, password } }); },
    onSuccess: () => { setCurrent(''); setPassword(''); },
  });
  return (
    <form className="panel" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
      <h2>Change your password</h2>
      {change.error && <ProblemBox error={change.error} />}
      {change.isSuccess && <p className="done" role="status">Changed. Your other log-ins have ended.</p>}
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="current">Current password</label>
        <input id="current" className="nhsuk-input nhsuk-input--width-20" type="password" autoComplete="current-password" required maxLength={200} value={current} onChange={(e) => setCurrent(e.target.value)} />
      </div>
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="new">New password</label>
        <div className="nhsuk-hint" id="new-hint">At least 12 characters. Three words that do not belong together are good.</div>
        <input id="new" className="nhsuk-input nhsuk-input--width-20" type="password" autoComplete="new-password" required minLength={12} maxLength={200} aria-describedby="new-hint" value={password} onChange={(e) => setPassword(e.target.value)} />
      </div>
      <WorkButton type="submit" busy={change.isPending}>Change it</WorkButton>
    </form>
  );
}

export function Account() {
  const session = useSession();
  return (
    <Page title="Your account" noAge>
      <section className="panel">
        <dl className="summary">
          <dt>User</dt><dd>{session.user ?? 'whoever has the printed link'}</dd>
          {session.role && <><dt>Role</dt><dd>{sentence(spoken(session.role))}</dd></>}
          <dt>May</dt><dd>{session.scopes?.join(', ') || 'nothing'}</dd>
          {session.expires && <><dt>Logged in until</dt><dd>{timeText(session.expires)}</dd></>}
        </dl>
      </section>
      {session.own_password && <PasswordForm />}
      <Tokens />
    </Page>
  );
}
