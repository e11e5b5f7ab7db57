// What people do with the pages, by mouse and by keyboard.
import { bringIn } from './bring_in.mjs';
import { newPage, settled, shiftScript, slowness, textOf, until, violations, watch } from './browser.mjs';
import { check, none } from './report.mjs';

const open = async (page, hospital, path) => { await page.goto(hospital.base + path); await settled(page); };
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  return { tag: e?.tagName ?? '', text: (e?.getAttribute('aria-label') ?? e?.textContent ?? '').trim().slice(0, 60), id: e?.id ?? '' };
});

async function tabTo(page, wanted, most = 60) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (wanted(at)) return at;
  }
  return null;
}

async function visibleFocus(page) {
  return page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  });
}

async function keyboard(page, hospital) {
  await open(page, hospital, '/');
  await page.keyboard.press('Tab');
  check('the first stop is the skip link', (await focused(page)).text === 'Skip to the content', JSON.stringify(await focused(page)));
  await page.keyboard.press('Enter');
  check('the skip link leads to the content', (await focused(page)).id === 'content');
  await open(page, hospital, '/');
  check('Devices can be tabbed to', await tabTo(page, (at) => at.text === 'Devices') !== null);
  check('the focus is to be seen', await visibleFocus(page));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/devices$/);
  check('a new page begins at its title', await until(async () => (await focused(page)).tag === 'H1'), JSON.stringify(await focused(page)));
  await settled(page);
  await tabTo(page, (at) => at.text === 'Skip the filters');
  await page.keyboard.press('Enter');
  check('behind the filters the search is next', (await tabTo(page, (at) => at.id === 'q', 2)) !== null, JSON.stringify(await focused(page)));
}

async function evidence(page, hospital) {
  await open(page, hospital, `/devices/${hospital.ids.pump}`);
  const why = page.getByRole('button', { name: /^Why do we say: Model/ }).first();
  await why.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Evidence', { exact: true }).waitFor();
  await dialog.getByText(/packet \d+|row \d+/).first().waitFor();
  check('the evidence names the packet', /packet \d+|row \d+/.test(await dialog.innerText()));
  none('the evidence keeps WCAG 2.2 AA', await violations(page));
  await page.keyboard.press('Escape');
  check('Escape closes the evidence', await until(async () => await dialog.count() === 0));
  check('and leads back to the value', await until(async () => (await focused(page)).text.startsWith('Why do we say: Model')));
}

async function search(page, hospital) {
  await open(page, hospital, '/devices');
  await page.getByLabel('Search devices').fill('agilia');
  await page.waitForURL(/q=agilia/);
  check('search as you type finds', await until(() => page.evaluate(() => {
    const rows = [...document.querySelectorAll('tbody tr')];
    return rows.length > 0 && rows.every((row) => row.innerText.includes('Agilia'));
  })));
  await page.getByLabel(/^4 Must be controlled/).check();
  await page.waitForURL(/rating=4/);
  await page.getByRole('button', { name: /Worst finding: 4/ }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  check('CSV is saved', (await download).suggestedFilename() === 'devices.csv');
  const view = `pumps ${Date.now()}`;
  await page.getByRole('button', { name: 'Save this view' }).press('Enter');
  check('a name is asked for where one is', await until(async () => (await focused(page)).id === 'view-name'));
  await page.getByLabel('Name of the view').fill(view);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: view }).waitFor();
  await open(page, hospital, '/devices');
  await page.getByRole('link', { name: view }).click();
  await page.waitForURL(/rating=4/);
  check('a saved view brings its filters back', page.url().includes('q=agilia'));
  await page.getByRole('button', { name: `Remove the view ${view}` }).click();
  await page.getByRole('link', { name: view }).waitFor({ state: 'detached' });
}

async function map(page, hospital) {
  await open(page, hospital, '/map');
  await page.locator('.map-canvas canvas').first().waitFor();
  await page.getByLabel('Group by').selectOption('class');
  await page.locator('.map-table caption', { hasText: 'Classes' }).waitFor();  // no longer care areas
  const group = page.locator('.map-table tbody button').first();
  await group.focus();
  await page.keyboard.press('Enter');
  check('a group is chosen by keyboard', await until(async () => await group.getAttribute('aria-pressed') === 'true'));
  await page.getByRole('link', { name: /^Look inside/ }).first().click();
  await page.waitForURL(/within=/);
  await settled(page);
  check('a group is gone into', await until(async () => (await textOf(page)).includes('Inside')));
  await open(page, hospital, '/map');
  const slider = page.getByLabel('until', { exact: true });
  if (await slider.count() > 0) {
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/to=/);
    check('the time is chosen by keyboard', new URL(page.url()).searchParams.has('to'));
  }
}

async function header(page, hospital) {
  await open(page, hospital, '/');
  for (const width of [1181, 1280, 1366, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    const high = () => page.evaluate(() => document.querySelector('.top').offsetHeight);
    check(`the header has one row at ${width} pixels`, await until(async () => await high() < 64, 2000), `${await high()} high`);
  }
}

async function ask(page, hospital) {
  await open(page, hospital, '/ask');
  await page.getByLabel('Question').fill('SELECT class, count(*) AS devices FROM devices GROUP BY 1 ORDER BY 2 DESC');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Answer' }).waitFor();
  check('the question stands in the link', page.url().includes('sql='));
  await page.getByRole('button', { name: 'As a chart' }).click();
  await page.locator('svg.plot').first().waitFor();
  none('a chart keeps WCAG 2.2 AA', await violations(page));
  await page.getByLabel('Question').fill('DELETE FROM device');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.locator('.problem').waitFor();
  check('a change is refused in words', (await page.locator('.problem').innerText()).length > 20);
}

async function decide(page, hospital) {
  await open(page, hospital, `/findings/${hospital.ids.finding}`);
  await page.getByRole('button', { name: 'Accept until then' }).click();
  check('a reason is asked for', (await textOf(page)).includes('Say why the risk can be borne'));
  await page.getByLabel('Reason').fill('The port is reached from the service network alone until the update in spring.');
  await page.getByRole('button', { name: 'Accept until then' }).click();
  await page.getByText(/^Accepted until/).first().waitFor();
  await page.getByLabel('Reason').fill('The service network was opened.');
  await page.getByRole('button', { name: 'Open again' }).click();
  await page.getByRole('button', { name: 'Accept until then' }).waitFor();
  check('both are in the history', (await textOf(page)).includes('service network was opened'));
}

async function hostile(page, hospital) {
  await open(page, hospital, `/devices?q=${encodeURIComponent('alert')}`);
  const text = await textOf(page);
  check('a hostile name is shown as text', text.includes('<script>') || text.includes('<img'), text.slice(0, 400));
  check('and is no element', await page.locator('main script, main img').count() === 0);
  await page.locator('tbody a').first().click();
  await page.waitForURL(/\/devices\/d-/);
  await settled(page);
  check('nor on its own page', await page.locator('main script, main img').count() === 0);
}

async function workOrder(page, hospital) {
  await open(page, hospital, `/models/${hospital.ids.model}/work-order`);
  await page.emulateMedia({ media: 'print' });
  check('paper has no menu', !(await page.locator('.top').isVisible()));
  const pdf = await page.pdf({ format: 'A4' });
  check('the work order prints', pdf.subarray(0, 5).toString() === '%PDF-' && pdf.length > 10000, `${pdf.length} bytes`);
  await page.emulateMedia({ media: null });
}

async function firstPaint(page, hospital) {
  await page.addInitScript(shiftScript);
  await open(page, hospital, '/');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9);
  if (slowness === 1) check('the first paint comes within a second', paint < 1000, `${Math.round(paint)} ms`);
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name));
  check('Cytoscape and Plot are not loaded where nothing is drawn', !loaded.some((name) => /cytoscape|plot/.test(name)));
}

// A browser opens six connections to a server, and no more: each page with a stream of its own
// would leave none to the seventh.
async function severalPages(page, hospital) {
  const pages = [page];
  while (pages.length < 8) pages.push(await newPage(page.context()));
  for (const one of pages) await open(one, hospital, '/sensor');
  const name = `several-${Date.now()}`;
  await open(page, hospital, '/bring-in');  // which heard the news for the others
  await page.getByLabel('Site (if there are several)').fill('northvale');
  await page.getByLabel('or choose files:').setInputFiles({ name: `${name}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`Asset No.,Manufacturer,Serial No.\nME-7,Example,${Date.now()}\n`) });
  for (const [i, one] of pages.slice(1).entries()) check(`page ${i + 2} of one browser shows what changed`, await until(async () => (await textOf(one)).includes(name), 20_000));
}

// A network that changes breaks off what is on its way: once does not matter, and more is said.
async function brokenOff(watched, hospital) {
  const page = await newPage(watched.context());  // what it says of this to its console is meant
  let broken = 0;
  let most = 1;
  await page.route('**/assets/Models.js', (route) => { broken += 1; return broken > most ? route.continue() : route.abort('connectionreset'); });
  await open(page, hospital, '/models');
  check('a page comes though its file was broken off once', broken > 1 && await page.getByRole('heading', { name: 'Models', exact: true }).isVisible(), `${broken}`);
  most = Infinity;
  await open(page, hospital, '/models');
  check('a page whose file does not come says so', /could not be shown/.test(await page.locator('h1').innerText()));
  none('and keeps WCAG 2.2 AA', await violations(page));
  await page.getByRole('link', { name: 'Devices', exact: true }).click();
  check('others can still be gone to', await until(async () => await page.locator('h1').innerText() === 'Devices'));
  most = 0;
  await page.goBack();
  await page.getByRole('button', { name: 'Load it again' }).click();
  await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
}

async function plainWords(page, hospital) {
  await open(page, hospital, '/board');
  const limits = (await textOf(page)).match(/Known limits: .*/)?.[0] ?? '';
  check('the board is told how many could not be seen', /^Known limits: [\d,]+ /.test(limits) && !/ (seen|are) (devices|rows)/.test(limits), limits);
  await open(page, hospital, `/ward/${hospital.ids.area}`);
  const tasks = await page.locator('.ward-cards h3').allInnerTexts();
  check('what asks nothing of the ward is no task of it', tasks.length > 0 && !tasks.some((task) => /^(Nothing to do|Carry on as usual)\.$/.test(task)), tasks.join(' | '));
  check('but is not hidden from it', /Others look after [\d,]+ more/.test(await textOf(page)));
  await open(page, hospital, '/devices/d-ffffffffff');
  const refusal = page.locator('.problem');
  check('what is not there cannot be tried again', await refusal.getByRole('button').count() === 0, await refusal.innerText());
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const list of ['/devices', '/findings']) {
    await open(page, hospital, list);
    const over = () => page.evaluate(() => { const box = document.querySelector('.boxed'); return box.scrollWidth - box.clientWidth; });
    check(`all columns of ${list} are to be seen at 1280 pixels`, await until(async () => await over() <= 0, 2000), `${await over()} too wide`);
  }
}

async function logOut(page, hospital) {
  await open(page, hospital, '/');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'asepsis' }).waitFor();
  none('the log-in keeps WCAG 2.2 AA', await violations(page));
  await open(page, hospital, '/devices');
  check('without a log-in nothing is shown', await page.locator('table').count() === 0);
}

export async function uses(browser, hospital) {
  for (const use of [firstPaint, header, keyboard, evidence, search, map, ask, decide, hostile, workOrder, severalPages, brokenOff, plainWords, bringIn, logOut]) {
    const context = await hospital.enter(browser, { viewport: { width: 1440, height: 900 }, locale: 'en-GB', acceptDownloads: true });
    const page = await newPage(context);
    const said = watch(page, hospital.base);
    try {
      await use(page, hospital);
    } catch (error) {
      check(`${use.name} goes through`, false, String(error.message).split('\n').slice(0, 4).join(' '));
    }
    none(`${use.name} keeps to itself`, said);
    await context.close();
  }
}
