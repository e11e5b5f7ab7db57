// Titles for names; a name that has none is said as words.
import type { Schemas } from '../api/client';
import { spoken } from './words';

export interface Words {
  className: (name: string) => string;
  roleName: (name: string) => string;
  checkTitle: (name: string) => string;
  settingTitle: (name: string) => string;
}

export function wordsOf(vocabulary: Schemas['Vocabulary'] | undefined): Words {
  const titles = (list: [string, string][]) => {
    const byName = new Map(list);
    return (name: string): string => byName.get(name) ?? spoken(name);
  };
  return {
    className: titles(vocabulary?.classes.map((c) => [c.name, c.title]) ?? []),
    roleName: titles(vocabulary?.owner_roles.map((r) => [r.name, r.title]) ?? []),
    checkTitle: titles(vocabulary?.checks.map((c) => [c.id, c.title]) ?? []),
    settingTitle: titles(vocabulary?.settings.map((s) => [s.name, s.title]) ?? []),
  };
}
