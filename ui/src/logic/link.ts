// The link that the server prints carries its code behind the #, which browsers
// send to nobody.
export const codeOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('code');
