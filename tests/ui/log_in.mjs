// How people get in and out: by a password of this server, and by the log-in
// service of their organisation, in Chromium as everything else.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newPage, textOf, until, violations } from './browser.mjs';
import { serve } from './hospital.mjs';
import { check, none } from './report.mjs';

const password = 'correct horse battery';
const failuresUntilLocked = 5;

function addUser(program, db, name) {
  const { status, stderr } = spawnSync(program, ['user', 'add', name, '--role', 'biomedical', '--db', db], { input: `${password}\n`, encoding: 'utf8' });
  if (status !== 0) throw new Error(`asepsis user add ended with ${status}: ${stderr}`);
}

const logInPage = (page) => page.getByRole('heading', { name: 'asepsis', exact: true }).waitFor();
const today = (page) => page.getByRole('heading', { name: 'Today', exact: true }).waitFor();

async function enter(page, user, word) {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password').fill(word);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/session') && response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Log in' }).click();
  return (await answered).status();
}

async function byPassword(page, base) {
  await page.goto(base);
  await logInPage(page);
  check('a wrong password lets nobody in', await enter(page, 'anna', 'wrong horse battery') === 401);
  await page.locator('.problem').waitFor();
  none('a refused log-in keeps WCAG 2.2 AA', await violations(page));
  check('who was refused keeps their place', await page.evaluate(() => document.activeElement.tagName) === 'BUTTON');
  check('nothing is shown to who is not in', await page.locator('nav').count() === 0);
  check('the right one does', await enter(page, 'anna', password) === 200);
  await today(page);
  check('who is in is named', (await textOf(page)).includes('anna'));
  await page.reload();
  await today(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await logInPage(page);
  await page.goto(`${base}/devices`);
  await logInPage(page);
  check('a log-out holds', await page.locator('table').count() === 0);
}

async function lockedOut(page, base) {
  await page.goto(base);
  await logInPage(page);
  for (let i = 0; i < failuresUntilLocked; i += 1) await enter(page, 'ben', `guess number ${i}`);
  check('after several wrong passwords the right one is refused too', await enter(page, 'ben', password) === 401);
  check('and it says that it may be locked, and for how long', await until(async () => /locked[^.]*minutes/.test(await textOf(page))), (await textOf(page)).slice(0, 300));
}

function beginProvider() {
  const script = fileURLToPath(new URL('../end_to_end/oidc_provider.py', import.meta.url));
  const provider = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    provider.once('error', reject);
    provider.once('exit', (code) => reject(new Error(`the log-in service ended with ${code}`)));
    provider.stdout.once('data', (line) => resolve({ issuer: String(line).trim(), end: () => { provider.removeAllListeners('exit'); provider.kill(); } }));
  });
}

async function byOrganisation(page, base) {
  const choose = async (how) => {
    await page.goto(base);
    await page.getByRole('link', { name: /organisation/ }).click();
    await page.getByRole('link', { name: how }).click();
  };
  for (const wrong of ['Log in too late', 'Log in for another request', 'Log in with another state', 'Log in not at all']) {
    await choose(wrong);
    await page.getByRole('heading', { name: 'The log-in did not succeed' }).waitFor();
    check(`"${wrong}" lets nobody in`, await page.locator('nav').count() === 0);
  }
  await page.context().clearCookies();
  await page.goto(`${base}/log-in?error=Ring%20555%20with%20your%20password`);
  await logInPage(page);
  check('a link puts no words on the log-in page', !(await textOf(page)).includes('555'));
  await choose('Log in as Jo Doe');
  await today(page);
  check('the organisation says who it is', (await textOf(page)).includes('Jo Doe'));
  check('neither code nor state stays in the address', !/code=|state=/.test(page.url()), page.url());
  await page.getByRole('button', { name: 'Log out' }).click();
  await logInPage(page);
  check('and out again', await page.locator('nav').count() === 0);
}

async function tried(browser, what, server, use) {
  const context = await browser.newContext({ locale: 'en-GB' });
  try {
    await use(await newPage(context), server.base);
  } catch (error) {
    check(`${what} goes through`, false, String(error.message).split('\n').slice(0, 4).join(' '));
  }
  await context.close();
}

export async function logIns(browser, program) {
  const folder = mkdtempSync(join(tmpdir(), 'asepsis-log-in-'));
  const db = join(folder, 'empty.db');
  const secret = join(folder, 'secret');
  writeFileSync(secret, 's3cret/+ of the client\n');
  for (const user of ['anna', 'ben']) addUser(program, db, user);
  const provider = await beginProvider();
  const server = await serve(program, db, ['--oidc-issuer', provider.issuer, '--oidc-client', 'asepsis', '--oidc-secret-file', secret, '--oidc-role', 'engineers=biomedical']);
  try {
    await tried(browser, 'the log-in by password', server, byPassword);
    await tried(browser, 'the lock-out', server, lockedOut);
    await tried(browser, 'the log-in by the organisation', server, byOrganisation);
  } finally {
    provider.end();
    server.server.removeAllListeners('exit');
    server.server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}
