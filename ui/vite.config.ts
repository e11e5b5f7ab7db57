import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Rule } from 'postcss';
import { defineConfig } from 'vitest/config';
import { darkColours } from './build/dark';
import { licences } from './build/licences';

// nhsuk-frontend draws the cross of a search field by an image; the browser has one.
const withoutImages = {
  postcssPlugin: 'without-images',
  Rule(rule: Rule) { if (rule.selector.includes('search-cancel-button')) rule.remove(); },
};

// Names without hashes: the files are committed and embedded in the program,
// which gives each an ETag by its content.
export default defineConfig({
  plugins: [react(), licences([fileURLToPath(new URL('node_modules/nhsuk-frontend', import.meta.url))])],
  css: {
    postcss: { plugins: [withoutImages, darkColours()] },
    preprocessorOptions: { scss: { quietDeps: true, loadPaths: ['node_modules'] } },
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
        manualChunks: (id) => {
          if (id.includes('node_modules/cytoscape')) return 'cytoscape';
          if (/node_modules\/(@observablehq|d3|internmap|isoformat|interval-tree|binary-search|delaunator|robust-predicates)/.test(id)) return 'plot';
          if (id.includes('node_modules') || id.includes('vite/') || id.startsWith('\0')) return 'libraries';
          return undefined;
        },
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8420', changeOrigin: true, headers: { origin: 'http://127.0.0.1:8420' } } } },
  test: { include: ['src/**/*.test.ts', 'build/**/*.test.ts'] },
});
