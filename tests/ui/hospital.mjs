// The example estate in a database of its own, served by the program itself.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPage, patience } from './browser.mjs';
import { hostileCapture } from './hostile.mjs';

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

function run(program, args) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`asepsis ${args[0]} ended with ${status}: ${stderr}`);
}

function build(program, examples, folder) {
  const db = join(folder, 'estate.db');
  const hostile = join(folder, 'hostile.pcap');
  writeFileSync(hostile, hostileCapture(['<script>alert(1)</script>']));
  run(program, ['read', join(examples, 'hospital.pcapng.zst'), '--site', 'northvale', '--db', db]);
  run(program, ['read', join(examples, 'four-pumps.pcapng.zst'), '--site', 'stmungo', '--db', db]);
  run(program, ['read', hostile, '--site', 'northvale', '--db', db]);
  run(program, ['import', ...['register.csv', 'blood-fridge.ini', 'pump-ed.xml', 'pump-icu.json', 'pump-ward7.json'].map((f) => join(examples, 'documents', f)), '--site', 'northvale', '--db', db]);
  run(program, ['check', '--db', db]);
  return db;
}

// The link that it prints lets whoever has it in.
export async function serve(program, db, more = []) {
  const port = await freePort();
  const server = spawn(program, ['serve', '--db', db, '--listen', `127.0.0.1:${port}`, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const link = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`asepsis serve printed no link: ${said}`)), patience);
    const hear = (chunk) => {
      said += chunk;
      const found = said.match(/asepsis is at (\S+)/);
      if (found) { clearTimeout(timer); resolve(found[1]); }
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('exit', (code) => { clearTimeout(timer); reject(new Error(`asepsis serve ended with ${code}: ${said}`)); });
  });
  return { server, base: `http://127.0.0.1:${port}`, link };
}

export async function logIn(browser, base, link) {
  const context = await browser.newContext();
  const page = await newPage(context);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Today', exact: true }).waitFor();
  if (page.url().includes('code=')) throw new Error('the code stays in the address');
  const state = await context.storageState();
  await context.close();
  return state;
}

async function idsOf(browser, base, storageState) {
  const context = await browser.newContext({ storageState });
  const get = async (path) => (await context.request.get(`${base}/api/v1${path}`)).json();
  const [pumps, models, findings] = await Promise.all([get('/devices?class=infusion-pump&care_area=ICU'), get('/models'), get('/findings?limit=5')]);
  await context.close();
  return { pump: pumps.items[0].id, model: encodeURIComponent(models.items[0].id), finding: findings.items[0].id, area: 'ICU' };
}

export async function openHospital(browser, program, examples) {
  const folder = mkdtempSync(join(tmpdir(), 'asepsis-ui-'));
  const { server, base, link } = await serve(program, build(program, examples, folder));
  const close = () => { server.removeAllListeners('exit'); server.kill('SIGTERM'); rmSync(folder, { recursive: true, force: true }); };
  process.once('exit', close);
  const state = await logIn(browser, base, link);
  return {
    base, ids: await idsOf(browser, base, state),
    register: join(examples, 'documents', 'register.csv'), capture: join(examples, 'four-pumps.pcapng.zst'),
    enter: (by, options) => by.newContext({ ...options, storageState: state }),
  };
}
