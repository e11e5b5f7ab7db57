// The link that the server prints carries its code behind the #, which browsers
// send to nobody.
export const codeOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('code');

// The code is for once: it goes out of the address before anything looks at that.
export function takeCode(): string | null {
  const code = codeOf(location.hash);
  if (code || location.pathname === '/log-in') {
    const search = code ? '' : location.search;  // why a log-in did not succeed
    history.replaceState(null, '', `${location.pathname === '/log-in' ? '/' : location.pathname}${search}`);
  }
  return code;
}
