// What is bundled, and under which terms: dist/licences.txt.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

interface Package { name: string; version: string; license: string; text: string }

const packageOf = (file: string): string | null => {
  for (let folder = dirname(file); folder.includes('node_modules'); folder = dirname(folder)) {
    const json = join(folder, 'package.json');
    if (existsSync(json) && 'version' in JSON.parse(readFileSync(json, 'utf8'))) return folder;
  }
  return null;
};

const read = (folder: string): Package => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  return { name, version, license, text: file ? readFileSync(join(folder, file), 'utf8').trim() : '' };
};

export function licences(also: string[]): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const folders = new Set(also);
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const module of Object.keys(chunk.modules)) {
          const folder = module.includes('node_modules') && packageOf(module.replace(/^\0/, '').split('?')[0] ?? '');
          if (folder) folders.add(folder);
        }
      }
      const packages = [...folders].map(read).sort((a, b) => (a.name < b.name ? -1 : 1));
      const source = packages.map((p) => `${p.name} ${p.version} (${p.license})\n\n${p.text || 'No text comes with the package; its licence is named above.'}\n`);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: source.join(`\n${'-'.repeat(72)}\n\n`) });
    },
  };
}
