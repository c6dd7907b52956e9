// The pages that the tests open, and the browser that opens them.
//
// The Rust example `page` turns results as JSON into HTML. fleet.json is such a file; the other fleets
// are made from it here: so a test knows what it put in without asking the renderer.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fleetback-pages-'));
const MEGABYTE = 1 << 20;

const built = new Map();
/** The path of a program of the workspace, built once. */
function program(name, args) {
  if (!built.has(name)) {
    const run = spawnSync('cargo', ['build', '--locked', '--message-format=json', ...args], { cwd: workspace, encoding: 'utf8', maxBuffer: 64 * MEGABYTE });
    if (run.status !== 0) throw new Error(`cargo build ended with ${run.status}: ${run.stderr}`);
    const artifacts = run.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    built.set(name, artifacts.findLast((artifact) => artifact.executable && artifact.target.name === name).executable);
  }
  return built.get(name);
}
const example = () => program('page', ['--package', 'fleetback-report', '--example', 'page']);
const fleetback = () => program('fleetback', ['--package', 'fleetback', '--bin', 'fleetback']);

function rendered(results) {
  const run = spawnSync(example(), [], { cwd: workspace, input: JSON.stringify(results), encoding: 'utf8', maxBuffer: 512 * MEGABYTE });
  if (run.status !== 0) throw new Error(`example page failed: ${run.stderr}`);
  return run.stdout;
}

/** The fleet that most tests look at, as the JSON output would give it. */
export const fleet = JSON.parse(readFileSync(process.env.FLEETBACK_RESULTS ?? new URL('fleet.json', import.meta.url), 'utf8'));

/** What the program makes of the checked-in demo on a night; 1, for some of its devices could be lost. */
function scanned(day, history) {
  const house = 'testdata/demo';
  const run = spawnSync(fleetback(), ['scan', `${house}/backups`,
    '--mdm', `${house}/mdm`, '--inventory', `${house}/inventory.csv`, '--policy', `${house}/policy.toml`,
    '--now', `${day}T04:00:00Z`, ...history, '--json', '-'], { cwd: workspace, encoding: 'utf8', maxBuffer: 64 * MEGABYTE });
  if (run.status !== 1) throw new Error(`the demo ended with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}
export const demo = () => scanned('2026-11-20', ['--no-history']);

/** The same after some nights before it, on some of which fleetback did not run. */
export function demoNights() {
  const history = ['--history', join(folder, 'history.sqlite3')];
  const days = [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20];
  return days.map((day) => scanned(`2026-11-${String(day).padStart(2, '0')}`, history)).at(-1);
}

/** Writes a page for a fleet and returns its path. */
export function page(name, results) {
  const html = rendered(results);
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  return { path, url: pathToFileURL(path).href, html };
}

/** The run sheets that the program makes of results and a plan, as of the demo's night. */
export function runSheets(name, results, plan) {
  const [stored, path] = [join(folder, `${name}.json`), join(folder, `${name}-sheets.html`)];
  writeFileSync(stored, JSON.stringify(results));
  const run = spawnSync(fleetback(), ['swap', '--plan', plan, '--results', stored,
    '--now', '2026-11-20T04:00:00Z', '--timezone', 'Europe/Berlin', '--html', path], { cwd: workspace, encoding: 'utf8' });
  if (run.status !== 1 && run.status !== 3) throw new Error(`swap ended with ${run.status}: ${run.stderr}`);
  return { path, url: pathToFileURL(path).href };
}

/** The same fleet `count` devices large; serial numbers stay unique. */
export function grown(results, count) {
  const devices = Array.from({ length: count }, (_, i) => {
    const device = structuredClone(results.devices[i % results.devices.length]);
    const tail = String(i).padStart(5, '0');
    if (device.serial_number) device.serial_number = `GRW${device.serial_number.slice(0, 4)}${tail}`;
    if (device.udid) device.udid = device.udid.slice(0, -5) + tail;
    if (device.device_name) device.device_name += ` ${i}`;
    if (device.user) device.user += ` ${i}`;
    for (const backup of device.backups) {
      backup.path = `${backup.path}${tail}`;
      backup.folder_name = `${backup.folder_name}${tail}`;
    }
    return device;
  });
  const rank = new Map(results.devices.map((device, i) => [device.status + device.severity, i]).reverse());
  devices.sort((a, b) => rank.get(a.status + a.severity) - rank.get(b.status + b.severity));
  const factor = count / results.devices.length;
  const summary = structuredClone(results.summary);
  const inFleet = devices.filter((device) => !isApart(device));
  summary.devices = count;
  summary.at_risk = devices.filter(isAtRisk).length;
  summary.listed_apart = devices.filter(isApart).length;
  summary.without_good_backup = inFleet.filter((device) => !['protected', 'aging'].includes(device.status)).length;
  summary.waived = summary.without_good_backup - summary.at_risk;
  for (const status of Object.keys(summary.status)) {
    summary.status[status] = inFleet.filter((device) => device.status === status).length;
  }
  summary.backups = Math.round(summary.backups * factor);
  return { ...results, devices, summary };
}

/** The same fleet with a history of 28 nights, three of which fleetback did not run. */
export function withNights(results) {
  const letters = { protected: 'g', aging: 'a', stale: 'f', failed: 'f', never: 'f', unknown: 'u' };
  const devices = results.devices.map((device, i) => {
    const last = letters[device.status];
    const nights = Array.from({ length: 28 }, (_, night) => (night >= 10 && night < 13 ? '-' : night < 27 - (i % 20) ? 'g' : last)).join('');
    const failing = 'fu'.includes(last) ? 1 + (i % 20) : null;
    return { ...device, history: { first_failing: failing && results.scanned_at, nights_failing: failing, nights, sizes: [], recovered: null } };
  });
  const inFleet = devices.filter((device) => !isApart(device));
  const past = Array.from({ length: 27 }, (_, night) => night).filter((night) => night < 10 || night >= 13).map((night) => ({
    scanned_at: new Date(Date.parse(results.scanned_at) - (27 - night) * 86_400_000).toISOString(),
    complete: true,
    counts: {
      could_be_lost: inFleet.filter((device) => 'fu'.includes(device.history.nights[night])).length, waived: 0,
      protected: inFleet.filter((device) => device.history.nights[night] === 'g').length,
      aging: inFleet.filter((device) => device.history.nights[night] === 'a').length, listed_apart: devices.length - inFleet.length,
    },
  }));
  const first = past[0].scanned_at;
  return {
    ...results, devices,
    history: { runs: 24, first_run: first, compared_with: null, changes: {}, gone: [], nights_missed: 3, nights: past, fixes: [] },
  };
}

/** The texts of what devices open to, out of a page. */
export function inflatedTexts(html) {
  const { blocks } = JSON.parse(html.match(/<script type="application\/json" id="details">(.*?)<\/script>/s)[1]);
  const table = html.match(/<script type="text\/plain" id="fleet">(.*?)<\/script>/s)[1];
  return [table, ...blocks].flatMap((block) => JSON.parse(inflateRawSync(Buffer.from(block, 'base64')).toString('utf8')).texts);
}

/** The cells of the CSV file that the program makes of the same results, a row each. */
export function csvOf(results) {
  const path = join(folder, 'csv.json');
  writeFileSync(path, JSON.stringify(results));
  const run = spawnSync(fleetback(), ['report', path, '--timezone', 'UTC', '--csv', '-'], { cwd: workspace, encoding: 'utf8', maxBuffer: 512 * MEGABYTE });
  if (![0, 1, 3].includes(run.status)) throw new Error(`report ended with ${run.status}: ${run.stderr}`);
  return run.stdout;
}

/** The same run with nothing found. */
export const emptied = (results) => ({
  ...results, devices: [], problems: [], unmatched: [], waivers: [], hosts: [], roots: [],
  summary: {
    ...results.summary, devices: 0, at_risk: 0, listed_apart: 0, left_mdm: 0, without_good_backup: 0, waived: 0, backups: 0, findings: {}, fixes: {},
    status: Object.fromEntries(Object.keys(results.summary.status).map((key) => [key, 0])),
    problems: { note: 0, incomplete: 0 },
  },
});

/** Is it none of those that the headline speaks of? */
export const isApart = (device) => device.listed !== 'fleet';

/** Does the headline count it? */
export const isAtRisk = (device) => device.could_be_lost;

// What an unkind person could write into a name, a path or a plist.
export const SCRIPT = '<script>window.broken=1</script><img src=x onerror="window.broken=1">';
export const HOSTILE = `</script></style>${SCRIPT}"'&amp;{{7*7}}\u202egnp.exe\u0007\u2028<a href="javascript:window.broken=1">x</a>`;

// Strings of a closed set, or of a set form; anything else takes the hostile text.
const CLOSED = new Set(['listed', 'dated_by', 'likely_fix', 'focus', 'cause', 'who_acts', 'status', 'severity', 'kind', 'date', 'at', 'code', 'confidence', 'next_fix', 'id', 'level', 'state', 'restorable',
  'password', 'kind_of_host_tool', 'completed_at', 'info_date', 'manifest_date', 'status_date', 'observed_at', 'last_date', 'last_seen',
  'scanned_at', 'until', 'icloud']);

/** The same fleet with hostile text in every field that holds free text. */
export function poisoned(value, key = '') {
  if (typeof value === 'string') return CLOSED.has(key) ? value : HOSTILE + value;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (value === null || typeof value !== 'object') return value;
  if (key === 'summary') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, name)]));
}

const NAMES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'];

export function launch() {
  const executablePath = NAMES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium found; set CHROMIUM to the path of one');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/**
 * Opens a page and keeps a record of what must not happen: console errors, page errors, dialogs,
 * requests for anything but the file itself, violations of the content-security policy.
 */
export async function open(browser, url, { tooOld = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const tab = await context.newPage();
  const wrongs = [];
  tab.on('console', (message) => message.type() === 'error' && wrongs.push(`console: ${message.text()}`));
  tab.on('pageerror', (error) => wrongs.push(`page: ${error.message}`));
  tab.on('dialog', (dialog) => { wrongs.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  tab.on('request', (request) => {
    // A table that the page saves is an object of its own, and a mail opens elsewhere: no request to anywhere.
    if (![url.split('#')[0], 'about:blank'].includes(request.url().split('#')[0]) && !/^(blob|mailto):/.test(request.url())) wrongs.push(`request: ${request.url()}`);
  });
  await tab.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  if (tooOld) await tab.addInitScript(() => delete window.DecompressionStream);
  await tab.goto(url);
  if (options.javaScriptEnabled !== false && !tooOld) await tab.locator('html.alive, html:not(:has(#fleet))').waitFor();
  return {
    tab,
    async close() {
      if (options.javaScriptEnabled !== false) wrongs.push(...(await tab.evaluate(() => window.violations)));
      await context.close();
      return wrongs;
    },
  };
}

export const bytes = (path) => readFileSync(path).length;
