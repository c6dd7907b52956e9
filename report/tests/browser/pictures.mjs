// Pictures of the demo's page, for the docs: `node pictures.mjs FOLDER`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoNights, launch, page, runSheets } from './pages.mjs';

const folder = process.argv[2];
const results = demoNights();
const report = page('pictures', results).url;
const plan = fileURLToPath(new URL('../../../testdata/demo/swap-plan.csv', import.meta.url));
const sheets = runSheets('pictures', results, plan).url;

const WIDE = { width: 1280, height: 800 };
/** Name of the picture, address, window, colours, what is done before. */
const PICTURES = [
  ['report', report, WIDE, 'light'],
  ['dark', report, WIDE, 'dark'],
  ['phone', report, { width: 390, height: 844 }, 'light'],
  ['devices', `${report}#status=risk`, { width: 1600, height: 900 }, 'light'],
  ['device', `${report}#status=risk&open=45VCJG84LT`, WIDE, 'light', (tab) => tab.locator('.sentence').waitFor()],
  ['swap-sheet', `${sheets}#sheet-1`, { width: 900, height: 1200 }, 'light'],
];

const browser = await launch();
for (const [name, url, viewport, colorScheme, before] of PICTURES) {
  const context = await browser.newContext({ viewport, colorScheme });
  const tab = await context.newPage();
  await tab.goto(url);
  await before?.(tab);
  await tab.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}
const tab = await browser.newPage();
await tab.goto(report);
writeFileSync(join(folder, 'print.pdf'), await tab.pdf({ format: 'A4', preferCSSPageSize: true, printBackground: true, pageRanges: '1-3' }));
await browser.close();
