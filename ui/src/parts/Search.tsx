// Search as you type: the address follows a moment after the last key.
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { withValue } from '../logic/filters';

export function Search({ label, hint }: { label: string; hint: string }) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('q') ?? '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (text === asked) return undefined;
    const timer = window.setTimeout(() => setSearch((now) => withValue(now, 'q', text), { replace: true }), 180);
    return () => window.clearTimeout(timer);
  }, [text, asked, setSearch]);
  return (
    <div className="nhsuk-form-group" role="search">
      <label className="nhsuk-label" htmlFor="q">{label}</label>
      <div className="nhsuk-hint" id="q-hint">{hint}</div>
      <input id="q" className="nhsuk-input" type="search" autoComplete="off" spellCheck={false} maxLength={200}
        aria-describedby="q-hint" value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}
