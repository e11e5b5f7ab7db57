import { useMemo, useState } from 'react';
import { shownVariants } from '../../logic/variants';
import { count, levels, number } from '../../logic/words';
import { Grade, Parts, Unknown } from '../../parts/Show';
import { Why } from '../../parts/Why';
import { type ModelData, label } from './about';

const mostRows = 100;
const narrow = 5;  // variants; more need the length of a sheet

function Cell({ model, row, variant }: { model: ModelData; row: ModelData['separating'][number]; variant: ModelData['variants'][number] }) {
  const value = row.values[variant.id];
  const level = row.levels?.[variant.id];
  const device = variant.devices.find((id) => !variant.assumed.includes(id)) ?? variant.devices[0];
  return (
    <td className="anywhere">
      {value === undefined ? <Unknown /> : <span className="level" data-level={level}>{value}</span>}
      {level && <div className="small quiet">{levels[level] ?? level}</div>}
      {' '}
      {value !== undefined && device && <Why device={device} setting={row.setting} {...(row.instance ? { instance: row.instance } : {})} says={`${row.title}: ${value} (variant ${variant.id}, ${label(model.about, device)})`} />}
    </td>
  );
}

function Row({ model, row, variants }: { model: ModelData; row: ModelData['separating'][number]; variants: ModelData['variants'] }) {
  return (
    <tr data-proven={row.proven}>
      <th scope="row" className="anywhere">
        <span title={row.meaning}><Parts of={row.title} /></span>{row.instance && <div className="small quiet">{row.instance}</div>}
        {row.proven && <span className="nhsuk-u-visually-hidden"> (proven to differ)</span>}
      </th>
      {variants.map((v) => <Cell key={v.id} model={model} row={row} variant={v} />)}
    </tr>
  );
}

export function Matrix({ model }: { model: ModelData }) {
  const [all, setAll] = useState(false);
  const variants = useMemo(() => shownVariants(model), [model]);
  const proven = model.separating.filter((r) => r.proven);
  const others = model.separating.filter((r) => !r.proven);
  const rows = [...proven, ...(all ? others : [])];
  return (
    <section className={variants.length > narrow ? 'panel wide' : 'panel'} aria-labelledby="matrix-h">
      <h2 id="matrix-h">Settings by variant</h2>
      <p>{`${count(proven.length, 'setting')} proven to differ (highlighted)${model.target ? `. The plan leads to variant ${model.target}.` : '.'}`}</p>
      <div className="scroll" role="region" aria-label="Settings by variant" tabIndex={0}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              {variants.map((v) => (
                <th key={v.id} scope="col" className={v.id === model.target ? 'target' : undefined}>
                  <span className="variant-name">{v.id}</span><Grade of={v.grade} />
                  <div className="small">{count(v.devices.length, 'device')}{v.id === model.target && <strong>, target</strong>}</div>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows.slice(0, mostRows).map((row) => <Row key={`${row.setting} ${row.instance ?? ''}`} model={model} row={row} variants={variants} />)}</tbody>
        </table>
      </div>
      {rows.length > mostRows && <p className="small quiet">{`Shown are ${mostRows} of ${number(rows.length)} settings.`}</p>}
      {others.length > 0 && <p className="no-print"><button type="button" className="link-button" aria-expanded={all} onClick={() => setAll(!all)}>{all ? 'Only what is proven to differ' : `Show ${count(others.length, 'more setting')}, known of one variant only`}</button></p>}
    </section>
  );
}

export function LeftOut({ model }: { model: ModelData }) {
  const shown = shownVariants(model).length;
  if (shown === model.variants.length) return null;
  return <p>{`${number(model.variants.length)} variants are more than can be compared here: shown are the ${shown} of most devices${model.target ? ', with that of the plan' : ''}. `}<code>asepsis drift</code> lists all.</p>;
}
