import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { BackLink, WarningCallout } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { shownVariants } from '../logic/variants';
import { count, levels, number, sentence } from '../logic/words';
import { Answered, Page } from '../parts/Page';
import { DeviceLink, Grade, Unknown, modelName } from '../parts/Show';
import { useWords } from '../parts/Vocabulary';
import { Why } from '../parts/Why';

type ModelData = Schemas['Model'];
const few = 12;
const many = 500;
const mostRows = 100;
const planned = 30;  // devices of the plan; the work order has them all

export const label = (about: ModelData['about'], id: string): string => {
  const d = about[id];
  return d?.name ?? d?.ip ?? d?.serial ?? id;
};

function Chips({ model, variant }: { model: ModelData; variant: ModelData['variants'][number] }) {
  const [all, setAll] = useState(false);
  const shown = variant.devices.slice(0, all ? many : few);
  return (
    <>
      <ul className="chips">{shown.map((id) => {
        const assumed = variant.assumed.includes(id);
        return (
          <li key={id}>
            <Link className={assumed ? 'chip assumed' : 'chip'} to={`/devices/${encodeURIComponent(id)}`}>
              {label(model.about, id)}{model.about[id]?.care_area && <span className="quiet">{` ${model.about[id]?.care_area}`}</span>}{assumed && <span className="quiet"> assumed</span>}
            </Link>
          </li>
        );
      })}</ul>
      {variant.devices.length > few && <button type="button" className="link-button" onClick={() => setAll(!all)}>{all ? 'Show fewer' : variant.devices.length > many ? `Show ${many} of ${number(variant.devices.length)}` : `Show all ${number(variant.devices.length)}`}</button>}
    </>
  );
}

function Cell({ model, row, variant }: { model: ModelData; row: ModelData['separating'][number]; variant: ModelData['variants'][number] }) {
  const value = row.values[variant.id];
  const level = row.levels?.[variant.id];
  const device = variant.devices.find((id) => !variant.assumed.includes(id)) ?? variant.devices[0];
  return (
    <td className="anywhere">
      {value === undefined ? <Unknown /> : <span className="level" data-level={level}>{value}</span>}
      {level && <div className="small quiet">{levels[level] ?? level}</div>}
      {value !== undefined && device && <Why device={device} setting={row.setting} {...(row.instance ? { instance: row.instance } : {})} says={`${row.title}: ${value} (variant ${variant.id}, ${label(model.about, device)})`} />}
    </td>
  );
}

function Row({ model, row, variants }: { model: ModelData; row: ModelData['separating'][number]; variants: ModelData['variants'] }) {
  return (
    <tr data-proven={row.proven}>
      <th scope="row" className="anywhere">
        <span title={row.meaning}>{row.title}</span>{row.instance && <div className="small quiet">{row.instance}</div>}
        {row.proven && <span className="nhsuk-u-visually-hidden"> (proven to differ)</span>}
      </th>
      {variants.map((v) => <Cell key={v.id} model={model} row={row} variant={v} />)}
    </tr>
  );
}

function Matrix({ model }: { model: ModelData }) {
  const [all, setAll] = useState(false);
  const variants = useMemo(() => shownVariants(model), [model]);
  const proven = model.separating.filter((r) => r.proven);
  const others = model.separating.filter((r) => !r.proven);
  const rows = [...proven, ...(all ? others : [])];
  return (
    <section className="panel" aria-labelledby="matrix-h">
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

function LeftOut({ model }: { model: ModelData }) {
  const shown = shownVariants(model).length;
  if (shown === model.variants.length) return null;
  return <p>{`${number(model.variants.length)} variants are more than can be compared here: shown are the ${shown} of most devices${model.target ? ', with that of the plan' : ''}. `}<code>asepsis drift</code> lists all.</p>;
}

function Variants({ model }: { model: ModelData }) {
  return (
    <section className="panel" aria-labelledby="variants-h">
      <h2 id="variants-h">Which device is which</h2>
      {shownVariants(model).map((v) => (
        <div key={v.id}>
          <h3><span className="variant-name">{v.id}</span><Grade of={v.grade} />{v.id === model.target && ' Target of the plan'}</h3>
          {v.meaning && <p className="small quiet">{v.meaning}</p>}
          <Chips model={model} variant={v} />
        </div>
      ))}
      {model.variants.some((v) => v.assumed.length > 0) && <p className="small quiet">A dashed chip: too little is known of that device to tell; it fits this variant best.</p>}
    </section>
  );
}

function Plan({ id }: { id: string }) {
  const answer = useQuery({
    queryKey: ['plan', id],
    queryFn: async () => dataOf(await api.GET('/models/{id}/plan', { params: { path: { id }, query: { limit: planned } } })),
  });
  return (
    <section className="panel" aria-labelledby="plan-h">
      <div className="panel-head"><h2 id="plan-h">Plan</h2><Link className="no-print" to={`/models/${encodeURIComponent(id)}/work-order`}>Print as a work order</Link></div>
      <Answered answer={answer} short>{(plan) => (
        <>
          <p>{plan.headline}</p>
          {plan.devices.length > 0 && <WarningCallout><WarningCallout.Heading>Before anything</WarningCallout.Heading><p>{plan.before_anything}</p></WarningCallout>}
          {plan.devices.map((d) => (
            <div key={d.device}>
              <h3><DeviceLink id={d.device}>{d.name ?? d.ip ?? d.device}</DeviceLink>{d.care_area && `, ${d.care_area}`}<span className="quiet">{` (variant ${d.variant})`}</span></h3>
              <ol>{d.steps.map((s, i) => <li key={i} className="anywhere">{s.change}{s.check_first && <div className="small quiet">{`Check first: ${s.check_first}`}</div>}{s.eliminates && <div className="small quiet">{`Ends: ${s.eliminates}`}</div>}</li>)}</ol>
            </div>
          ))}
          {plan.next_cursor && <p>{`And ${count(plan.total - plan.devices.length, 'more device')}: the work order lists them all.`}</p>}
        </>
      )}</Answered>
    </section>
  );
}

export function Model() {
  const { id = '' } = useParams();
  const words = useWords();
  const answer = useQuery({
    queryKey: ['model', id],
    queryFn: async () => dataOf(await api.GET('/models/{id}', { params: { path: { id } } })),
  });
  const m = answer.data;
  return (
    <Page title={m ? modelName(m) : 'Model'} data={m?.data} before={<BackLink asElement={Link} to="/models">All models</BackLink>}>
      <Answered answer={answer}>{(model) => (
        <>
          <p className="lead"><strong>{model.headline}</strong>{model.class && <span className="quiet">{` ${sentence(words.className(model.class))}, ${count(model.devices.length, 'device')}.`}</span>}</p>
          <LeftOut model={model} />
          {model.separating.length > 0 && <Matrix model={model} />}
          <Variants model={model} />
          <Plan id={model.id} />
        </>
      )}</Answered>
    </Page>
  );
}
