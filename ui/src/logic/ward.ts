// What a ward has to know of its findings: one card a kind of advice and class
// of device, not one a finding.
import type { Schemas } from '../api/client';

type Finding = Schemas['FindingSummary'];
export interface Card { key: string; finding: string; check: string; class?: string; harm?: string; owner: string; rating: number; devices: string[] }

export function cards(findings: Finding[]): Card[] {
  const byKey = new Map<string, Card>();
  for (const f of findings) {
    const key = `${f.check} ${f.class ?? ''}`;
    const card = byKey.get(key) ?? {
      key, finding: f.id, check: f.check, owner: f.owner_role, rating: f.rating, devices: [],
      ...(f.class ? { class: f.class } : {}), ...(f.harm ? { harm: f.harm } : {}),
    };
    if (!card.devices.includes(f.device)) card.devices.push(f.device);
    card.rating = Math.max(card.rating, f.rating);
    byKey.set(key, card);
  }
  return [...byKey.values()].sort((a, b) => b.rating - a.rating || b.devices.length - a.devices.length);
}
