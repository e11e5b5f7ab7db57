// Small things that many pages say in the same way.
const whole = new Intl.NumberFormat('en-GB');
export const number = (n: number): string => whole.format(n);

export const count = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;

const sizes = ['bytes', 'kB', 'MB', 'GB', 'TB'];
export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < sizes.length - 1) { value /= 1000; unit += 1; }
  if (unit === 0) return count(n, 'byte');
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${sizes[unit]}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

// An identifier as words, where the server gave no title: infusion-pump.
export const spoken = (name: string): string => name.replaceAll('-', ' ').replaceAll('_', ' ');
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const ratings: Record<number, string> = {
  5: 'Unacceptable', 4: 'Must be controlled', 3: 'Undesirable', 2: 'Tolerable', 1: 'Acceptable',
};

export const levels: Record<string, string> = { open: 'wide open', weak: 'weak', strong: 'strong' };

export const securities: Record<string, string> = { clear: 'clear text', tls: 'TLS', ssh: 'SSH', dtls: 'DTLS' };
export const security = (name: string | undefined): string => (name ? securities[name] ?? name : 'not known');

interface Named { name?: string[] | undefined; manufacturer?: string | undefined; model?: string | undefined; class?: string | undefined; id: string }
export const deviceName = (d: Named): string =>
  d.name?.[0] ?? ([d.manufacturer, d.model].filter(Boolean).join(' ') || (d.class ? spoken(d.class) : d.id));
