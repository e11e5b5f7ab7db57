import { useState } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Schemas } from '../../api/client';
import { changedMapping, type Choice } from '../../logic/upload';
import { sentence, spoken } from '../../logic/words';
import type { Import } from './states';
import type { Chosen } from './sending';

type Fields = Schemas['ImportList']['fields'];

// Of a configuration: what it says of its own device is not a column.
const own = (m: { why?: string }): boolean => m.why === "the device's own";

export function Mapping({ of, fields, chosen: { file, choice }, send, close }: { of: Import; fields: Fields; chosen: Chosen; send: (files: File[], choice: Choice) => Promise<void>; close: () => void }) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const mapping = of.mapping ?? [];
  return (
    <section className="panel" aria-labelledby="mapping-h">
      <h2 id="mapping-h">{`How the columns of ${of.file} are read`}</h2>
      <p>Nothing has been taken in yet. Change what is wrong, then bring it in. Columns about patients or persons are never kept.</p>
      <div className="scroll" role="region" aria-label="Columns" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Column</th><th scope="col">Is read as</th><th scope="col">Example</th><th scope="col">Why</th></tr></thead>
          <tbody>{mapping.map((m) => (
            <tr key={m.column}>
              <th scope="row" className="anywhere">{m.column}</th>
              <td data-label="Is read as">
                {own(m) ? sentence(spoken(m.field ?? '')) : <select className="nhsuk-select" aria-label={`What ${m.column} is read as`} value={chosen[m.column] ?? m.field ?? '-'} onChange={(e) => setChosen({ ...chosen, [m.column]: e.target.value })}>
                  <option value="-">left out</option>
                  {m.field && !fields.some((f) => f.name === m.field) && <option value={m.field}>{spoken(m.field)}</option>}
                  {fields.map((f) => <option key={f.name} value={f.name}>{sentence(spoken(f.name))}</option>)}
                </select>}
              </td>
              <td data-label="Example" className="anywhere">{m.example ?? ''}</td>
              <td data-label="Why" className="small anywhere">{m.why ?? ''}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p>
        <Button type="button" onClick={() => { close(); void send([file], { ...choice, kind: 'document', mapping_only: false, map: changedMapping(mapping, chosen) }); }}>Bring it in</Button>{' '}
        <Button type="button" secondary onClick={close}>Do not</Button>
      </p>
    </section>
  );
}
