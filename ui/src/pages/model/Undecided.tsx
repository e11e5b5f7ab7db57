// What differs from the target where nobody knows that the target's is the right one: it
// is not changed before those who do know have said so.
import type { Schemas } from '../../api/client';

export function Undecided({ d }: { d: Schemas['Plan']['devices'][number] }) {
  if (d.undecided.length === 0)
    return d.steps.length > 0 ? null : <p>Nothing that is known of it has to change: find out the rest.</p>;
  return (
    <>
      <p>To settle, as what the target has need not be right for this device:</p>
      <ul>{d.undecided.map((s) => (
        <li key={`${s.setting} ${s.instance ?? ''}`} className="anywhere">
          {`${s.title ?? s.setting}${s.instance ? ` (${s.instance})` : ''}: here ${s.value ?? 'not known'}, the target ${s.target ?? 'not known'}`}
          {s.settle && <div className="small quiet">{`Settle ${s.settle}`}</div>}
        </li>
      ))}</ul>
    </>
  );
}
