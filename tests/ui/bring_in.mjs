// Files brought in by the page: how far they are, what was wrong with them, and columns read otherwise.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settled, slowness, until, violations } from './browser.mjs';
import { longCapture } from './hostile.mjs';
import { check, none } from './report.mjs';

const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
const chooser = (page) => page.getByLabel('or choose files:');
const item = (page, name) => page.locator('.lines li', { hasText: name }).first();
const status = (page, name) => item(page, name).getByRole('status');
const ended = (page, name) => until(async () => /^(Columns: )?(done|failed)/.test((await status(page, name).innerText()).trim()));

// All that the page says of how far it is, however short; and the bar of that file, in order.
async function listen(page, name) {
  await page.evaluate((file) => {
    globalThis.heard = new Set();
    globalThis.bar = [];
    const look = () => {
      document.querySelectorAll('main [role="status"]').forEach((e) => globalThis.heard.add(e.innerText.trim()));
      const bar = document.querySelector(`progress[aria-label="Progress of ${file}"]`);
      if (bar && bar.hasAttribute('value')) globalThis.bar.push({ says: bar.closest('[role="status"]').innerText.trim(), value: bar.value });
    };
    new MutationObserver(look).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true });
  }, name);
}

// A phase after the other, and in each a bar that never goes back.
async function bar(page) {
  const seen = await page.evaluate(() => globalThis.bar);
  const reading = seen.filter((one) => /being read/.test(one.says)).map((one) => one.value);
  const said = JSON.stringify(seen.slice(0, 40));
  check('the bar shows parts of a file while it is read', reading.some((value) => value > 0 && value < 100), said);
  check('and never goes back', reading.every((value, i) => i === 0 || value >= reading[i - 1]), said);
  check('and stays on its scale', seen.every((one) => one.value >= 0 && one.value <= 100), said);
}

// In what order it was first said.
function inOrder(heard, patterns) {
  const places = patterns.map((pattern) => heard.findIndex((text) => pattern.test(text))).filter((place) => place >= 0);
  return places.length > 1 && places.every((place, i) => i === 0 || place >= places[i - 1]);
}

async function progress(page) {
  await listen(page, 'long.pcap');
  // By its path: 200 MB handed over by the browser's own channel take a slow page a minute.
  const folder = mkdtempSync(join(tmpdir(), 'asepsis-long-'));
  writeFileSync(join(folder, 'long.pcap'), longCapture(600_000));
  await chooser(page).setInputFiles(join(folder, 'long.pcap'));
  check('a long capture ends', await ended(page, 'long.pcap'));
  rmSync(folder, { recursive: true });
  const heard = await page.evaluate(() => [...globalThis.heard]);
  const says = (pattern) => heard.some((text) => pattern.test(text));
  check('its arrival is shown', says(/^Sending long\.pcap/), heard.join(' | '));
  check('that it is read is shown', says(/being read/), heard.join(' | '));
  check('and how many packets so far', says(/[\d,]+ packets so far/), heard.join(' | '));
  check('and what follows', says(/the inventory follows it|findings follow it|being stored/), heard.join(' | '));
  check('in this order', inOrder(heard, [/^Sending long/, /being read/, /being stored/, /the inventory follows it/, /findings follow it/]), heard.join(' | '));
  // The server is not slowed with the page, which then may see no more than the end.
  if (slowness === 1) await bar(page);
  check('what it came to is said', (await item(page, 'long.pcap').innerText()).includes('600,000 packets of 1 capture'));
}

async function notUnderstood(page) {
  await chooser(page).setInputFiles(file('doubtful.csv', 'Asset No.,Manufacturer,Serial No.,MAC Address\nZ-1,Example,1234,00:13:38:3a:54\nZ-2,Example,1235,02:00:00:00:00:02\n'));
  check('a register with a wrong cell ends', await ended(page, 'doubtful.csv'));
  const row = item(page, 'doubtful.csv').locator('tbody tr').first();
  const said = (await row.innerText()).split(/\s+/);
  check('where it is wrong is said', said[0] === '2' && /MAC Address/.test(await row.innerText()), said.join(' '));
  none('what was not understood keeps WCAG 2.2 AA', await violations(page));
}

async function broken(page) {
  await chooser(page).setInputFiles(file('cut.pcap', Buffer.from('d4c3b2a1', 'hex')));
  check('a broken capture ends', await ended(page, 'cut.pcap'));
  const text = await item(page, 'cut.pcap').innerText();
  check('what is wrong with it is said', /ends in the middle of its header/.test(text), text);
  check('and what to do', /copy it again/.test(text) && !text.includes('--'), text);
  await chooser(page).setInputFiles(file('whose.ini', 'volume=1\n'));
  check('a configuration of nobody ends', await ended(page, 'whose.ini'));
  check('and it is said how to name its device', /under 'Device'/.test(await item(page, 'whose.ini').innerText()));
}

// A column that no vocabulary knows, about a pump that was heard.
async function mapping(page) {
  const register = 'Asset No.,Manufacturer,Serial No.,MAC Address,Zzyzx\nME-1001,Fresenius Kabi,50431267,00-13-38-3A-54-03,Corrected Ward 99\n';
  await page.getByLabel('First show how columns are read').check();
  await chooser(page).setInputFiles(file('odd.csv', register));
  await page.getByRole('heading', { name: /How the columns of odd.csv/ }).waitFor();
  none('the mapping keeps WCAG 2.2 AA', await violations(page));
  const column = page.getByLabel('What Zzyzx is read as');
  check('an unknown column is left out', await column.inputValue() === '-');
  await column.selectOption('care_area');
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().includes('/imports'));
  await page.getByRole('button', { name: 'Bring it in', exact: true }).click();
  const sent = new URL((await asked).url()).searchParams;
  check('what was corrected is sent, with the site', sent.get('map') === 'Zzyzx=care_area' && sent.get('site') === 'northvale', sent.toString());
  check('the corrected register is brought in', await until(async () => /outcome new/.test(await item(page, 'odd.csv').innerText())));
  await page.getByRole('button', { name: /Correct how its columns are read *: odd.csv/ }).waitFor();
}

export async function bringIn(page, hospital) {
  await page.goto(`${hospital.base}/bring-in`);
  await settled(page);
  await page.getByLabel('Site (if there are several)').fill('northvale');
  await chooser(page).setInputFiles(hospital.capture);
  check('a capture is brought in', await ended(page, 'four-pumps'));
  await progress(page);
  await notUnderstood(page);
  await broken(page);
  await mapping(page);
}
