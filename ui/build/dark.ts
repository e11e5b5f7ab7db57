// nhsuk-frontend has one set of colours, written out in its rules. This plugin
// turns each into a custom property with a light and a dark value, told apart
// by what it colours: white as a page's ground becomes dark, white on a button
// stays. A rule that sets both ink and a coloured ground (a tag, a button, the
// focus mark) is legible on any page and is left alone.
import type { Plugin, Rule, Root } from 'postcss';

type Role = 'ink' | 'ground' | 'line';

// The dark value of each light one. A colour that is used and not listed here
// stops the build: it would otherwise be found by somebody at night.
const dark: Record<Role, Record<string, string>> = {
  ink: {
    '#000000': '#ffffff', '#ffffff': '#ffffff', '#212b32': '#e8edee', '#4c6272': '#b5c2cb',
    '#768692': '#b5c2cb', '#005eb8': '#8cc4ff', '#003087': '#b9dcff', '#002f5c': '#b9dcff',
    '#003d78': '#b9dcff', '#7c2855': '#f0a8cf', '#330072': '#cdb4f2', '#d5281b': '#ff9d94',
    '#007f3b': '#6fd79c', '#004b93': '#b9dcff', '#aeb7bd': '#8a97a0', '#d8dde0': '#5b6973',
    '#0055a6': '#8cc4ff', '#ffb81c': '#ffb81c', '#004281': '#b9dcff', '#00478a': '#b9dcff',
  },
  ground: {
    '#ffffff': '#1b252c', '#f0f4f5': '#10181d', '#212b32': '#e8edee', '#d8dde0': '#3a4852',
    '#005eb8': '#5aa5ee', '#4c6272': '#b5c2cb', '#aeb7bd': '#5b6973', '#d5281b': '#ff9d94',
    '#000000': '#000000', '#e0e4e6': '#2b3840', '#edf4fa': '#1f3242', '#d9e7f4': '#24405a',
    '#c7dcef': '#24405a', '#fff9c4': '#3d3a1c', '#ccdff1': '#24405a', '#007f3b': '#6fd79c',
    '#fafbfb': '#222d35', '#768692': '#8a97a0', '#f9dfdd': '#45201d', '#dbe0e3': '#2b3840',
  },
  line: {
    '#ffffff': '#1b252c', '#000000': '#ffffff', '#212b32': '#e8edee', '#d8dde0': '#3f4e59',
    '#4c6272': '#94a3ae', '#aeb7bd': '#6d7b85', '#005eb8': '#5aa5ee', '#d5281b': '#ff9d94',
    '#ffeb3b': '#ffeb3b', '#007f3b': '#6fd79c', '#768692': '#8a97a0', '#f0f4f5': '#10181d',
    '#002f5c': '#0b1c2c', '#c7dcef': '#24405a', '#ffb81c': '#ffb81c', '#e0e4e6': '#2b3840',
    '#b3b3b3': '#6d7b85', '#004b93': '#8cc4ff', '#330072': '#cdb4f2', '#7c2855': '#f0a8cf',
  },
};

const colour = /#[0-9a-f]{3,8}\b/gi;

const roleOf = (property: string): Role | null => {
  if (/^(color|fill|-webkit-text-fill-color|text-decoration.*|caret-color|stroke)$/.test(property)) return 'ink';
  if (/^background/.test(property)) return 'ground';
  if (/^(border|outline|box-shadow|column-rule)/.test(property)) return 'line';
  return null;
};

const long = (hex: string): string => {
  const h = hex.toLowerCase();
  return h.length === 4 ? `#${[...h.slice(1)].map((c) => c + c).join('')}` : h;
};

// Ground that is a colour of its own, whatever the page's.
const plain = ['#ffffff', '#f0f4f5', '#d8dde0', '#e0e4e6', '#fafbfb', '#edf4fa', '#d9e7f4'];
const standsAlone = (rule: Rule): boolean => {
  let ground = false;
  let ink = false;
  rule.each((node) => {
    if (node.type !== 'decl') return;
    if (node.prop === 'color') ink = true;
    const found = roleOf(node.prop) === 'ground' && node.value.match(colour);
    if (found && !plain.includes(long(found[0]))) ground = true;
  });
  return ground && ink;
};

// Coloured buttons say ink and ground in rules of their own; what is reverse is
// light on dark already.
const stays = (selector: string): boolean =>
  /--(reverse|care)/.test(selector) || (selector.startsWith('.nhsuk-button') && !selector.includes('--secondary'));

export function darkColours(): Plugin {
  const used = new Map<string, [light: string, dark: string]>();
  const missing = new Set<string>();
  const replace = (role: Role, value: string, rule: string): string =>
    value.replace(colour, (hex) => {
      const light = long(hex);
      const to = dark[role][light];
      if (!to) {
        missing.add(`${light} as ${role} (${rule})`);
        return hex;
      }
      used.set(`--${role}-${light.slice(1)}`, [light, to]);
      return `var(--${role}-${light.slice(1)})`;
    });
  return {
    postcssPlugin: 'dark-colours',
    OnceExit(root: Root, { postcss }) {
      used.clear();
      root.walkRules((rule) => {
        if (/:root/.test(rule.selector) || stays(rule.selector) || standsAlone(rule)) return;
        rule.each((node) => {
          if (node.type !== 'decl' || node.prop.startsWith('--')) return;
          const role = roleOf(node.prop);
          if (role) node.value = replace(role, node.value, rule.selector);
        });
      });
      if (missing.size > 0) throw new Error(`no dark value for ${[...missing].join(', ')}`);
      if (used.size === 0) return;
      const list = (side: 0 | 1): string =>
        [...used].sort().map(([name, values]) => `${name}:${values[side]}`).join(';');
      root.prepend(postcss.parse(
        `:root{${list(0)}}@media screen{:root[data-theme="dark"]{${list(1)}}}` +
        `@media screen and (prefers-color-scheme: dark){:root:not([data-theme="light"]){${list(1)}}}`));
    },
  };
}
