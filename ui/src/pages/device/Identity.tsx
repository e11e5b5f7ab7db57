import type { Schemas } from '../../api/client';
import { sentence, spoken } from '../../logic/words';
import { timeText } from '../../logic/time';
import { Sure, Unknown } from '../../parts/Show';
import type { Words } from '../../parts/Vocabulary';
import { Why } from '../../parts/Why';

export type Detail = Schemas['DeviceDetail'];

// In this order, and whatever else is known after them.
const first = ['class', 'manufacturer', 'model', 'firmware', 'serial', 'udi_di', 'hardware', 'os', 'mac', 'ip', 'name', 'vlan', 'care_area', 'location', 'asset_number'];

const names: Record<string, string> = { udi_di: 'UDI-DI', os: 'Operating system', mac: 'MAC address', ip: 'IP address', name: 'Name', vlan: 'VLAN', serial: 'Serial number' };
const attributeName = (a: string): string => names[a] ?? sentence(spoken(a));

function grouped(attributes: Schemas['Attribute'][]): [string, Schemas['Attribute'][]][] {
  const groups = new Map<string, Schemas['Attribute'][]>(first.slice(0, 5).map((name) => [name, []]));
  const place = (a: string) => (first.indexOf(a) + 1 || 100);
  for (const a of [...attributes].sort((x, y) => place(x.attribute) - place(y.attribute))) {
    groups.set(a.attribute, [...(groups.get(a.attribute) ?? []), a]);
  }
  return [...groups];
}

function Value({ a, words }: { a: Schemas['Attribute']; words: Words }) {
  if (a.value === undefined) return <Unknown />;
  return (
    <div>
      {a.attribute === 'class' ? sentence(words.className(a.value)) : a.value}
      <Sure of={a.confidence} />
      {a.source === 'document' && <span className="quiet small"> from a document</span>}
      {a.source === 'rule' && <span className="quiet small"> by where it is</span>}
      {a.runner_up && <div className="quiet small">{`Next likely: ${a.attribute === 'class' ? words.className(a.runner_up) : a.runner_up}`}<Sure of={a.runner_up_confidence} /></div>}
    </div>
  );
}

export function Identity({ d, words }: { d: Detail; words: Words }) {
  return (
    <section className="panel" id="identity" aria-labelledby="identity-h">
      <h2 id="identity-h">Identity</h2>
      <dl className="summary">
        {grouped(d.attributes).map(([name, values]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{attributeName(name)}<Why device={d.id} attribute={name} says={`${attributeName(name)}: ${values.map((v) => v.value ?? 'not known').join(', ') || 'not known'}`} /></dt>
            <dd>{values.length === 0 ? <Unknown /> : values.map((v, i) => <Value key={i} a={v} words={words} />)}</dd>
          </div>
        ))}
        <dt>Identifier</dt><dd className="mono">{d.id}{d.aliases && d.aliases.length > 0 && <span className="quiet">{` (also ${d.aliases.join(', ')})`}</span>}</dd>
        <dt>Site</dt><dd>{d.site}</dd>
        <dt>Heard</dt><dd>{`${timeText(d.first_seen)} to ${timeText(d.last_seen)}`}</dd>
      </dl>
      {d.reason && <p className="small quiet">{`One device, because: ${d.reason}`}</p>}
    </section>
  );
}
