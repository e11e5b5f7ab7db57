// The clauses of standards that a finding breaks, by standard.
import { spoken } from './words';

const standards: Record<string, string> = {
  iec_62443_4_2: 'IEC 62443-4-2', mds2: 'MDS2', nist: 'NIST', caf: 'NCSC CAF', etsi_en_303_645: 'ETSI EN 303 645',
};

export const clauseTexts = (clauses: Record<string, string[]> | undefined): string[] =>
  Object.entries(clauses ?? {}).map(([standard, list]) => `${standards[standard] ?? spoken(standard)}: ${list.join(', ')}`);
