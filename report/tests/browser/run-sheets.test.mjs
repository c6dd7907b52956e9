// The run sheets of the swap desk on paper: each is exactly one page of A4 and of Letter, with nothing
// cut off, whatever a device is called.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { demo, HOSTILE, launch, open, runSheets } from './pages.mjs';

const PLAN = 'testdata/demo/swap-plan.csv';
const rows = readFileSync(new URL(`../../../${PLAN}`, import.meta.url), 'utf8').trim().split('\n').slice(1);

let browser;
const pages = {};
before(async () => {
  const results = demo();
  pages.demo = runSheets('demo', results, PLAN);
  pages.hostile = runSheets('hostile', renamed(results, HOSTILE.repeat(5)), PLAN);
  pages.wide = runSheets('wide', renamed(results, 'W\u{FDFD}'.repeat(200)), PLAN);
  pages.worst = runSheets('worst', worst(results), PLAN);
  browser = await launch();
});
after(() => browser?.close());

/** The fleet with that text in every field that a device or a person fills and no look-up needs. */
function renamed(results, text) {
  const devices = structuredClone(results.devices);
  for (const device of devices) {
    for (const field of ['device_name', 'user', 'department', 'model', 'os_version']) device[field] = text;
    for (const backup of device.backups) Object.assign(backup, { host: text, restorable_reason: text, path: `/${text}` });
  }
  return { ...results, devices };
}

/** The fleet with everything wrong that an MDM can tell, in long words. */
function worst(results) {
  const fleet = renamed(results, 'a long name of many words '.repeat(20));
  const apps = Array.from({ length: 40 }, (_, i) => `com.example.${'long'.repeat(30)}${i}`);
  for (const device of fleet.devices) {
    Object.assign(device.mdm ??= structuredClone(results.devices.find((one) => one.mdm).mdm), {
      find_my: true, esim: true, managed_apps_told: true, restrictions_told: true, apps_barred_from_backup: apps,
      apps_removed_with_enrolment: apps, capacity: 512, available: 2,
      restrictions: { allowESIMOutgoingTransfers: false, allowEraseContentAndSettings: false },
    });
    for (const backup of device.backups) Object.assign(backup, { encrypted: false, password: 'not-needed', udid: 'f'.repeat(40) });
  }
  return fleet;
}

/** The pages of a PDF as text, by poppler's pdftotext. */
function texts(pdf) {
  const run = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, maxBuffer: 64 << 20 });
  assert.equal(run.status, 0, `pdftotext: ${run.error ?? run.stderr}`);
  return run.stdout.toString('utf8').split('\f').slice(0, -1);
}

for (const name of ['demo', 'hostile', 'wide', 'worst']) {
  for (const format of ['A4', 'Letter']) {
    test(`${name}: each sheet is one page of ${format}`, async () => {
      const { tab, close } = await open(browser, pages[name].url);
      const sheets = await tab.locator('.sheet').count();
      assert.equal(sheets, rows.length - 1, 'one row cannot be used');
      const paper = texts(await tab.pdf({ format }));
      const first = paper.findIndex((text) => text.includes(`Run sheet 1 of ${sheets}`));
      assert.ok(first >= 1, 'the overview comes first, on pages of its own');
      assert.equal(paper.length - first, sheets, 'as many pages as sheets');
      paper.slice(first).forEach((text, i) => {
        assert.ok(text.includes(`Run sheet ${i + 1} of ${sheets}`), `page ${i + 1}`);
        const ready = !text.includes('DO NOT ERASE');
        assert.equal(text.match(/Signature/g)?.length ?? 0, ready ? 2 : 0, `signatures of sheet ${i + 1}`);
        assert.ok(text.includes(ready ? 'The swap' : 'What to settle'), `the steps of sheet ${i + 1}`);
        assert.ok(text.includes('Do this:'), `the next step of sheet ${i + 1}`);
      });
      assert.ok(paper.slice(0, first).every((text) => !text.includes('Run sheet')));
      assert.deepEqual(await close(), []);
    });
  }

  test(`${name}: nothing is cut off a sheet`, async () => {
    const { tab, close } = await open(browser, pages[name].url);
    await tab.emulateMedia({ media: 'print' });
    const cut = await tab.locator('.sheet, .sheet .lists, .sheet footer').evaluateAll((parts) => parts
      .filter((part) => part.scrollHeight > part.clientHeight + 1)
      .map((part) => `${part.className || part.tagName} ${part.closest('.sheet').id}: ${part.scrollHeight} > ${part.clientHeight}`));
    assert.deepEqual(cut, []);
    assert.deepEqual(await close(), []);
  });
}

test('the order is a filled block of 32 pt', async () => {
  const { tab, close } = await open(browser, pages.demo.url);
  const orders = await tab.locator('.order').evaluateAll((blocks) => blocks.map((block) => {
    const word = getComputedStyle(block.querySelector('.word'));
    return { size: word.fontSize, color: word.color, ground: getComputedStyle(block).backgroundColor, text: block.innerText };
  }));
  assert.ok(orders.length > 3);
  for (const order of orders) {
    assert.equal(Math.round(parseFloat(order.size) * 72 / 96), 32);
    assert.equal(order.color, 'rgb(255, 255, 255)');
    assert.notEqual(order.ground, 'rgba(0, 0, 0, 0)');
    assert.match(order.text, /^(✔ READY|✖ DO NOT ERASE)/);
  }
  assert.deepEqual(await close(), []);
});

test('no name does anything', async () => {
  for (const page of [pages.hostile, pages.worst]) {
    const { tab, close } = await open(browser, page.url);
    assert.equal(await tab.evaluate(() => window.broken), undefined);
    assert.equal(await tab.locator('script, img, iframe, form, a[href^="javascript"]').count(), 0);
    assert.deepEqual(await close(), []);
  }
});

test('the demo says what the plan asks', async () => {
  const { tab, close } = await open(browser, pages.demo.url);
  const overview = await tab.locator('.overview').innerText();
  for (const word of ['READY', 'NOT READY', 'READY, WITH LOSSES', 'UNKNOWN', 'Most frequent blockers', 'could not be used']) {
    assert.ok(overview.includes(word), word);
  }
  const link = tab.locator('.overview tbody a').first();
  await link.click();
  assert.match(tab.url(), /#sheet-1$/);
  assert.deepEqual(await close(), []);
});
