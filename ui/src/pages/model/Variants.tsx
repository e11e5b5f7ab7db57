import { useState } from 'react';
import { Link } from 'react-router-dom';
import { shownVariants } from '../../logic/variants';
import { number } from '../../logic/words';
import { Grade } from '../../parts/Show';
import { type ModelData, label } from './about';

const few = 12;
const many = 500;

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

export function Variants({ model }: { model: ModelData }) {
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
