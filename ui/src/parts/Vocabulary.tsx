// What classes, roles and checks are called: the server's words, not ours.
import { spoken } from '../logic/words';

export interface Words {
  className: (name: string) => string;
  roleName: (name: string) => string;
  checkTitle: (name: string) => string;
}

const words: Words = { className: spoken, roleName: spoken, checkTitle: spoken };
export const useWords = (): Words => words;
