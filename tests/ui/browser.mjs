// Debian's Chromium, driven by the playwright-core of ui/.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

export const launch = () => require('playwright-core').chromium.launch({
  executablePath: chromiumPath,
  // In a container as root there is no sandbox to be had.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

// How many times slower than it is the processor seems to the pages: races show then.
export const slowness = Number(process.env.UI_SLOWNESS ?? 1);
export const patience = 60_000;  // ms; what is there waits no longer than it must

export async function newPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  if (slowness > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slowness });
  return page;
}

// Asked again and again from outside: the CSP lets no waiting script into the page.
export async function until(holds, most = patience) {
  for (const end = Date.now() + most; Date.now() < end; await new Promise((r) => { setTimeout(r, 40); })) {
    if (await holds()) return true;
  }
  return false;
}

// The page has said what it has to say: nothing has been loading for a moment, and
// nothing is left of what was asked for before.
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  let quiet = 0;
  await until(async () => {
    quiet = await page.locator('.skeleton, [aria-busy="true"]').count() === 0 ? quiet + 1 : 0;
    return quiet > 4;
  });
}

// Words that go beyond what shows them, where nobody can scroll to them or should have
// to: rows that are stacked on small screens are as narrow as those.
export const cutOff = (page) => page.evaluate(() => {
  const stacked = matchMedia('(max-width: 640px)').matches;
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const cut = [];
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!node.data.trim() || box.width <= 1) continue;
    for (let around = node.parentElement; around; around = around.parentElement) {
      const { overflowX, position, clipPath } = getComputedStyle(around);
      const scrolls = overflowX === 'auto' || overflowX === 'scroll';
      if (scrolls && !(stacked && around.querySelector('table.stack'))) break;
      if (position === 'fixed' || clipPath !== 'none') break;
      const edge = around.getBoundingClientRect();
      if (edge.width <= 1) break;  // for screen readers alone
      if (overflowX === 'visible' || box.right <= edge.right + 1) continue;
      cut.push(node.data.trim());
      break;
    }
  }
  return cut;
});

export const textOf = (page) => page.evaluate(() => document.body.innerText);

const axeSource = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const all = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
export const ofColours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

export async function violations(page, runOnly = all) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axeSource());
  const { violations: found } = await page.evaluate((only) => globalThis.axe.run(document, { runOnly: only }), runOnly);
  return found.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`).join(' | ')}`);
}

// Everything that a page must not do while it is looked at.
export function watch(page, base) {
  const said = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) said.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { said.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith('blob:')) said.push(`asks elsewhere: ${url}`);
  });
  return said;
}

export const shiftScript = () => {
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
};
