// A file on its way to the server, with how much of it has gone. fetch() cannot
// tell that; XMLHttpRequest can.
import { csrfToken, Refusal, type Problem, type Schemas } from '../api/client';

export interface Choice {
  kind: 'auto' | 'capture' | 'document';
  site: string;
  device?: string;
  mapping_only?: boolean;
  map?: Record<string, string>;  // column to field; '-' leaves it out
  dates?: 'day-first' | 'month-first';
}

export function uploadQuery(file: string, choice: Choice): string {
  const query = new URLSearchParams({ file });
  if (choice.kind !== 'auto') query.set('kind', choice.kind);
  if (choice.site.trim()) query.set('site', choice.site.trim());
  if (choice.device?.trim()) query.set('device', choice.device.trim());
  if (choice.mapping_only) query.set('mapping_only', 'true');
  for (const [column, field] of Object.entries(choice.map ?? {})) query.append('map', `${column}=${field}`);
  if (choice.dates) query.set('dates', choice.dates);
  return query.toString();
}

// What differs from how the columns were read without being told.
export function changedMapping(read: NonNullable<Schemas['Import']['mapping']>, chosen: Record<string, string>): Record<string, string> {
  return Object.fromEntries(read.flatMap(({ column, field }) => {
    const now = chosen[column] ?? field ?? '-';
    return now === (field ?? '-') ? [] : [[column, now] as const];
  }));
}

const refusal = (request: XMLHttpRequest): Refusal => {
  try {
    return new Refusal(JSON.parse(request.responseText) as Problem);
  } catch {
    return new Refusal({
      type: 'about:blank', title: 'The file did not arrive', status: request.status,
      detail: 'Look whether asepsis serve still runs, then choose the file again.',
    });
  }
};

export function upload(file: File, choice: Choice, progress: (share: number) => void): Promise<Schemas['Import']> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/imports?${uploadQuery(file.name, choice)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    const csrf = csrfToken();
    if (csrf) request.setRequestHeader('X-CSRF-Token', csrf);
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onerror = () => reject(refusal(request));
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) { reject(refusal(request)); return; }
      try {
        resolve(JSON.parse(request.responseText) as Schemas['Import']);
      } catch {
        reject(refusal(request));
      }
    };
    request.send(file);
  });
}
