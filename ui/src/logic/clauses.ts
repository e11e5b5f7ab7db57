// Clauses of standards, as a finding carries them: by standard, or as a list.
import { spoken } from './words';

const standards: Record<string, string> = {
  iec_62443_4_2: 'IEC 62443-4-2', mds2: 'MDS2', nist: 'NIST', caf: 'NCSC CAF', etsi_en_303_645: 'ETSI EN 303 645',
};

const ofObject = (value: object): string[] => Object.entries(value).map(([standard, clauses]) =>
  `${standards[standard] ?? spoken(standard)}: ${Array.isArray(clauses) ? clauses.join(', ') : String(clauses)}`);

export function clauseTexts(clauses: unknown): string[] {
  if (Array.isArray(clauses)) return clauses.flatMap(clauseTexts);
  if (typeof clauses === 'object' && clauses !== null) {
    const { standard, clause } = clauses as { standard?: unknown; clause?: unknown };
    return typeof standard === 'string' && clause !== undefined ? ofObject({ [standard]: clause }) : ofObject(clauses);
  }
  return clauses === undefined || clauses === null ? [] : [String(clauses)];
}
