import type { Schemas } from '../../api/client';

export type ModelData = Schemas['Model'];

export const label = (about: ModelData['about'], id: string): string => {
  const d = about[id];
  return d?.name ?? d?.ip ?? d?.serial ?? id;
};
