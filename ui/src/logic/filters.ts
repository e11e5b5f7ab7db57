// Filters live in the address, so that a view can be bookmarked, shared and
// gone back to. These are the only functions that read and write it.

export type Filters = Record<string, string[]>;

// An empty value is a filter too: what has no value there.
export function filtersOf(search: URLSearchParams, names: readonly string[]): Filters {
  const filters: Filters = {};
  for (const name of names) {
    const values = search.getAll(name);
    if (values.length > 0) filters[name] = [...new Set(values)];
  }
  return filters;
}

export function toggled(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  const values = search.getAll(name);
  next.delete(name);
  const kept = values.includes(value) ? values.filter((v) => v !== value) : [...values, value];
  for (const v of kept) next.append(name, v);
  return next;
}

// One value, or none of that name.
export function withValue(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

export function cleared(search: URLSearchParams, names: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of names) next.delete(name);
  return next;
}

// Parameters for the API: those named, as the address has them.
export function queryOf(search: URLSearchParams, many: readonly string[], one: readonly string[]): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = { ...filtersOf(search, many) };
  for (const name of one) {
    const value = search.get(name);
    if (value) query[name] = value;
  }
  return query;
}

export const toSearch = (values: Record<string, string>): string => {
  const text = new URLSearchParams(values).toString();
  return text ? `?${text}` : '';
};
