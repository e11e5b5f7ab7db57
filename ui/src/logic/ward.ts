// What a ward has to know of its findings: one card a piece of advice, with the
// devices that it is about, and not one a finding.
import type { Schemas } from '../api/client';

type Finding = Schemas['FindingSummary'];
export interface Card { advice: string; classes: string[]; harm?: string; owner: string; rating: number; devices: string[] }

// Advice that asks nothing of the ward: no task among its tasks.
const nothing = /^(nothing to do|carry on as usual|use (it|them|the [a-z -]+) as usual)\.?$/i;
export const asksSomething = (card: Card): boolean => !nothing.test(card.advice.trim());

const add = (list: string[], item: string): void => { if (!list.includes(item)) list.push(item); };

export function cards(findings: Finding[]): Card[] {
  const byAdvice = new Map<string, Card>();
  for (const f of findings) {
    if (!f.ward_advice) continue;
    const card = byAdvice.get(f.ward_advice) ?? { advice: f.ward_advice, classes: [], owner: f.owner_role, rating: 0, devices: [] };
    if (f.rating > card.rating) Object.assign(card, { rating: f.rating, owner: f.owner_role, harm: f.harm });
    add(card.devices, f.device);
    add(card.classes, f.class ?? '');
    byAdvice.set(f.ward_advice, card);
  }
  return [...byAdvice.values()].sort((a, b) => b.rating - a.rating || b.devices.length - a.devices.length);
}
