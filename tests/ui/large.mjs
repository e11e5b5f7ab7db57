// Every page on a large estate: that it opens, stays readable, does not jump, and
// answers while somebody types.
//   node tests/ui/large.mjs ASEPSIS DATABASE [FOLDER FOR SCREENSHOTS]
import { launch, newPage, settled, shiftScript, textOf, until, violations, watch } from './browser.mjs';
import { logIn, serve } from './hospital.mjs';
import { check, finish, none } from './report.mjs';

const mostNodes = 121;  // what the map asks for, and the rest
const mostEdges = 480;
const paintWithin = 1000;  // ms
const answerWithin = 1000;  // from the last key to the rows that fit, the wait for more keys included

async function idsOf(get) {
  const [devices, models, findings] = await Promise.all([get('/devices?sort=rating&limit=1'), get('/models'), get('/findings?limit=1')]);
  const areas = (await get('/devices/facets')).facets.care_area.filter((area) => area.value !== '');
  return { device: devices.items[0].id, model: models.items[0]?.id, finding: findings.items[0].id, area: areas[0]?.value };
}

const pathsOf = (ids) => [
  '/', '/devices', '/devices?q=agilia', '/devices?rating=4&sort=last_seen', `/devices/${ids.device}`, '/models',
  ...(ids.model ? [`/models/${encodeURIComponent(ids.model)}`, `/models/${encodeURIComponent(ids.model)}/work-order`] : []),
  '/findings', '/findings?q=tls&rating=3', `/findings/${ids.finding}`, '/classes', '/map', '/map?level=class', '/map?level=vlan',
  '/map?level=device&within=class:infusion-pump', '/ask', '/bring-in', '/ward', `/ward/${encodeURIComponent(ids.area)}`, '/board', '/sensor', '/users', '/account',
];

async function look(context, base, path, shots) {
  const page = await newPage(context);
  const said = watch(page, base);
  await page.addInitScript(shiftScript);
  await page.goto(base + path);
  await settled(page);
  const { paint, shift } = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9, shift: globalThis.shifted,
  }));
  check(`${path} paints within a second`, paint < paintWithin, `${Math.round(paint)} ms`);
  check(`${path} does not jump`, shift < 0.1, `${shift}`);
  check(`${path}: nothing went wrong`, await page.locator('.problem').count() === 0, (await textOf(page)).slice(0, 200));
  check(`${path} is wide enough`, await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
  none(`${path} keeps WCAG 2.2 AA`, await violations(page));
  none(`${path} keeps to itself`, said);
  if (path.startsWith('/map')) await mapIsReadable(page, path);
  if (shots) await page.screenshot({ path: `${shots}/large${path.replaceAll(/\W+/g, '-')}.png` });
  await page.close();
}

async function mapIsReadable(page, path) {
  const says = await page.locator('.map-canvas [role="img"]').getAttribute('aria-label');
  const [nodes, edges] = (says.match(/[\d,]+/g) ?? []).map((n) => Number(n.replaceAll(',', '')));
  check(`${path} draws no more than can be read`, nodes > 0 && nodes <= mostNodes && edges <= mostEdges, says);
}

async function searchAsTyped(context, base) {
  const page = await newPage(context);
  for (const [where, words, fits] of [['/devices', 'agilia vp', 'Agilia'], ['/findings', 'infusion', 'nfusion']]) {
    await page.goto(base + where);
    await settled(page);
    await page.locator('#q').pressSequentially(words, { delay: 60 });
    const began = Date.now();
    const found = await until(() => page.evaluate((text) => {
      const rows = [...document.querySelectorAll('tbody tr')];
      return rows.length > 0 && rows.every((row) => row.innerText.includes(text)) && !document.querySelector('[aria-busy="true"]');
    }, fits));
    check(`${where} is searched as one types`, found && Date.now() - began < answerWithin, `${Date.now() - began} ms`);
    const box = page.locator('.facets input[type="checkbox"]').first();
    await box.click();
    await settled(page);
    check(`${where} is narrowed by a filter`, await page.locator('.filters-on .chip').count() === 1);
  }
  await page.close();
}

const [program, database, shots] = process.argv.slice(2);
const browser = await launch();
const { server, base, link } = await serve(program, database);
let status = 2;
try {
  const storageState = await logIn(browser, base, link);
  const context = await browser.newContext({ storageState, viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  const get = async (path) => (await context.request.get(`${base}/api/v1${path}`)).json();
  await until(async () => !(await get('/models')).data.loading, 300_000);
  for (const path of pathsOf(await idsOf(get))) await look(context, base, path, shots);
  await searchAsTyped(context, base);
  status = finish();
} finally {
  await browser.close();
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
}
process.exit(status);
