import type { Schemas } from '../../api/client';

export type MapData = Schemas['Map'];
type Level = MapData['level'];
export const levels: [Level, string][] = [['care_area', 'Care areas'], ['class', 'Classes'], ['vlan', 'VLANs'], ['device', 'Devices']];
export const levelOf = (text: string | null): Level => levels.find(([name]) => name === text)?.[0] ?? 'care_area';
export const onlyOf = (text: string | null): 'clear' | 'external' | null => (text === 'clear' || text === 'external' ? text : null);
