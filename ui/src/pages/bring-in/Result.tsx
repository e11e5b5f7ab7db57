import { number, sentence, spoken } from '../../logic/words';
import type { Import } from './states';

interface Place { line?: number; column?: string; reason: string }

const placeOf = (line: Record<string, unknown>): Place | null => (typeof line.reason === 'string' ? {
  reason: line.reason,
  ...(typeof line.line === 'number' ? { line: line.line } : {}), ...(typeof line.column === 'string' ? { column: line.column } : {}),
} : null);

const shownPlaces = 200;

// Where in the file, and why: what somebody needs to mend it.
function NotUnderstood({ of, places, words }: { of: Import; places: Place[]; words: string[] }) {
  const all = places.length + words.length;
  if (all === 0) return null;
  return (
    <details open={of.state === 'failed' || all <= 5}>
      <summary>{`What was not understood (${number(all)})`}</summary>
      {words.length > 0 && <ul className="small">{words.slice(0, shownPlaces).map((t, i) => <li key={i} className="anywhere">{t}</li>)}</ul>}
      {places.length > 0 && (
        <div className="scroll" role="region" aria-label={`What was not understood of ${of.file}`} tabIndex={0}>
          <table className="grid stack">
            <caption>{of.file}</caption>
            <thead><tr><th scope="col" className="n">Line</th><th scope="col">Column</th><th scope="col">Reason</th></tr></thead>
            <tbody>{places.slice(0, shownPlaces).map((p, i) => (
              <tr key={i}>
                <th scope="row" className="n">{p.line === undefined ? '' : number(p.line)}</th>
                <td data-label="Column" className="anywhere">{p.column ?? 'the whole line'}</td>
                <td data-label="Reason" className="anywhere">{p.reason}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {places.length > shownPlaces && <p className="small quiet">{`${number(places.length - shownPlaces)} more: mend these and bring the file in again.`}</p>}
    </details>
  );
}

const told = (line: Record<string, unknown>): string => (typeof line.text === 'string' ? line.text : Object.entries(line)
  .filter(([k, v]) => k !== 'file' && v !== null && v !== '' && v !== 0 && typeof v !== 'object')
  .map(([k, v]) => `${spoken(k)} ${typeof v === 'number' ? number(v) : String(v)}`).join(', '));

export function Result({ of }: { of: Import }) {
  const lines = of.result ?? [];
  const places = lines.map(placeOf).filter((p) => p !== null);
  const outcome = lines.filter((line) => !placeOf(line)).map(told);
  return (
    <>
      {of.error && <p className="anywhere"><strong>{sentence(of.error)}.</strong>{of.advice && ` ${of.advice}`}</p>}
      {outcome.length > 0 && <ul className="small">{outcome.slice(0, 20).map((line, i) => <li key={i} className="anywhere">{line}</li>)}</ul>}
      <NotUnderstood of={of} places={places} words={of.not_understood ?? []} />
    </>
  );
}
