// What is asked for, as a file for a spreadsheet. The server writes it: it is
// the one that keeps formulas out of cells.
import { useState } from 'react';
import { csrfToken, problemOf, Refusal } from '../api/client';
import { ProblemBox } from './Page';
import { WorkButton } from './WorkButton';

async function save(path: string, body: unknown, file: string): Promise<void> {
  const csrf = csrfToken();
  const response = await fetch(`/api/v1${path}`, {
    credentials: 'same-origin',
    headers: { Accept: 'text/csv', ...(body ? { 'Content-Type': 'application/json' } : {}), ...(body && csrf ? { 'X-CSRF-Token': csrf } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Refusal(await problemOf(response));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = file;
  link.click();
  URL.revokeObjectURL(address);
}

export function CsvButton({ path, body, file }: { path: string; body?: unknown; file: string }) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const act = () => {
    setBusy(true);
    setError(null);
    save(path, body, file).catch(setError).finally(() => setBusy(false));
  };
  return (
    <>
      <WorkButton secondary small type="button" busy={busy} onClick={act}>{busy ? 'Saving …' : 'Save as CSV'}</WorkButton>
      {error !== null && <ProblemBox error={error} />}
    </>
  );
}
