import type { Schemas } from '../../api/client';
import { count } from '../../logic/words';

export type Import = Schemas['Import'];
export const running = (i: Import): boolean => ['receiving', 'waiting', 'running'].includes(i.state);

const states: Record<Import['state'], string> = {
  receiving: 'arriving', waiting: 'waiting for those before it', running: 'being read', done: 'done', failed: 'failed', cancelled: 'stopped',
};

const phases: Record<NonNullable<Import['phase']>, string> = {
  reading: 'being read', storing: 'being stored', deriving: 'the inventory follows it', checking: 'findings follow it',
};

export function stateText(of: Import): string {
  const now = of.state === 'running' && of.phase ? phases[of.phase] : states[of.state];
  const share = of.phase === 'reading' && of.progress !== undefined ? `, ${of.progress} %` : '';
  const heard = running(of) && of.packets ? `, ${count(of.packets, 'packet')} so far` : '';
  return `${of.mapping_only ? 'Columns: ' : ''}${now}${share}${heard} `;
}
