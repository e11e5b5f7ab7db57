// Each page in light and dark: what it says, that everybody can read it, that it
// fits a phone, does not jump, and keeps to itself.
import { cutOff, newPage, ofColours, settled, shiftScript, textOf, until, violations, watch } from './browser.mjs';
import { check, none } from './report.mjs';
import { jargon, pagesOf } from './pages.mjs';

async function says(page, of) {
  const text = await textOf(page);
  for (const words of of.has) check(`${of.name} says "${words}"`, text.includes(words));
  if (of.title) check(`${of.name} is called "${of.title}"`, (await page.title()).startsWith(of.title), await page.title());
  check(`${of.name} has one title`, await page.locator('h1').count() === 1);
  check(`${of.name}: ${of.refused ? 'a refusal says what to do' : 'nothing went wrong'}`,
    (await page.locator('.problem').count() > 0) === Boolean(of.refused));
  if (of.path.startsWith('/ward/')) check('a ward page has no jargon', !jargon.test(text), text.match(jargon)?.[0]);
}

async function fits(page, of) {
  for (const width of [2560, 640, 390, 320]) {  // a wall; 1280 pixels at 200 %; a phone; 1280 at 400 %
    await page.setViewportSize({ width, height: 800 });
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(`${of.name} fits ${width} pixels`, await until(async () => await over() <= 0, 2000), `${await over()} too wide`);
    none(`${of.name} cuts no words off at ${width} pixels`, await cutOff(page));
  }
}

async function look(browser, hospital, of, shots) {
  const context = await hospital.enter(browser, { colorScheme: 'light', viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await newPage(context);
  const said = watch(page, hospital.base);
  const picture = async (kind) => { if (shots) await page.screenshot({ path: `${shots}/${of.name.replaceAll(/\W+/g, '-')}-${kind}.png` }); };
  await page.addInitScript(shiftScript);
  await page.goto(hospital.base + of.path);
  await settled(page);
  await says(page, of);
  const shift = await page.evaluate(() => globalThis.shifted);
  check(`${of.name} does not jump`, shift < 0.1, `${shift}`);
  none(`${of.name} keeps WCAG 2.2 AA`, await violations(page));
  await picture('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  none(`${of.name} (dark) keeps WCAG 2.2 AA`, await violations(page, ofColours));
  await picture('dark');
  await fits(page, of);
  none(`${of.name} (dark, narrow) keeps WCAG 2.2 AA`, await violations(page));
  await picture('narrow');
  none(`${of.name} keeps to itself`, said);
  await context.close();
}

export async function looks(browser, hospital, shots) {
  const waiting = pagesOf(hospital.ids);
  const watcher = async () => { for (let of = waiting.shift(); of; of = waiting.shift()) await look(browser, hospital, of, shots); };
  await Promise.all([watcher(), watcher()]);
}
