// The HTML report in a real browser: does it say what the results say, and does it do nothing else?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { bytes, demo, emptied, fleet, grown, HOSTILE, isAtRisk, launch, open, page, poisoned } from './pages.mjs';

let browser;
const pages = {};
before(async () => {
  pages.fleet = page('fleet', fleet);
  pages.hostile = page('hostile', poisoned(fleet));
  pages.many = page('many', grown(fleet, 10_000));
  pages.none = page('none', emptied(fleet));
  browser = await launch();
});
after(() => browser?.close());

const inFleet = fleet.devices.filter((device) => !device.listed_apart);
const atRisk = fleet.devices.filter(isAtRisk);

/** Opens a page, runs the body, and asks that nothing went wrong meanwhile. */
async function looking(url, body, options) {
  const { tab, close } = await open(browser, url, options);
  await body(tab);
  assert.deepEqual(await close(), []);
}
const rows = (tab) => tab.locator('#rows tr.row');
const count = (tab) => tab.locator('#count').innerText();
const serials = (tab) => tab.locator('#rows .c-serial').allInnerTexts();
const told = (list) => list.filter((item) => item !== null && item !== undefined);

test('the first screen answers how many and what to do', () => looking(pages.fleet.url, async (tab) => {
  const headline = await tab.locator('h1').innerText();
  assert.match(headline, new RegExp(`\\b${atRisk.length}\\b`));
  assert.match(headline, new RegExp(`\\b${inFleet.length}\\b`));
  assert.match(headline, /could be lost/);
  for (const [status, number] of Object.entries(fleet.summary.status)) {
    const apart = fleet.devices.filter((device) => device.listed_apart && device.status === status).length;
    assert.equal(await tab.locator(`.counts a[href="#status=${status}"] .number`).innerText(), String(number - apart), status);
  }
  const groups = await tab.locator('.group').count();
  assert.ok(groups > 0);
  const top = await tab.locator('h1').boundingBox();
  assert.ok(top.y < 300, 'the headline stands on the first screen');
}));

test('what could not be read is said on the first screen and leads to the list', () => looking(pages.fleet.url, async (tab) => {
  const incomplete = fleet.problems.filter((problem) => problem.level === 'incomplete');
  assert.ok(incomplete.length > 0, 'the test fleet has unreadable evidence');
  const notice = tab.locator('.notice');
  assert.match(await notice.innerText(), new RegExp(`\\b${incomplete.length}\\b`));
  await notice.locator('a').click();
  await tab.locator('#problems').waitFor();
  const shown = await tab.locator('section[aria-labelledby=problems] > table tbody tr').count();
  assert.equal(shown, incomplete.length);
  await tab.waitForFunction(() => document.getElementById('problems').getBoundingClientRect().top < innerHeight);
}));

test('every group copies its serial numbers and shows its devices', () => looking(pages.fleet.url, async (tab) => {
  for (const group of await tab.locator('.group').all()) {
    const named = Number(await group.locator('.how-many').evaluate((node) => node.firstChild.textContent));
    await group.locator('button').click();
    const copied = (await tab.evaluate(() => navigator.clipboard.readText())).trim().split('\n');
    assert.equal(copied.length, named);
    const listed = await group.locator('.serials li').allTextContents();
    assert.deepEqual(copied, listed);
    await group.locator('a.button').click();
    await tab.waitForFunction(() => location.hash.includes('fix='));
    const inTable = await serials(tab);
    // A device without a serial number is copied by its UDID.
    const known = copied.filter((number) => fleet.devices.some((device) => device.serial_number === number));
    assert.deepEqual(inTable.filter((serial) => serial !== 'unknown'), known);
    assert.equal(inTable.length, named);
  }
}, { permissions: ['clipboard-read', 'clipboard-write'] }));

test('search narrows to the devices that hold every word', () => looking(pages.fleet.url, async (tab) => {
  const one = inFleet.find((device) => device.serial_number);
  assert.equal(await rows(tab).count(), inFleet.length);
  assert.match(await count(tab), new RegExp(`^All ${inFleet.length} devices$`));
  await tab.fill('#search', one.serial_number.toLowerCase());
  assert.deepEqual(await serials(tab), [one.serial_number]);
  assert.match(await count(tab), /^1 device of/);
  await tab.fill('#search', 'no such device anywhere');
  assert.equal(await rows(tab).count(), 0);
  assert.ok(await tab.locator('#empty').isVisible());
  await tab.click('#clear');
  assert.equal(await rows(tab).count(), inFleet.length);
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'search');
}));

test('filters by status, fix, host and department', () => looking(pages.fleet.url, async (tab) => {
  const check = async (id, value, fits) => {
    await tab.selectOption(`#${id}`, value);
    assert.deepEqual((await serials(tab)).filter((s) => s !== 'unknown').sort(), told(fleet.devices.filter(fits).map((d) => d.serial_number)).sort(), `${id}=${value}`);
    assert.ok(await rows(tab).count() > 0, `${id}=${value} shows something`);
    await tab.selectOption(`#${id}`, '');
  };
  for (const status of new Set(inFleet.map((device) => device.status))) {
    await check('status', status, (device) => !device.listed_apart && device.status === status);
  }
  await check('status', 'risk', isAtRisk);
  if (fleet.devices.some((device) => device.listed_apart)) await check('status', 'apart', (device) => device.listed_apart);
  for (const host of new Set(inFleet.flatMap((device) => device.backups.map((backup) => backup.host)))) {
    await check('host', host, (device) => !device.listed_apart && device.backups.some((backup) => backup.host === host));
  }
  for (const department of new Set(told(inFleet.map((device) => device.department)))) {
    await check('dept', department, (device) => !device.listed_apart && device.department === department);
  }
}));

test('sort: one aria-sort, both ways, unknown ages last', () => looking(pages.fleet.url, async (tab) => {
  const sorted = () => tab.locator('th[aria-sort]').evaluateAll((all) => all.map((th) => [th.dataset.sort, th.getAttribute('aria-sort')]));
  assert.deepEqual(await sorted(), [['worst', 'ascending']]);
  const ages = async () => (await serials(tab)).map((serial) => fleet.devices.find((device) => device.serial_number === serial)?.age_days ?? null);
  const known = (list) => list.filter((age) => age !== null);
  await tab.click('th[data-sort=age] button');
  assert.deepEqual(await sorted(), [['age', 'descending']]);
  const down = await ages();
  assert.deepEqual(known(down), known(down).toSorted((a, b) => b - a));
  assert.ok(down.slice(known(down).length).every((age) => age === null));
  await tab.click('th[data-sort=age] button');
  assert.deepEqual(await sorted(), [['age', 'ascending']]);
  const up = await ages();
  assert.deepEqual(known(up), known(up).toSorted((a, b) => a - b));
  assert.ok(up.slice(known(up).length).every((age) => age === null));
  await tab.selectOption('#sort', 'serial');
  assert.deepEqual(await sorted(), [['serial', 'ascending']]);
  const numbers = (await serials(tab)).filter((serial) => serial !== 'unknown');
  assert.deepEqual(numbers, numbers.toSorted(new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare));
}));

test('a device opens by mouse and by keyboard to all that is known', () => looking(pages.fleet.url, async (tab) => {
  const device = inFleet.find((d) => d.findings.length && d.backups.length && d.serial_number);
  await tab.fill('#search', device.serial_number);
  await tab.locator('#rows .c-good').click();
  const sheet = tab.locator('#rows .sheet');
  const words = await sheet.innerText();
  const spaced = (text) => text.replace(/\s+/g, ' ').trim();
  for (const finding of device.findings) {
    for (const text of [finding.code, finding.cause, finding.why, finding.likely_fix.title, ...finding.likely_fix.steps]) {
      assert.ok(spaced(words).includes(spaced(text)), text);
    }
    for (const evidence of finding.evidence) {
      assert.ok(spaced(words).includes(spaced(evidence.text)), evidence.text);
      assert.ok(spaced(words).includes(spaced(evidence.source)), evidence.source);
    }
  }
  for (const backup of device.backups) assert.ok(words.includes(backup.path), backup.path);
  await tab.locator('#rows .c-good').click();
  assert.equal(await sheet.count(), 0);
  const button = tab.locator('#rows .open');
  for (const key of ['Enter', 'Space']) {
    await button.focus();
    await tab.keyboard.press(key);
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    assert.equal(await sheet.count(), 1);
    await tab.keyboard.press('Escape');
    assert.equal(await sheet.count(), 0);
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
  }
}));

test('every device opens', () => looking(pages.fleet.url, async (tab) => {
  const buttons = await tab.locator('#rows .open').all();
  for (const button of buttons) await button.click();
  assert.equal(await tab.locator('#rows .sheet').count(), inFleet.length);
}));

test('the demo opens, every device of it', () => {
  const results = demo();
  return looking(page('demo', results).url, async (tab) => {
    assert.match(await tab.locator('h1').innerText(), new RegExp(`\\b${results.summary.at_risk}\\b`));
    const buttons = await tab.locator('#rows .open').all();
    assert.equal(buttons.length, results.devices.filter((device) => !device.listed_apart).length);
    for (const button of buttons) await button.click();
    assert.equal(await tab.locator('#rows .sheet').count(), buttons.length);
  });
});

test('the address keeps search, filters, sort and what is open', () => looking(pages.fleet.url, async (tab) => {
  const device = atRisk.find((d) => d.serial_number);
  await tab.fill('#search', device.serial_number);
  await tab.selectOption('#status', device.status);
  await tab.click('th[data-sort=age] button');
  await tab.locator('#rows .open').first().click();
  const address = await tab.evaluate(() => location.href);
  await tab.goto('about:blank');
  await tab.goto(address);
  assert.equal(await tab.inputValue('#search'), device.serial_number);
  assert.equal(await tab.inputValue('#status'), device.status);
  assert.deepEqual(await serials(tab), [device.serial_number]);
  assert.equal(await tab.locator('#rows .sheet').count(), 1);
  assert.equal(await tab.locator('th[aria-sort]').getAttribute('data-sort'), 'age');
  await tab.evaluate(() => { location.hash = '#status=nonsense&sort=nonsense&dir=up&open=x&fix=%3Cscript%3E'; });
  await tab.waitForFunction((n) => document.querySelectorAll('#rows tr.row').length === n, inFleet.length);
}));

test('the button copies the serial numbers of what is shown', () => looking(pages.fleet.url, async (tab) => {
  await tab.selectOption('#status', 'risk');
  await tab.click('#copy-shown');
  const copied = (await tab.evaluate(() => navigator.clipboard.readText())).trim().split('\n');
  const wanted = told(atRisk.map((device) => device.serial_number));
  assert.deepEqual(copied.filter((line) => wanted.includes(line)), wanted);
  assert.match(await tab.locator('#said').innerText(), /^Copied/);
}, { permissions: ['clipboard-read', 'clipboard-write'] }));

test('hostile text in every field stays text', () => looking(pages.hostile.url, async (tab) => {
  for (const button of await tab.locator('#rows .open').all()) await button.click();
  for (const summary of await tab.locator('details:not([open]) > summary').all()) if (await summary.isVisible()) await summary.click();
  await tab.fill('#search', 'broken=1');
  assert.ok(await rows(tab).count() > 0, 'the text itself can be searched');
  assert.equal(await tab.evaluate(() => window.broken), undefined);
  assert.equal(await tab.locator('img, a[href^="javascript"]').count(), 0);
  assert.equal(await tab.locator('script').count(), 3);
  assert.doesNotMatch(pages.hostile.html, /\u202e/, 'text that turns the reading direction is written out');
  assert.doesNotMatch(await tab.locator('body').innerText(), /[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
}));

test('hostile text stays text without the script too', () => looking(pages.hostile.url, async (tab) => {
  assert.equal(await tab.locator('img, a[href^="javascript"]').count(), 0);
  assert.match(await tab.locator('noscript').innerText(), /<script>window\.broken/);
}, { javaScriptEnabled: false }));

test('without JavaScript every device that is not in order is listed', () => looking(pages.fleet.url, async (tab) => {
  const listed = await tab.locator('noscript').innerText();
  for (const serial of told(atRisk.map((device) => device.serial_number))) assert.ok(listed.includes(serial), serial);
  assert.ok(listed.includes('no name known'), 'also the device that nobody names');
  for (const id of ['search', 'rows', 'copy-shown']) assert.equal(await tab.locator(`#${id}`).isVisible(), false, id);
}, { javaScriptEnabled: false }));

test('10,000 devices are ready at once and few rows are drawn', () => looking(pages.many.url, async (tab) => {
  const ready = await tab.evaluate(() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd);
  const drawn = await rows(tab).count();
  assert.ok(drawn > 0 && drawn < 500, `${drawn} rows drawn`);
  const time = (action) => tab.evaluate(`(() => { const start = performance.now(); ${action}; return performance.now() - start; })()`);
  const press = "const field = document.getElementById('search'); field.value = 'iphone'; field.dispatchEvent(new Event('input'))";
  const search = await time(press);
  const again = await time(press);
  const sort = await time("document.querySelector('th[data-sort=device] button').click()");
  const opened = await time("document.querySelector('#rows .open').click()");
  console.log(`10,000 devices: ${(bytes(pages.many.path) / 1e6).toFixed(2)} MB, ready after ${ready.toFixed(0)} ms, ` +
    `first search ${search.toFixed(0)} ms, next ${again.toFixed(0)} ms, sort ${sort.toFixed(0)} ms, first device opened ${opened.toFixed(0)} ms`);
  await tab.click('#clear');
  const before = await rows(tab).count();
  await tab.click('#more');
  assert.ok(await rows(tab).count() > before);
  assert.match(await count(tab), /^All [\d,]+ devices$/);
}));

test('a fleet of nothing says so', () => looking(pages.none.url, async (tab) => {
  assert.match(await tab.locator('h1').innerText(), /\bno\b|\b0\b/i);
  assert.ok(await tab.locator('#empty').isVisible());
}));

for (const width of [320, 380, 768, 1280, 1920]) {
  test(`at ${width} px nothing makes the page scroll sideways`, () => looking(pages.fleet.url, async (tab) => {
    for (const button of (await tab.locator('#rows .open').all()).slice(0, 8)) await button.click();
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0);
  }, { viewport: { width, height: 900 } }));
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [380, 1280]) {
    test(`axe finds nothing serious, ${colorScheme}, ${width} px`, async () => {
      const { tab, close } = await open(browser, pages.fleet.url, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      for (const button of (await tab.locator('#rows .open').all()).slice(0, 4)) await button.click();
      for (const summary of await tab.locator('details > summary').all()) if (await summary.isVisible()) await summary.click();
      await tab.evaluate(axe.source);
      const { violations } = await tab.evaluate(() => window.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
      assert.deepEqual(bad, []);
      await close();
    });
  }
}

test('dark mode is dark', () => looking(pages.fleet.url, async (tab) => {
  const light = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  assert.ok(light.every((part) => part < 60), String(light));
}, { colorScheme: 'dark' }));

test('on paper: the verdict, the groups with their steps, every device not in order, no controls', () => looking(pages.fleet.url, async (tab) => {
  await tab.emulateMedia({ media: 'print' });
  const printed = await tab.pdf({ format: 'A4', preferCSSPageSize: false });
  assert.ok(printed.length > 10_000);
  await tab.evaluate(() => dispatchEvent(new Event('beforeprint')));
  for (const hidden of ['.controls', '.tally', 'table.devices', '.actions >> nth=0', 'summary >> nth=0']) assert.equal(await tab.locator(hidden).first().isVisible(), false, hidden);
  assert.ok(await tab.locator('h1').isVisible());
  assert.ok(await tab.locator('.group ol').first().isVisible());
  const onPaper = await tab.locator('#paper-rows').innerText();
  for (const serial of told(atRisk.map((device) => device.serial_number))) assert.ok(onPaper.includes(serial), serial);
  assert.ok(onPaper.includes('no name known'), 'also the device that nobody names');
  await tab.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await tab.locator('#paper-rows tr').count(), 0);
  assert.equal(await tab.locator('.group details[open]').count(), 0);
}));

test('what the page holds is what the test put in', () => {
  assert.ok(pages.hostile.html.includes('window.broken=1'));
  assert.ok(HOSTILE.includes('\u202e'));
});
