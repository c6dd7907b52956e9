// The HTML report in a real browser: does it say what the results say, and does it do nothing else?
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { bytes, csvOf, demo, demoNights, emptied, fleet, grown, HOSTILE, inflatedTexts, isApart, isAtRisk, launch, open, page, poisoned, withNights } from './pages.mjs';

let browser;
const pages = {};
before(async () => {
  pages.fleet = page('fleet', fleet);
  pages.hostile = page('hostile', poisoned(fleet));
  pages.nights = page('nights', withNights(fleet));
  pages.many = page('many', grown(fleet, 10_000));
  pages.none = page('none', emptied(fleet));
  pages.demo = page('demo', demo());
  browser = await launch();
});
after(() => browser?.close());

const inFleet = fleet.devices.filter((device) => !isApart(device));
const atRisk = fleet.devices.filter(isAtRisk);
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

/** Opens a page, runs the body, and asks that nothing went wrong meanwhile. */
async function looking(url, body, options) {
  const { tab, close } = await open(browser, url, options);
  await body(tab);
  assert.deepEqual(await close(), []);
}
const rows = (tab) => tab.locator('#rows tr.row');
const count = (tab) => tab.locator('#count').innerText();
const serials = (tab) => tab.locator('#rows .c-serial').allTextContents();
const known = (list) => list.filter((item) => item !== null && item !== undefined);
const number = (words) => Number(words.replaceAll(',', '').match(/\d+/)[0]);
const clipboard = (tab) => tab.evaluate(() => navigator.clipboard.readText());
const spaced = (words) => words.replace(/\s+/g, ' ').trim();

async function openRow(tab, place) {
  await rows(tab).nth(place).locator('.open').click();
  await tab.locator('#rows .sheet').first().waitFor();
}

test('the first screen answers how many and what to do', () => looking(pages.fleet.url, async (tab) => {
  const headline = await tab.locator('h1').innerText();
  assert.match(headline, new RegExp(`\\b${atRisk.length}\\b`));
  assert.match(headline, new RegExp(`\\b${inFleet.length}\\b`));
  assert.match(headline, /could be lost/);
  for (const status of Object.keys(fleet.summary.status)) {
    const expected = inFleet.filter((device) => device.status === status).length;
    assert.equal(await tab.locator(`.counts a[href="#status=${status}"] .number`).innerText(), String(expected), status);
  }
}));

test('the whole work list stands on the first screen at 1280 x 800, whichever tab is open', () => looking(pages.demo.url, async (tab) => {
  for (const name of ['For IT', 'For users']) {
    await tab.getByRole('tab', { name }).click();
    const last = await tab.locator('.list:not(.is-hidden) .row-line').last().boundingBox();
    assert.ok(last.y + last.height <= 800, `${name} ends at ${last.y + last.height} px`);
    for (const line of await tab.locator('.list:not(.is-hidden) .row-line').all()) assert.ok((await line.boundingBox()).height <= 41, 'a row is 40 px high');
  }
}, { viewport: { width: 1280, height: 800 } }));

test('the work list adds up to the headline', () => looking(pages.fleet.url, async (tab) => {
  const sum = async (column) => (await tab.locator(`.tasks .row-line .amount:nth-child(${column})`).allTextContents()).map(number).reduce((a, b) => a + b, 0);
  assert.equal(await sum(1), atRisk.length);
  const perTab = (await tab.locator('[role=tab] .count').allTextContents()).map(number).reduce((a, b) => a + b, 0);
  assert.equal(await sum(1) + await sum(2), perTab);
}));

test('tabs are one stop for the keyboard and turn with the arrows', () => looking(pages.fleet.url, async (tab) => {
  const selected = () => tab.locator('[role=tab][aria-selected=true]').allTextContents();
  await tab.locator('[role=tab][aria-selected=true]').focus();
  assert.match((await selected())[0], /^For IT/);
  await tab.keyboard.press('ArrowRight');
  assert.match((await selected())[0], /^For users/);
  assert.ok(await tab.locator('#for-users').isVisible());
  assert.ok(!await tab.locator('#for-it').isVisible());
  assert.equal(await tab.locator('[role=tab][tabindex="-1"]').count(), 1);
}));

test('every task copies its serial numbers, opens its steps and shows its devices', () => looking(pages.fleet.url, async (tab) => {
  for (const task of await tab.locator('.task').all()) {
    const list = await task.locator('xpath=ancestor::*[@role="tabpanel"]').getAttribute('id');
    await tab.click(`#tab-${list}`);
    const [risk, next] = (await task.locator('.row-line .amount').allTextContents()).map(number);
    await task.locator('.open').click();
    const steps = task.locator('.steps');
    assert.ok(await steps.isVisible());
    assert.equal(await steps.locator('.named li').count(), risk + next);
    await task.locator('[data-copy]').click();
    const copied = (await clipboard(tab)).trim().split('\n');
    assert.match(await tab.locator('#task-said').innerText(), /^Copied/);
    const listed = await steps.locator('.named .id').allTextContents();
    assert.deepEqual(copied, listed);
    await task.locator('.open').click();
    assert.ok(!await steps.isVisible());
    await task.locator('a[href^="#status=todo"]').click();
    await tab.waitForFunction(() => location.hash.includes('fix='));
    assert.equal(await rows(tab).count(), risk + next);
    const numbers = copied.filter((each) => fleet.devices.some((device) => device.serial_number === each));
    assert.deepEqual((await serials(tab)).filter((serial) => serial !== 'unknown').sort(), numbers.sort());
  }
}, CLIPBOARD));

test('a row names as many people as fit, says how many more there are, and cuts no name', () => looking(pages.demo.url, async (tab) => {
  for (const width of [800, 1280, 1600, 390]) {
    await tab.setViewportSize({ width, height: 900 });
    await tab.evaluate(() => new Promise(requestAnimationFrame));
    for (const name of ['For IT', 'For users']) {
      await tab.getByRole('tab', { name }).click();
      for (const line of await tab.locator('.list:not(.is-hidden) .people').all()) {
        const { shown, words, count, cut } = await line.evaluate((node) => ({
          shown: [...node.querySelectorAll('.name')].filter((one) => !one.hidden).length,
          words: node.innerText, count: Number(node.dataset.count), cut: node.scrollWidth - node.clientWidth,
        }));
        assert.ok(cut <= 0, `${words} at ${width}`);
        assert.ok(shown >= 1);
        const left = Number(words.match(/and (\d+) more$/)?.[1] ?? 0);
        assert.equal(shown + left, count, words);
      }
    }
  }
}));

/** Where a click wants to go, as the browser sees it. */
async function wanted(tab, link) {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Page.enable');
  const asked = new Promise((done) => session.once('Page.frameRequestedNavigation', ({ url }) => done(url)));
  await link.click();
  return asked;
}

test('a click on a mail opens the mail; what a link cannot hold is copied, and the page says so', async () => {
  const results = structuredClone(fleet);
  const user = results.devices.find((device) => device.could_be_lost && device.findings[0]?.likely_fix === 'turn-on-icloud-backup');
  const fix = user.findings[0].likely_fix;
  const many = Array.from({ length: 200 }, (_, i) => ({ ...structuredClone(user), serial_number: `MANY${i}`, email: `user.${i}@example.org`, user: `User ${i}` }));
  results.devices.push(...many);
  await looking(page('mails', results).url, async (tab) => {
    await tab.click('#tab-for-users');
    const link = tab.locator(`[data-fix=${fix}] [data-mail]`);
    const address = new URL(await wanted(tab, link));
    assert.equal(address.protocol, 'mailto:');
    assert.equal(address.searchParams.get('bcc'), null);
    assert.match(address.searchParams.get('body'), /^Hello,\r\n\r\nYour iPhone or iPad needs your help/);
    await tab.waitForFunction(() => document.getElementById('task-said').textContent);
    assert.match(await tab.locator('#task-said').innerText(), /addresses do not fit .* copied/);
    assert.equal(await link.getAttribute('title'), await tab.locator('#task-said').innerText(), 'it says so before the click too');
    const copied = (await clipboard(tab)).split(', ');
    for (const device of many) assert.ok(copied.includes(device.email), device.email);
    await tab.click('#tab-for-it');
    for (const each of await tab.locator('#for-it [data-mail]').all()) {
      const href = await wanted(tab, each);
      assert.ok(href.length <= 1900);
      const left = await each.getAttribute('title');
      if (!new URL(href).searchParams.has('body')) assert.match(left, /text does not fit/);
    }
  }, CLIPBOARD);
});

test('a letter that a link cannot hold is copied as the mail opens', () => looking(pages.demo.url, async (tab) => {
  const opened = [];
  for (const button of await tab.locator('#rows .open').all()) await button.click();
  await tab.waitForFunction(() => document.querySelectorAll('#rows .sheet').length === document.querySelectorAll('#rows tr.row').length);
  for (const part of await tab.locator('#rows .part:has(.letter)').all()) {
    const link = part.getByRole('link', { name: 'Open as mail' });
    if (!await link.count()) continue;
    const address = new URL(await wanted(tab, link));
    const letter = await part.locator('.letter').textContent();
    assert.ok((await link.getAttribute('href')).length <= 1900);
    if (address.searchParams.has('body')) assert.equal(address.searchParams.get('body').replaceAll('\r\n', '\n'), letter);
    else {
      await part.locator('.said', { hasText: 'copied' }).waitFor();
      assert.equal(await clipboard(tab), letter);
    }
    opened.push(address.searchParams.has('body'));
  }
  assert.ok(opened.length > 3, 'letters of the demo');
}, CLIPBOARD));

test('mail: to the users as blind copies, with the steps, and to nobody for IT', () => looking(pages.fleet.url, async (tab) => {
  for (const list of ['for-it', 'for-users']) {
    for (const link of await tab.locator(`#${list} [data-mail]`).all()) {
      const mail = new URL(await link.getAttribute('href'));
      assert.equal(mail.protocol, 'mailto:');
      assert.ok(mail.searchParams.get('subject'));
      const to = mail.pathname || mail.searchParams.get('bcc');
      if (list === 'for-it') assert.equal(to, null);
      else for (const address of (to ?? '').split(',').filter(Boolean)) assert.ok(fleet.devices.some((device) => device.email === address), address);
      assert.ok((await link.getAttribute('href')).length < 2000);
    }
  }
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

test('ages and places: a click shows exactly the devices that were counted', () => looking(pages.fleet.url, async (tab) => {
  const links = await tab.locator('.where .bars tbody tr').all();
  assert.ok(links.length > 7);
  for (const row of links) {
    const [risk, devices] = (await row.locator('.amount').allTextContents()).map(number);
    await row.locator('a').click();
    await tab.waitForFunction((n) => document.querySelectorAll('#rows tr.row').length === n, devices);
    const drawn = await tab.locator('#rows tr.row').evaluateAll((all) => all.map((tr) => tr.dataset.i));
    const lost = drawn.filter((i) => isAtRisk(fleet.devices[i]));
    assert.equal(lost.length, risk, await row.innerText());
  }
}));

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

test('chips and lists show what they say', () => looking(pages.fleet.url, async (tab) => {
  const check = async (name, act, fits) => {
    await act();
    const expected = known(fleet.devices.filter(fits).map((device) => device.serial_number)).sort();
    assert.deepEqual((await serials(tab)).filter((serial) => serial !== 'unknown').sort(), expected, name);
    assert.ok(await rows(tab).count() > 0, `${name} shows something`);
  };
  const chip = async (value, fits) => {
    await check(value, () => tab.click(`.chip[data-status="${value}"]`), fits);
    assert.equal(await tab.locator('.chip[aria-pressed=true]').count(), 1);
    assert.equal(number(await tab.locator(`.chip[data-status="${value}"] b`).innerText()), await rows(tab).count(), `the number on ${value}`);
  };
  for (const status of new Set(inFleet.map((device) => device.status))) await chip(status, (device) => !isApart(device) && device.status === status);
  await chip('risk', isAtRisk);
  if (fleet.devices.some(isApart)) await chip('apart', isApart);
  await chip('', (device) => !isApart(device));
  await tab.click('#filters');
  const list = async (id, value, fits) => {
    await check(`${id}=${value}`, () => tab.selectOption(`#${id}`, value), (device) => !isApart(device) && fits(device));
    await tab.selectOption(`#${id}`, '');
  };
  for (const host of new Set(inFleet.flatMap((device) => device.backups.map((backup) => backup.host)))) {
    await list('host', host, (device) => device.backups.some((backup) => backup.host === host));
  }
  for (const department of new Set(known(inFleet.map((device) => device.department)))) {
    await list('dept', department, (device) => device.department === department);
  }
  for (const severity of new Set(known(inFleet.map((device) => device.severity)))) {
    await list('severity', severity, (device) => device.severity === severity);
  }
}));

test('sites, groups and ages are filters too', async () => {
  const results = structuredClone(fleet);
  const shown = results.devices.filter((device) => !isApart(device));
  shown.forEach((device, i) => Object.assign(device, { site: i % 2 ? 'Lyon' : 'Kiel', group: i % 3 ? 'Wards' : 'Office', policy_group: i % 4 ? 'phones' : 'shared' }));
  await looking(page('groups', results).url, async (tab) => {
    await tab.click('#filters');
    for (const [id, value, fits] of [['site', 'Lyon', (device) => device.site === 'Lyon'], ['group', 'Office', (device) => device.group === 'Office'], ['policy', 'shared', (device) => device.policy_group === 'shared']]) {
      await tab.selectOption(`#${id}`, value);
      assert.equal(await rows(tab).count(), shown.filter(fits).length, id);
      assert.match(await tab.locator('#filters').innerText(), /^Filters \(1\)$/);
      await tab.click('#clear');
      assert.equal(await rows(tab).count(), shown.length);
    }
    for (const age of await tab.locator('#age option').evaluateAll((all) => all.map((option) => option.value).filter(Boolean))) {
      await tab.selectOption('#age', age);
      const counted = await tab.locator(`.where a[href="#age=${age}"]`).locator('xpath=ancestor::tr').locator('.of').innerText();
      assert.equal(await rows(tab).count(), number(counted), `age ${age}`);
    }
  });
});

test('the bar with search and chips stays in sight', () => looking(pages.many.url, async (tab) => {
  await tab.evaluate(() => document.querySelectorAll('#rows tr.row')[60].scrollIntoView({ behavior: 'instant' }));
  assert.ok((await tab.locator('.toolbar').boundingBox()).y <= 1);
}));

test('sort: devices that could be lost first, one aria-sort, both ways, unknown ages last', () => looking(pages.fleet.url, async (tab) => {
  const sorted = () => tab.locator('th[aria-sort]').evaluateAll((all) => all.map((th) => [th.dataset.sort, th.getAttribute('aria-sort')]));
  const drawn = () => tab.locator('#rows tr.row').evaluateAll((all) => all.map((tr) => Number(tr.dataset.i))).then((all) => all.map((i) => fleet.devices[i]));
  const riskFirst = (devices) => assert.ok(devices.map(isAtRisk).every((risk, i, all) => !risk || i === 0 || all[i - 1]), 'devices at risk first');
  riskFirst(await drawn());
  for (const [direction, order] of [['descending', (a, b) => b - a], ['ascending', (a, b) => a - b]]) {
    await tab.click('th[data-sort=age] button');
    assert.deepEqual(await sorted(), [['age', direction]]);
    riskFirst(await drawn());
    for (const part of [true, false]) {
      const ages = (await drawn()).filter((device) => isAtRisk(device) === part).map((device) => device.age_days ?? null);
      const numbers = ages.filter((age) => age !== null);
      assert.deepEqual(numbers, numbers.toSorted(order));
      assert.ok(ages.slice(numbers.length).every((age) => age === null));
    }
  }
  for (const column of await tab.locator('.devices thead th').evaluateAll((all) => all.map((th) => th.dataset.sort))) {
    await tab.click(`th[data-sort=${column}] button`);
    assert.equal((await sorted())[0][0], column);
    riskFirst(await drawn());
  }
}));

test('rows are one line of 44 px and say what is wrong in words and shapes', () => looking(pages.nights.url, async (tab) => {
  for (const row of await rows(tab).all()) assert.equal(Math.round((await row.boundingBox()).height), 44);
  const first = rows(tab).first();
  for (const cell of ['status', 'severity']) {
    assert.ok((await first.locator(`.c-${cell}`).innerText()).trim());
    assert.equal(await first.locator(`.c-${cell} svg.shape`).count(), 1);
  }
}, { viewport: { width: 1280, height: 900 } }));

test('28 nights: a strip for each row, a line for the fleet, gaps where fleetback did not run', () => looking(pages.nights.url, async (tab) => {
  assert.equal(await tab.locator('#rows svg.strip').count(), inFleet.length);
  assert.match(await tab.locator('#rows svg.strip').first().getAttribute('aria-label'), /^Last 28 nights: .*\d+ not run/);
  assert.equal(await tab.locator('svg.line polyline').count(), 2);
  assert.equal(await tab.locator('svg.line .gap').count(), 3);
  const told = (await tab.locator('#line-desc').textContent()).split('; ');
  assert.equal(told.length, 28);
  assert.equal(number(told.at(-1).split(': ')[1]), atRisk.length, 'the last night is the headline');
  assert.equal(await tab.locator('th.c-nights').count(), 1);
}));

test('a run without a history has no strips and no line', () => looking(pages.fleet.url, async (tab) => {
  for (const selector of ['svg.strip', 'svg.line', '.c-nights']) assert.equal(await tab.locator(selector).count(), 0, selector);
}));

test('a device opens by mouse and by keyboard to all that is known', () => looking(pages.fleet.url, async (tab) => {
  const device = inFleet.find((d) => d.findings.length && d.backups.length && d.serial_number);
  await tab.fill('#search', device.serial_number);
  await tab.locator('#rows .c-good').click();
  const sheet = tab.locator('#rows .sheet');
  await sheet.waitFor();
  const words = spaced(await sheet.textContent());
  const titles = await sheet.locator('[title]').evaluateAll((all) => all.map((node) => node.title));
  const says = (text) => words.includes(spaced(text)) || titles.some((title) => title.includes(text));
  for (const finding of device.findings) {
    for (const text of [finding.code, fleet.causes[finding.cause] ?? finding.cause, finding.why, ...finding.evidence.map((each) => fleet.sources[each.source].name)]) assert.ok(says(text), text);
  }
  for (const backup of device.backups) assert.ok(says(backup.path), backup.path);
  await tab.locator('#rows .row .c-good').click();
  assert.equal(await sheet.count(), 0);
  const button = tab.locator('#rows .open');
  for (const key of ['Enter', 'Space']) {
    await button.focus();
    await tab.keyboard.press(key);
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    await sheet.waitFor();
    await tab.keyboard.press('Escape');
    assert.equal(await sheet.count(), 0);
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
  }
}));

test('a device begins with a sentence, three facts, one action and one letter', () => looking(pages.demo.url, async (tab) => {
  await tab.fill('#search', '45VCJG84LT');
  await openRow(tab, 0);
  const sheet = tab.locator('#rows .sheet');
  assert.match(await sheet.locator('.sentence').innerText(), /^Ben Achterberg’s iPhone 12 could be lost tonight\. /);
  assert.equal(await sheet.locator(':scope > .pairs dt').count(), 3);
  assert.equal(await sheet.locator('.letter').count(), 1);
  const letter = await sheet.locator('.letter').textContent();
  assert.match(letter, /^Hello Ben Achterberg,\n\nYour iPhone 12/);
  await sheet.getByRole('button', { name: 'Copy' }).click();
  assert.equal(await clipboard(tab), letter);
  const mail = new URL(await sheet.getByRole('link', { name: 'Open as mail' }).getAttribute('href'));
  assert.equal(mail.pathname, 'ben.achterberg@lindenhof.example');
  assert.equal(mail.searchParams.get('body').replaceAll('\r\n', '\n'), letter);
  const facts = await sheet.locator(':scope > .pairs dd').allTextContents();
  assert.match(facts[1], /^2026-\d\d-\d\d, local: (was not finished|failed|ended)/, 'words, and no id of the results');
  for (const label of await sheet.locator('dd').allTextContents()) assert.notEqual(label.trim(), '', 'no row without content');
  assert.ok(!spaced(await sheet.innerText()).includes('testdata/demo/backups/'), 'paths are shortened');
}, CLIPBOARD));

test('every device opens', () => looking(pages.demo.url, async (tab) => {
  const buttons = await tab.locator('#rows .open').all();
  for (const button of buttons) await button.click();
  await tab.waitForFunction((n) => document.querySelectorAll('#rows .sheet .sentence').length === n, buttons.length);
}));

test('the address keeps search, filters, sort and what is open', () => looking(pages.fleet.url, async (tab) => {
  const device = atRisk.find((d) => d.serial_number);
  await tab.fill('#search', device.serial_number);
  await tab.click(`.chip[data-status=${device.status}]`);
  await tab.click('th[data-sort=age] button');
  await openRow(tab, 0);
  await tab.click('#copy-link');
  const address = await clipboard(tab);
  await tab.goto('about:blank');
  await tab.goto(address);
  assert.equal(await tab.inputValue('#search'), device.serial_number);
  assert.equal(await tab.locator('.chip[aria-pressed=true]').getAttribute('data-status'), device.status);
  assert.deepEqual(await serials(tab), [device.serial_number]);
  await tab.locator('#rows .sheet').waitFor();
  assert.equal(await tab.locator('th[aria-sort]').getAttribute('data-sort'), 'age');
  await tab.evaluate(() => { location.hash = '#status=nonsense&sort=nonsense&dir=up&open=x&age=99&fix=%3Cscript%3E'; });
  await tab.waitForFunction((n) => document.querySelectorAll('#rows tr.row').length === n, inFleet.length);
}, CLIPBOARD));

test('a link to a device far down opens it', async () => {
  const results = grown(fleet, 10_000);
  const device = results.devices.findLast((each) => each.serial_number && !isApart(each));
  await looking(`${pages.many.url}#open=${device.serial_number}`, async (tab) => {
    await tab.locator('#rows .sheet').waitFor();
    const box = await tab.locator('#rows .is-open').boundingBox();
    assert.ok(box.y >= 0 && box.y < 900);
  });
});

for (const width of [390, 768, 1280]) {
  test(`at ${width} px a link into the table shows the row below the bar`, () => looking(`${pages.nights.url}#status=risk&open=${atRisk.find((device) => device.serial_number).serial_number}`, async (tab) => {
    await tab.locator('#rows .sheet').waitFor();
    const [bar, row] = [await tab.locator('.toolbar').boundingBox(), await tab.locator('#rows tr.is-open').boundingBox()];
    assert.ok(row.y >= bar.y + bar.height - 1, `the row begins at ${row.y}, the bar ends at ${bar.y + bar.height}`);
    assert.ok(row.y < 500);
  }, { viewport: { width, height: 844 } }));
}

/** A CSV text as rows of cells. */
function parsed(csv) {
  const cells = [...csv.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)];
  const all = [[]];
  for (const [, cell, end] of cells) {
    all.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ',') all.push([]);
  }
  return all.slice(0, -1);
}

async function saved(tab) {
  const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('#download')]);
  return readFileSync(await file.path(), 'utf8');
}

test('"download these rows" saves the cells of the CSV file', async () => {
  for (const [name, results] of [['fleet', fleet], ['demo', demo()], ['nights', withNights(fleet)]]) {
    const expected = parsed(csvOf(results).slice(1)).map((cells) => cells.slice(0, 16));
    await looking(pages[name].url, async (tab) => {
      for (const status of ['', 'apart', 'risk']) {
        const chip = tab.locator(`.chip[data-status="${status}"]`);
        if (!await chip.count()) continue;
        await chip.click();
        const [header, ...lines] = parsed((await saved(tab)).slice(1));
        assert.deepEqual(header, expected[0]);
        assert.ok(lines.length > 0);
        const [listed, lost] = [header.indexOf('listed'), header.indexOf('could_be_lost')];
        const fits = { '': (cells) => cells[listed] === 'fleet', apart: (cells) => cells[listed] !== 'fleet', risk: (cells) => cells[lost] === 'yes' }[status];
        assert.deepEqual(lines, expected.slice(1).filter(fits), `${name}, ${status || 'all'}`);
      }
    });
  }
});

test('"download these rows" saves what is shown', () => looking(pages.fleet.url, async (tab) => {
  await tab.click('.chip[data-status=risk]');
  const csv = await saved(tab);
  assert.ok(csv.startsWith('\ufeffcould_be_lost,listed,status,'));
  const [header, ...lines] = parsed(csv.slice(1));
  assert.equal(lines.length, atRisk.length);
  const column = (name) => lines.map((cells) => cells[header.indexOf(name)]);
  assert.deepEqual(column('serial_number'), atRisk.map((device) => device.serial_number ?? ''));
  assert.deepEqual(column('status'), atRisk.map((device) => device.status));
  assert.deepEqual(column('age_days'), atRisk.map((device) => String(device.age_days ?? '')));
  assert.ok(column('could_be_lost').every((value) => value === 'yes'));
}));

test('a saved table holds no formula', async () => {
  const results = structuredClone(fleet);
  const texts = ['=1+1', '@SUM(A1)', '+1', '-1', '\t=1', '21E219', '1/2', 'a "quoted", text', 'plain'];
  results.devices.slice(0, texts.length).forEach((device, i) => { device.device_name = texts[i]; });
  await looking(page('formulas', results).url, async (tab) => {
    const [header, ...lines] = parsed((await saved(tab)).slice(1));
    const names = lines.map((cells) => cells[header.indexOf('device_name')]);
    for (const text of ['=1+1', '@SUM(A1)', '+1', '-1', '21E219', '1/2']) assert.ok(names.includes(`'${text}`), text);
    for (const text of ['a "quoted", text', 'plain']) assert.ok(names.includes(text), text);
    assert.ok(names.every((name) => !/^[=+\-@\t]/.test(name)));
  });
});

test('the button copies the serial numbers of what is shown', () => looking(pages.fleet.url, async (tab) => {
  await tab.click('.chip[data-status=risk]');
  await tab.click('#copy-shown');
  const copied = (await clipboard(tab)).trim().split('\n');
  const expected = known(atRisk.map((device) => device.serial_number));
  assert.deepEqual(copied.filter((line) => expected.includes(line)), expected);
  assert.match(await tab.locator('#said').innerText(), /^Copied/);
}, CLIPBOARD));

test('hostile text in every field stays text', () => looking(pages.hostile.url, async (tab) => {
  await tab.evaluate(() => document.querySelectorAll('.open').forEach((button) => button.click()));
  await tab.waitForFunction(() => document.querySelectorAll('#rows .sheet').length === document.querySelectorAll('#rows tr.row').length);
  for (const summary of await tab.locator('details:not([open]) > summary').all()) if (await summary.isVisible()) await summary.click();
  await tab.fill('#search', 'broken=1');
  assert.ok(await rows(tab).count() > 0, 'the text itself can be searched');
  assert.equal(await tab.evaluate(() => window.broken), undefined);
  assert.equal(await tab.locator('img, a[href^="javascript"]').count(), 0);
  assert.equal(await tab.locator('script').count(), 3);
  assert.ok(await tab.locator('a').evaluateAll((all) => all.every((a) => /^(#|mailto:)/.test(a.getAttribute('href')))));
  assert.doesNotMatch(pages.hostile.html, /\u202e/, 'text that turns the reading direction is written out');
  assert.doesNotMatch(inflatedTexts(pages.hostile.html).join('\n'), /[\u202a-\u202e\u2066-\u2069]/);
  assert.doesNotMatch(await tab.locator('body').innerText(), /[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
}));

test('hostile text stays text without the script too', () => looking(pages.hostile.url, async (tab) => {
  assert.equal(await tab.locator('img, a[href^="javascript"]').count(), 0);
  assert.match(await tab.locator('noscript').innerText(), /<script>window\.broken/);
}, { javaScriptEnabled: false }));

test('without JavaScript the headline, the work list and the devices at risk can be read', () => looking(pages.fleet.url, async (tab) => {
  assert.ok(await tab.locator('h1').isVisible());
  for (const list of ['#for-it', '#for-users']) assert.ok(await tab.locator(list).isVisible());
  assert.ok(await tab.locator('.task .steps ol').first().isVisible());
  const listed = await tab.locator('noscript').innerText();
  for (const serial of known(atRisk.map((device) => device.serial_number))) assert.ok(listed.includes(serial), serial);
  assert.ok(listed.includes('no name known'), 'also the device that nobody names');
  for (const id of ['search', 'rows', 'copy-shown']) assert.equal(await tab.locator(`#${id}`).isVisible(), false, id);
}, { javaScriptEnabled: false }));

test('10,000 devices are ready at once and few rows are drawn', () => looking(pages.many.url, async (tab) => {
  const ready = await tab.evaluate(() => performance.now());
  const drawn = await rows(tab).count();
  assert.ok(drawn > 0 && drawn < 500, `${drawn} rows drawn`);
  const time = (action) => tab.evaluate(`(() => { const start = performance.now(); ${action}; return performance.now() - start; })()`);
  const press = "const field = document.getElementById('search'); field.value = 'iphone'; field.dispatchEvent(new Event('input'))";
  const search = await time(press);
  const again = await time(press);
  const sort = await time("document.querySelector('th[data-sort=device] button').click()");
  const start = Date.now();
  await openRow(tab, 0);
  const size = bytes(pages.many.path) / 1e6;
  console.log(`10,000 devices: ${size.toFixed(2)} MB, ready after ${ready.toFixed(0)} ms, ` +
    `first search ${search.toFixed(0)} ms, next ${again.toFixed(0)} ms, sort ${sort.toFixed(0)} ms, first device opened ${Date.now() - start} ms`);
  assert.ok(size < 6, `${size} MB`);
  await tab.click('#clear');
  const before = await rows(tab).count();
  await tab.click('#more');
  assert.ok(await rows(tab).count() > before);
  assert.match(await count(tab), /^All [\d,]+ devices$/);
}));

test('no number is wider than its place at 50,000 devices', async () => {
  const few = structuredClone(fleet);
  await looking(page('fleet-for-numbers', few).url, async (tab) => {
    for (const width of [390, 800, 1280]) {
      await tab.setViewportSize({ width, height: 900 });
      const wide = await tab.evaluate(() => {
        for (const node of document.querySelectorAll('.amount, .number, .count, .chip b')) {
          const words = [...node.childNodes].find((child) => child.nodeType === Node.TEXT_NODE);
          if (words && /\d/.test(words.data)) words.data = '50,000';
        }
        const boxes = [...document.querySelectorAll('.row-line .amount, .bars .amount, .chip, .counts a, [role=tab]')].filter((node) => node.offsetWidth);
        return [boxes.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.outerHTML.slice(0, 120)),
          document.documentElement.scrollWidth - document.documentElement.clientWidth];
      });
      assert.deepEqual(wide, [[], 0], `at ${width} px`);
    }
  });
});

test('links of the first screen lead to what they name', () => looking(pages.nights.url, async (tab) => {
  for (const status of new Set(inFleet.map((device) => device.status))) {
    await tab.click(`.counts a[href="#status=${status}"]`);
    await tab.waitForFunction((name) => document.querySelector('.chip[aria-pressed=true]').dataset.status === name, status);
    assert.equal(await rows(tab).count(), inFleet.filter((device) => device.status === status).length);
  }
  for (const link of await tab.locator('.asides a').all()) {
    await link.click();
    const target = tab.locator(await link.getAttribute('href'));
    await tab.waitForFunction((id) => Math.abs(document.querySelector(id).getBoundingClientRect().top) < innerHeight, await link.getAttribute('href'));
    assert.ok(await target.isVisible());
  }
}));

test('since last night: each device that has come or gone is a link that opens it', async () => {
  const results = demoNights();
  const { url } = page('since', results);
  await looking(url, async (tab) => {
    const came = results.devices.filter((device) => device.could_be_lost && device.could_be_lost_then !== true);
    const line = await tab.locator('.changes > p').first().innerText();
    assert.match(line, new RegExp(`^${results.summary.at_risk} \\(\\d+ last night\\): `));
    if (came.length) assert.match(line, new RegExp(`\\b${came.length} new\\b`));
    for (const link of await tab.locator('.changes a').all()) {
      const key = new URLSearchParams((await link.getAttribute('href')).slice(1)).get('open');
      await link.click();
      await tab.locator('#rows tr.is-open').waitFor();
      assert.equal(await tab.locator('#rows tr.is-open .c-serial').innerText(), key);
    }
  });
});

test('the list of orders sorts too, and keeps the devices at risk first', () => looking(pages.nights.url, async (tab) => {
  await tab.click('#filters');
  for (const order of await tab.locator('#sort option').evaluateAll((all) => all.map((option) => option.value))) {
    await tab.selectOption('#sort', order);
    const risks = await tab.locator('#rows tr.row').evaluateAll((all) => all.map((tr) => Number(tr.dataset.i))).then((all) => all.map((i) => isAtRisk(fleet.devices[i])));
    assert.ok(risks.every((risk, i) => !risk || i === 0 || risks[i - 1]), order);
  }
}));

test('a device\'s packet for Apple can be copied', () => looking(pages.demo.url, async (tab) => {
  for (const button of await tab.locator('#rows .open').all()) await button.click();
  await tab.waitForFunction(() => document.querySelectorAll('#rows .sheet').length === document.querySelectorAll('#rows tr.row').length);
  const packet = tab.locator('details:has(> summary:text("To hand to Apple Support"))').first();
  await packet.locator('summary').click();
  await packet.getByRole('button', { name: 'Copy' }).click();
  await packet.locator('.said', { hasText: 'Copied' }).waitFor();
  assert.equal(await clipboard(tab), await packet.locator('.letter').textContent());
}, CLIPBOARD));

test('a common cause opens to its steps and its devices', async () => {
  const pattern = { id: 'site:Lyon', kind: 'site', what: 'Lyon', devices: ['C39TEST00002'], missed: 41, of: 44, since: '2026-11-20T06:00:00Z', nights: 3,
    usual_rate: 0.12, probability: 1e-9, cause: 'The network fails', reason: '41 of 44 at Lyon', likely_fix: 'stable-wifi', next_fix: null, confidence: 'medium' };
  await looking(page('pattern', { ...fleet, patterns: [pattern] }).url, async (tab) => {
    const steps = tab.locator('.pattern .steps');
    assert.ok(!await steps.isVisible());
    await tab.click('.pattern .open');
    assert.ok(await steps.isVisible());
    assert.match(await steps.innerText(), /C39TEST00002/);
    await tab.click('.pattern .open');
    assert.ok(!await steps.isVisible());
  });
});

test('a browser that cannot decompress says so, and the work list can still be read', () => looking(pages.fleet.url, async (tab) => {
  assert.ok(await tab.locator('#too-old').isVisible());
  assert.ok(await tab.locator('.task .steps ol').first().isVisible());
}, { tooOld: true }));

test('a fleet of nothing says so', () => looking(pages.none.url, async (tab) => {
  assert.match(await tab.locator('h1').innerText(), /\bno\b|\b0\b/i);
  assert.ok(await tab.locator('#empty').isVisible());
}));

for (const width of [320, 390, 800, 1280, 1600, 1920]) {
  test(`at ${width} px nothing makes the page scroll sideways and no short word is broken`, () => looking(pages.nights.url, async (tab) => {
    for (const button of (await tab.locator('#rows .open').all()).slice(0, 8)) await button.click();
    await tab.waitForFunction(() => document.querySelectorAll('#rows .sheet').length === 8);
    for (const button of (await tab.locator('.task .open').all()).slice(0, 3)) if (await button.isVisible()) await button.click();
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0);
    const broken = await tab.evaluate(() => {
      const found = [];
      const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.parentElement.offsetWidth || node.parentElement.closest('.hidden-words, noscript, svg, option, [class*=only-print]')) continue;
        for (const word of node.data.matchAll(/[\p{L}\p{N}]{2,24}/gu)) {
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
          if (lines.size > 1) found.push(word[0]);
        }
      }
      return found;
    });
    assert.deepEqual(broken, []);
  }, { viewport: { width, height: 900 } }));
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 1280]) {
    test(`axe finds nothing, a row open, ${colorScheme}, ${width} px`, async () => {
      const { tab, close } = await open(browser, pages.nights.url, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      for (const button of (await tab.locator('#rows .open').all()).slice(0, 3)) await button.click();
      await tab.waitForFunction(() => document.querySelectorAll('#rows .sheet').length === 3);
      for (const button of (await tab.locator('.task .open').all()).slice(0, 3)) if (await button.isVisible()) await button.click();
      await tab.click('#filters');
      for (const summary of await tab.locator('details > summary').all()) if (await summary.isVisible()) await summary.click();
      await tab.evaluate(axe.source);
      const { violations } = await tab.evaluate(() => window.axe.run(document));
      const bad = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
      assert.deepEqual(bad, []);
      await close();
    });
  }
}

test('the keyboard goes from the headline to the work list, the places and the table', () => looking(pages.fleet.url, async (tab) => {
  const stops = [];
  for (let i = 0; i < 90; i += 1) {
    await tab.keyboard.press('Tab');
    stops.push(await tab.evaluate(() => document.activeElement.closest('.skip, .counts, .notice, .tabs, .list, .where, .toolbar, thead, #rows')?.classList[0] || document.activeElement.closest('[id]')?.id || document.activeElement.tagName));
  }
  const order = stops.filter((stop, i) => stop !== stops[i - 1]);
  const expected = ['skip', 'counts', 'notice', 'tabs', 'list', 'where', 'toolbar'];
  assert.deepEqual(order.filter((stop) => expected.includes(stop)).slice(0, expected.length), expected);
}));

test('dark mode is dark', () => looking(pages.fleet.url, async (tab) => {
  const light = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  assert.ok(light.every((part) => part < 60), String(light));
}, { colorScheme: 'dark' }));

test('on paper: a page for the manager, the work list with its steps, the devices at risk, no controls', () => looking(pages.fleet.url, async (tab) => {
  await tab.emulateMedia({ media: 'print' });
  await tab.evaluate(() => dispatchEvent(new Event('beforeprint')));
  for (const hidden of ['.toolbar', 'table.devices', '.tabs', '.task .actions', '.where', '.appendix']) assert.equal(await tab.locator(hidden).first().isVisible(), false, hidden);
  for (const shown of ['h1', '.manager .bars', '#for-it', '#for-users', '.task .steps ol']) assert.ok(await tab.locator(shown).first().isVisible(), shown);
  const onPaper = await tab.locator('#paper-rows').innerText();
  for (const serial of known(atRisk.map((device) => device.serial_number))) assert.ok(onPaper.includes(serial), serial);
  assert.ok(onPaper.includes('no name known'), 'also the device that nobody names');
  await tab.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await tab.locator('#paper-rows tr').count(), 0);
}));

test('on paper pages are numbered, and the first is for the manager', () => looking(pages.demo.url, async (tab) => {
  const pdf = await tab.pdf({ format: 'A4', preferCSSPageSize: true });
  const sheets = pagesOf(pdf);
  assert.ok(sheets.length >= 3 && sheets.length <= 8, `${sheets.length} pages`);
  sheets.forEach((sheet, i) => assert.match(sheet, new RegExp(`\\b${i + 1}\\s?/\\s?${sheets.length}\\b`)));
  assert.match(sheets[0], /could be lost tonight/);
  assert.match(sheets[0], /Department/);
  assert.doesNotMatch(sheets[0], /What to do/);
  assert.match(sheets[1], /What to do/);
  assert.match(sheets.at(-1), /45VCJG84LT|Stale|Unknown/);
}));

test('what the page holds is what the test put in', () => {
  assert.ok(pages.hostile.html.includes('window.broken=1'));
  assert.ok(inflatedTexts(pages.hostile.html).some((text) => text.includes('window.broken=1')));
  assert.ok(HOSTILE.includes('\u202e'));
});

/** The text of each page of a PDF. */
function pagesOf(pdf) {
  const run = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, maxBuffer: 64 << 20, encoding: 'utf8' });
  assert.equal(run.status, 0, `pdftotext: ${run.error ?? run.stderr}`);
  return run.stdout.split('\f').filter((sheet) => sheet.trim());
}
