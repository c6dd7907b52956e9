'use strict';
// The report's one script. It draws the table of devices out of the JSON that stands in the page.
//
// Three rules. Every word was decided before it came here: this file sorts, hides and shows, and
// judges nothing. Text becomes text nodes, never markup. Only a few rows are in the page at a time.
(async () => {
  const CHUNK = 100; // rows drawn at once; "Show more" draws as many again
  // The columns of a row in the embedded JSON, in the order in which the page writes them.
  const [STATUS, SEVERITY, NAME, SERIAL, USER, EMAIL, DEPARTMENT, SITE, MODEL, OS, GOOD, GOOD_AGE, KIND, AGE, AGE_NUMBER, FIX, REASON,
    HOSTS, FLAGS, EXTRA, CODES, COPY, GROUP, POLICY, NIGHTS, FAILING] = Array.from({ length: 26 }, (_, i) => i);
  const AT_RISK = 1, WAIVED = 2, APART = 4, SOON = 8, LEFT = 16; // bits of FLAGS
  const [ROWS, TO, SUBJECT, BODY] = [0, 1, 2, 3]; // of a task
  const UNKNOWN = -1; // in place of an unknown text

  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  async function inflated(base64) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return JSON.parse(await new Response(stream).text());
  }
  const fleet = await inflated(byId('fleet').textContent).catch(() => null);
  if (!fleet) {
    byId('too-old').hidden = false; // this browser cannot decompress
    return;
  }
  const words = fleet.words;
  const text = (i) => (i === UNKNOWN ? '' : fleet.texts[i]);
  const keyOf = (i) => text(fleet.rows[i][COPY]) || String(i); // names a device in the address
  const fixOf = (row) => fleet.fixes[row[FIX]]; // id, title, who acts

  // ---- small tools for the page ----

  const SVG = 'http://www.w3.org/2000/svg';
  function build(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }
  const el = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => build(document.createElementNS(SVG, tag), attributes, children);
  const shape = (name, tone) => svg('svg', { class: `shape tone-${tone}`, 'aria-hidden': 'true', viewBox: '0 0 16 16' },
    svg('use', { href: `#shape-${name}` }));
  const bdi = (words, attributes) => el('bdi', attributes, words);
  const known = (i) => (i === UNKNOWN ? el('span', { class: 'soft' }, words.unknown) : bdi(text(i)));
  const plural = (n, one, many) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

  // A path in a text, shortened to its last part. The whole text stays in the title.
  function short(words) {
    const last = Math.max(words.lastIndexOf('/'), words.lastIndexOf('\\'));
    const deep = (words.match(/[/\\]/g) || []).length > 1;
    return deep && last > 12 ? bdi(`…/${words.slice(last + 1)}`, { title: words }) : bdi(words);
  }

  // ---- which rows, in which order ----

  const EMPTY = { q: '', status: '', fix: '', severity: '', age: '', host: '', dept: '', site: '', group: '', policy: '', sort: 'worst', dir: 'asc', open: '' };
  const state = { ...EMPTY };
  let limit = CHUNK;
  let view = [];
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

  const fold = (words) => words.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const SEARCHED = [NAME, SERIAL, USER, EMAIL, DEPARTMENT, SITE, MODEL, OS, REASON, EXTRA, GROUP, POLICY];
  let haystacks = null;
  function haystack(i) {
    haystacks ??= fleet.rows.map((row) => fold([...SEARCHED.map((column) => text(row[column])), fixOf(row)[1],
      ...row[HOSTS].map((h) => fleet.hosts[h]), ...row[CODES].map((c) => fleet.codes[c])].join('\n')));
    return haystacks[i];
  }

  const KINDS = {
    risk: (flags) => flags & AT_RISK,
    todo: (flags) => flags & (AT_RISK | SOON),
    waived: (flags) => flags & WAIVED,
    apart: (flags) => flags & APART,
  };
  function isOfKind(row) {
    const flags = row[FLAGS];
    if (state.status !== 'apart' && flags & APART) return false;
    if (state.status in KINDS) return KINDS[state.status](flags);
    return !state.status || fleet.statuses[row[STATUS]][0] === state.status;
  }
  // What a row has under each list of choices.
  const CHOICES = {
    fix: (row) => [fixOf(row)[0]],
    severity: (row) => [row[SEVERITY] === UNKNOWN ? '' : fleet.severities[row[SEVERITY]][0]],
    age: (row) => [String(row[AGE_NUMBER])],
    host: (row) => row[HOSTS].map((h) => fleet.hosts[h]),
    dept: (row) => [text(row[DEPARTMENT])],
    site: (row) => [text(row[SITE])],
    group: (row) => [text(row[GROUP])],
    policy: (row) => [text(row[POLICY])],
  };
  function filtered() {
    const searched = fold(state.q).split(/\s+/).filter(Boolean);
    const chosen = Object.entries(CHOICES).filter(([name]) => state[name]);
    return fleet.rows.map((_, i) => i).filter((i) => {
      const row = fleet.rows[i];
      return isOfKind(row) && chosen.every(([name, of]) => of(row).includes(state[name])) &&
        searched.every((word) => haystack(i).includes(word));
    });
  }

  // A key for sorting; null stands last whichever way the sort runs.
  const textKey = (column) => (row) => (row[column] === UNKNOWN ? null : text(row[column]));
  const SORTS = {
    worst: (row, i) => i, // the page is written worst first
    status: (row) => row[STATUS],
    severity: (row) => -row[SEVERITY],
    device: textKey(NAME),
    serial: textKey(SERIAL),
    user: textKey(USER),
    department: textKey(DEPARTMENT),
    model: textKey(MODEL),
    os: textKey(OS),
    age: (row) => row[AGE],
    nights: (row) => row[FAILING],
    fix: (row) => fixOf(row)[1] || null,
  };
  const DOWN_FIRST = ['age', 'nights'];
  // Whatever the order, devices that could be lost come first.
  function sorted(indices) {
    const key = SORTS[state.sort];
    const keyed = indices.map((i) => [key(fleet.rows[i], i), i, fleet.rows[i][FLAGS] & AT_RISK]);
    const turn = state.dir === 'desc' ? -1 : 1;
    keyed.sort(([a, i, risk], [b, j, other]) => {
      if (risk !== other) return other - risk;
      if (a === null || b === null) return (a === null) - (b === null) || i - j;
      const order = typeof a === 'number' ? a - b : collator.compare(a, b);
      return order * turn || i - j;
    });
    return keyed.map(([, i]) => i);
  }

  // ---- drawing the table ----

  const body = byId('rows');
  const opened = new Set();
  const headings = all('.devices thead th');
  const columns = headings.map((th) => th.className.slice(2));
  // Columns that the width of the window shows: a cell that spans more would make empty ones.
  const spanned = () => headings.filter((th) => getComputedStyle(th).display !== 'none').length;
  const fitSpans = () => all('[colspan]', body).forEach((cell) => { cell.colSpan = spanned(); });

  // The last nights, a bar each: its height says what its colour says. No bar: fleetback did not run.
  const NIGHT = 3; // width of a bar and its gap
  const HEIGHTS = { g: 4, a: 8, f: 14, u: 11, '.': 1 };
  const nightWords = Object.fromEntries(fleet.nights);
  function strip(letters) {
    if (!letters) return null;
    const counts = {};
    for (const letter of letters) counts[letter] = (counts[letter] || 0) + 1;
    const label = fleet.nights.filter(([letter]) => counts[letter]).map(([letter, word]) => `${counts[letter]} ${word}`).join(', ');
    const paths = Object.entries(HEIGHTS).filter(([letter]) => counts[letter]).map(([letter, height]) => svg('path', {
      class: `night-${nightWords[letter].replace(' ', '-')}`,
      d: [...letters].map((each, i) => (each === letter ? `M${i * NIGHT} 14v-${height}h${NIGHT - 1}v${height}z` : '')).join(''),
    }));
    return svg('svg', { class: 'strip', viewBox: `0 0 ${letters.length * NIGHT} 14`, width: letters.length * NIGHT, height: 14, role: 'img', 'aria-label': `${words.nights}: ${label}` }, ...paths);
  }

  const term = ([name, word, tone]) => el('span', { class: 'status' }, shape(name, tone), word);
  const soft = (i, name = '') => (text(i) === '' ? null : el('span', { class: `also ${name}` }, bdi(text(i))));
  const tags = (flags) => [flags & WAIVED ? 'waived' : '', flags & LEFT ? 'left' : flags & APART ? 'apart' : ''].filter(Boolean);
  const CELLS = {
    status: (row) => [term(fleet.statuses[row[STATUS]]),
      ...tags(row[FLAGS]).map((name) => el('span', { class: 'tag' }, words[name]))],
    severity: (row) => [row[SEVERITY] === UNKNOWN ? el('span', { class: 'soft' }, words.none) : term(fleet.severities[row[SEVERITY]])],
    user: (row) => [known(row[USER]), soft(row[DEPARTMENT])],
    serial: (row) => [el('span', { class: 'id' }, known(row[SERIAL]))],
    good: (row) => [bdi(text(row[GOOD])), soft(row[GOOD_AGE]), soft(row[KIND], 'of-kind')],
    nights: (row) => [strip(text(row[NIGHTS]))],
    fix: (row) => [el('span', { class: 'fix' }, fixOf(row)[1]), soft(row[REASON])],
  };
  function cell(name, row, i) {
    if (name === 'device') return deviceCell(row, i);
    const td = el('td', { class: `c-${name}`, role: 'cell' }, ...CELLS[name](row));
    if (['status', 'user', 'fix', 'good'].includes(name)) td.title = all('span, bdi', td).map((node) => node.textContent).filter((words, i, list) => words && words !== list[i - 1]).join(' · ');
    return td;
  }
  function deviceCell(row, i) {
    const isOpen = opened.has(keyOf(i));
    const button = el('button', { class: 'open', type: 'button', 'aria-expanded': String(isOpen), 'aria-controls': isOpen ? `device-${i}` : null },
      bdi(row[NAME] === UNKNOWN ? words.nameless : text(row[NAME])));
    const th = el('th', { class: 'c-device', scope: 'row', role: 'rowheader' }, button, soft(row[MODEL]), soft(row[OS]));
    th.title = [NAME, MODEL, OS].map((column) => text(row[column])).filter(Boolean).join(' · ');
    return th;
  }
  function drawRow(i) {
    const row = fleet.rows[i];
    const isOpen = opened.has(keyOf(i));
    const tr = el('tr', { class: isOpen ? 'row is-open' : 'row', role: 'row', 'data-i': i }, ...columns.map((name) => cell(name, row, i)));
    return isOpen ? [tr, drawDetail(i)] : [tr];
  }
  const headingRow = (label, count) => el('tr', { class: 'kind', role: 'row' },
    el('th', { colspan: spanned(), scope: 'rowgroup', role: 'cell' }, `${label} (${count.toLocaleString('en-GB')})`));

  function drawRows() {
    const atRisk = view.filter((i) => fleet.rows[i][FLAGS] & AT_RISK).length;
    const rows = view.slice(0, limit).map(drawRow);
    if (atRisk && view.length > atRisk) {
      if (rows[atRisk]) rows[atRisk].unshift(headingRow(words.others, view.length - atRisk));
      rows[0].unshift(headingRow(words.atRisk, atRisk));
    }
    body.replaceChildren(...rows.flat());
    const drawn = Math.min(limit, view.length);
    const more = byId('more');
    more.hidden = drawn === view.length;
    more.textContent = `Show ${Math.min(CHUNK, view.length - drawn)} more of ${(view.length - drawn).toLocaleString('en-GB')}`;
    byId('empty').hidden = view.length > 0;
  }

  const inAll = fleet.rows.filter((row) => !(row[FLAGS] & APART)).length;
  function showState() {
    const isAll = view.length === inAll && state.status !== 'apart';
    byId('count').textContent = (isAll ? 'All ' : '') + plural(view.length, 'device', 'devices') +
      (isAll || state.status === 'apart' ? '' : ` of ${inAll.toLocaleString('en-GB')}`);
    byId('said').textContent = '';
    for (const id of ['copy-shown', 'download']) byId(id).disabled = view.length === 0;
    byId('clear').hidden = ['q', 'status', ...Object.keys(CHOICES)].every((name) => state[name] === '');
    for (const chip of all('.chip')) chip.setAttribute('aria-pressed', String(chip.dataset.status === state.status));
    const used = Object.keys(CHOICES).filter((name) => state[name]).length;
    byId('filters').textContent = used ? `Filters (${used})` : 'Filters';
    for (const th of all('.devices thead th')) {
      if (th.dataset.sort === state.sort) th.setAttribute('aria-sort', state.dir === 'desc' ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
    }
  }

  function draw() {
    view = sorted(filtered());
    drawRows();
    showState();
  }

  // ---- a device, opened ----

  // Blocks of devices, each inflated when the first of its devices is opened.
  const blocks = new Map();
  let stored = null;
  async function detailOf(i) {
    stored ??= JSON.parse(byId('details').textContent);
    const number = Math.floor(i / stored.block);
    if (!blocks.has(number)) blocks.set(number, inflated(stored.blocks[number]));
    const block = await blocks.get(number);
    return [block.devices[i % stored.block], block];
  }
  // A letter out of its arrays; `texts` are those of its block.
  const letterOf = ([to, subject, parts], texts) => ({
    to: to.map((i) => texts[i]), subject: texts[subject], body: parts.map((i) => texts[i]).join('\n') + '\n',
  });

  // The panel of a device out of its arrays; `texts` and `advice` are those of its block.
  function panelOf({ sentence, start, action, letter, findings, facts, backups, problems }, { texts, advice }) {
    const word = (i) => (i === UNKNOWN ? '' : texts[i]);
    const say = (i) => bdi(word(i));
    const list = (tag, items) => el(tag, {}, ...items.map((item) => el('li', {}, item)));
    const part = (title, ...children) => el('section', { class: 'part' }, el('h3', {}, title), ...children);
    const pairs = (rows) => el('dl', { class: 'pairs' }, ...rows.map(([label, value]) =>
      el('div', {}, el('dt', {}, word(label)), el('dd', {}, short(word(value))))));
    const harm = (i) => (i === UNKNOWN ? null : el('p', { class: 'destroys' }, shape('warning', 'risk'), say(i)));
    const aside = (i) => (i === UNKNOWN ? null : el('p', { class: 'soft' }, say(i)));
    const folded = (title, ...children) => el('details', {}, el('summary', {}, title), ...children);

    // Text to send on, with a button that copies it and, for a letter, a link that opens a mail.
    function message(body, letter) {
      const said = el('span', { class: 'said small', role: 'status' });
      const button = el('button', { type: 'button' }, words.copy);
      button.addEventListener('click', async () => {
        said.textContent = await copy(body) ? words.copied : words.notCopied;
      });
      const link = letter ? el('a', { class: 'button' }, words.mail) : null;
      if (link) mail(link, letter, said);
      return [el('pre', { class: 'letter', tabindex: 0 }, body), el('p', { class: 'buttons no-print' }, button, link, said)];
    }
    const letterPart = (sent) => part(words.letter, ...message(sent.body, sent));
    function drawAction([title, who, steps, destroys, next]) {
      return part(words.action, el('p', {}, el('strong', { class: 'fix-line' }, word(title)), ' ', el('span', { class: 'soft' }, word(who))),
        harm(destroys), steps.length ? list('ol', steps.map(say)) : null, aside(next));
    }
    function drawFinding([severity, code, cause, why, adviceNumber, waived, evidence, handOver]) {
      const [fix, who, steps, destroys, next] = advice[adviceNumber] ?? [UNKNOWN, UNKNOWN, [], UNKNOWN, UNKNOWN];
      const [severityName, severityWord, tone] = fleet.severities[severity];
      return el('div', { class: 'finding' },
        el('p', { class: 'head' },
          el('b', { class: `tone-${tone}` }, shape(severityName, tone), severityWord), say(cause), el('code', {}, word(code)),
          waived === UNKNOWN ? null : el('span', { class: 'tag' }, say(waived))),
        el('p', {}, short(word(why))),
        el('ul', { class: 'evidence' }, ...evidence.map(([fact, from]) =>
          el('li', {}, say(fact), ' ', el('span', { class: 'from' }, short(word(from)))))),
        steps.length ? folded(el('span', {}, `${word(fix)}: ${words.steps.toLowerCase()}`), el('p', { class: 'soft' }, word(who)), harm(destroys), list('ol', steps.map(say)), aside(next)) : null,
        handOver.length ? folded(words.handOver, ...message(handOver.map(word).join('\n') + '\n')) : null);
    }
    function drawBackup([title, good, tone, facts, files]) {
      return el('div', { class: 'backup' },
        el('p', { class: 'head' }, shape(tone === 'good' ? 'protected' : 'failed', tone), el('b', {}, say(title)), el('span', { class: 'soft' }, say(good))),
        pairs(facts),
        ...files.map(([heading, ...names]) => folded(word(heading), el('div', { class: 'files' }, list('ul', names.map((i) => short(word(i))))))));
    }
    const drawProblem = ([where, what, remedy]) => el('li', {},
      el('span', { class: 'path' }, short(word(where))), ' ', say(what), remedy === UNKNOWN ? null : el('span', { class: 'soft' }, ' ', say(remedy)));

    return el('div', { class: 'sheet' },
      el('p', { class: 'sentence' }, say(sentence)),
      pairs(start),
      el('div', { class: 'first' },
        action === null ? null : drawAction(advice[action]),
        letter ? letterPart(letterOf(letter, texts)) : null),
      part(words.findings, ...(findings.length ? findings.map(drawFinding) : [el('p', { class: 'soft' }, words.noFindings)])),
      part(words.backups, ...(backups.length ? backups.map(drawBackup) : [el('p', { class: 'soft' }, words.noBackups)])),
      problems.length ? part(words.problems, el('ul', {}, ...problems.map(drawProblem))) : null,
      el('div', { class: 'columns' }, ...facts.map(([title, rows]) => part(word(title), pairs(rows)))));
  }

  function drawDetail(i) {
    const td = el('td', { colspan: spanned(), role: 'cell' });
    detailOf(i).then(([detail, block]) => td.replaceChildren(panelOf(detail, block)));
    return el('tr', { class: 'detail', role: 'row', id: `device-${i}` }, td);
  }

  function toggle(tr) {
    const i = Number(tr.dataset.i);
    const key = keyOf(i);
    const opening = !opened.delete(key);
    if (opening) opened.add(key);
    tr.classList.toggle('is-open', opening);
    const button = tr.querySelector('.open');
    button.setAttribute('aria-expanded', String(opening));
    if (opening) {
      tr.after(drawDetail(i));
      button.setAttribute('aria-controls', `device-${i}`);
    } else {
      tr.nextElementSibling.remove();
      button.removeAttribute('aria-controls');
    }
    remember();
  }

  // ---- the address keeps what is shown ----

  function remember() {
    state.open = [...opened].join(',');
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) if (value !== EMPTY[name]) kept.set(name, value);
    const hash = kept.toString();
    try {
      history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
    } catch {
      // A browser that forbids this to local files only loses the memory.
    }
  }
  // True when the address speaks of the table; "#problems" speaks of a section.
  function recall() {
    if (!location.hash.includes('=')) return false;
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const name of Object.keys(EMPTY)) state[name] = kept.get(name) ?? EMPTY[name];
    if (!Object.hasOwn(SORTS, state.sort)) state.sort = EMPTY.sort;
    if (state.dir !== 'desc') state.dir = 'asc';
    if (!all('.chip').some((chip) => chip.dataset.status === state.status)) state.status = EMPTY.status;
    opened.clear();
    state.open.split(',').filter(Boolean).forEach((key) => opened.add(key));
    return true;
  }

  // The lists of choices that the page has: one without sites has no filter for them.
  const FIELDS = Object.fromEntries(Object.entries({ q: 'search', sort: 'sort', ...Object.fromEntries(Object.keys(CHOICES).map((name) => [name, name])) })
    .filter(([, id]) => byId(id)));
  function fillFields() {
    for (const name of Object.keys(CHOICES)) if (!(name in FIELDS)) state[name] = EMPTY[name];
    for (const [name, id] of Object.entries(FIELDS)) {
      byId(id).value = state[name];
      if (byId(id).value !== state[name]) state[name] = byId(id).value = EMPTY[name];
    }
  }
  function scrollToTable() {
    const first = view.find((i) => opened.has(keyOf(i)));
    const row = first === undefined ? null : body.querySelector(`tr[data-i="${first}"]`);
    (row ?? byId('devices')).scrollIntoView({ behavior: 'instant' });
    row?.querySelector('.open').focus({ preventScroll: true });
  }
  function showRemembered() {
    if (!recall()) return;
    limit = CHUNK;
    fillFields();
    view = sorted(filtered());
    const last = view.findLastIndex((i) => opened.has(keyOf(i)));
    limit = Math.max(CHUNK, Math.ceil((last + 1) / CHUNK) * CHUNK);
    draw();
    scrollToTable();
  }

  // ---- copying, saving ----

  async function copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      const area = el('textarea', { class: 'hidden-words', 'aria-hidden': 'true' });
      area.value = words;
      document.body.append(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      return done;
    }
  }
  async function copySerials(indices, said) {
    const serials = indices.map((i) => fleet.rows[i][COPY]).filter((c) => c !== UNKNOWN).map(text);
    const left = indices.length - serials.length;
    const done = await copy(serials.join('\n') + '\n');
    said.textContent = !done ? words.notCopied
      : `Copied ${plural(serials.length, 'serial number', 'serial numbers')}` + (left ? `; ${plural(left, 'device has', 'devices have')} none` : '');
  }

  // ---- mail ----

  const LINK_MAX = 1900; // mail programs and Windows cut an address near 2,000 letters
  const encoded = (words) => encodeURIComponent(words).replaceAll('%40', '@');
  // The link that holds most of a letter, the words that say what it leaves out, and that.
  function mailLink({ to, subject, body }) {
    const list = to.map(encoded).join(',');
    const addressed = to.length > 1 ? `?bcc=${list}&` : `${list}?`;
    const text = `&body=${encoded(body.replaceAll('\n', '\r\n'))}`;
    const addresses = to.join(', ');
    const tries = [
      [addressed, text, null, ''],
      [addressed, '', words.mailText, body],
      ['?', text, words.mailAddresses, addresses],
      ['?', '', words.mailBoth, `${addresses}\n\n${body}`],
    ].map(([who, what, ...left]) => [`mailto:${who}subject=${encoded(subject)}${what}`, ...left]);
    return tries.find(([href]) => href.length <= LINK_MAX) ?? tries.at(-1);
  }
  // Makes a link open a mail. What the link cannot hold is copied as it is pressed, and it says so before.
  function mail(link, letter, said) {
    const [href, hint, left] = mailLink(letter);
    link.href = href;
    if (!hint) return;
    link.title = hint;
    link.addEventListener('click', async () => {
      said.textContent = await copy(left) ? hint : words.notCopied;
    });
  }

  // The columns of the saved table: the first ones of the program's CSV file, with the same cells.
  const guarded = new Set(fleet.guarded);
  const guardedText = (i) => (guarded.has(i) ? `'${text(i)}` : text(i));
  const SAVED = {
    could_be_lost: (row) => (row[FLAGS] & AT_RISK ? 'yes' : 'no'),
    listed: (row) => (row[FLAGS] & LEFT ? 'left-mdm' : row[FLAGS] & APART ? 'apart' : 'fleet'),
    status: (row) => fleet.statuses[row[STATUS]][0],
    severity: (row) => (row[SEVERITY] === UNKNOWN ? 'none' : fleet.severities[row[SEVERITY]][0]),
    device_name: (row) => guardedText(row[NAME]),
    user: (row) => guardedText(row[USER]),
    email: (row) => guardedText(row[EMAIL]),
    site: (row) => guardedText(row[SITE]),
    department: (row) => guardedText(row[DEPARTMENT]),
    serial_number: (row) => guardedText(row[SERIAL]),
    last_good_backup: (row) => (/^\d/.test(text(row[GOOD])) ? text(row[GOOD]) : ''), // words where there is none
    age_days: (row) => (row[AGE] === null ? '' : String(row[AGE])),
    reason: (row) => guardedText(row[REASON]),
    likely_fix: (row) => (fixOf(row)[0] ? fixOf(row)[1] : ''),
    who_acts: (row) => fixOf(row)[2],
    message: (row, message) => message,
  };
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  async function messageOf(i) {
    const [{ letter }, { texts }] = await detailOf(i);
    return letter ? letterOf(letter, texts).body : '';
  }
  async function tableAsCsv(indices) {
    const messages = await Promise.all(indices.map(messageOf));
    const lines = [Object.keys(SAVED), ...indices.map((i, n) => Object.values(SAVED).map((of) => of(fleet.rows[i], messages[n])))];
    return `\ufeff${lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`;
  }
  async function download() {
    const saved = view;
    const address = URL.createObjectURL(new Blob([await tableAsCsv(saved)], { type: 'text/csv' }));
    el('a', { href: address, download: 'devices.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    byId('said').textContent = `${words.saved}: ${plural(saved.length, 'row', 'rows')}`;
  }

  // ---- what people press ----

  function change(name, value) {
    state[name] = value;
    if (name === 'sort') state.dir = DOWN_FIRST.includes(value) ? 'desc' : 'asc';
    limit = CHUNK;
    draw();
    remember();
  }

  function listenToTable() {
    for (const [name, id] of Object.entries(FIELDS)) {
      byId(id).addEventListener('input', (event) => change(name, event.target.value));
    }
    for (const chip of all('.chip')) chip.addEventListener('click', () => change('status', chip.dataset.status));
    for (const th of all('.devices thead th[data-sort]')) {
      th.querySelector('button').addEventListener('click', () => {
        if (state.sort === th.dataset.sort) {
          change('dir', state.dir === 'asc' ? 'desc' : 'asc');
        } else {
          change('sort', th.dataset.sort);
          byId('sort').value = state.sort;
        }
      });
    }
    body.addEventListener('click', (event) => {
      const tr = event.target.closest('tr.row');
      if (!tr || (!event.target.closest('.open') && String(getSelection()))) return;
      toggle(tr);
    });
    body.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      const tr = event.target.closest('tr.detail')?.previousElementSibling ?? event.target.closest('tr.is-open');
      if (!tr?.classList.contains('is-open')) return;
      toggle(tr);
      tr.querySelector('.open').focus();
    });
    byId('more').addEventListener('click', () => {
      const first = limit;
      limit += CHUNK;
      drawRows();
      body.querySelector(`tr[data-i="${view[first]}"] .open`)?.focus();
    });
  }

  function listenToTools() {
    byId('filters').addEventListener('click', () => {
      const open = byId('controls').hidden;
      byId('controls').hidden = !open;
      byId('filters').setAttribute('aria-expanded', String(open));
    });
    byId('clear').addEventListener('click', () => {
      Object.assign(state, EMPTY, { sort: state.sort, dir: state.dir });
      fillFields();
      change('q', '');
      byId('search').focus();
    });
    byId('copy-shown').addEventListener('click', () => copySerials(view, byId('said')));
    byId('download').addEventListener('click', download);
    byId('copy-link').addEventListener('click', async () => {
      remember();
      byId('said').textContent = await copy(location.href) ? words.linkCopied : words.notCopied;
    });
  }

  // ---- the work list ----

  function listenToTasks() {
    const said = byId('task-said');
    for (const button of all('.task .open')) {
      button.addEventListener('click', () => {
        const open = button.closest('.task').classList.toggle('is-open');
        button.setAttribute('aria-expanded', String(open));
      });
    }
    for (const button of all('[data-copy]')) button.addEventListener('click', () => copySerials(fleet.tasks[button.dataset.copy][ROWS], said));
    for (const link of all('[data-mail]')) {
      const task = fleet.tasks[link.dataset.mail];
      mail(link, { to: task[TO].map(text), subject: text(task[SUBJECT]), body: text(task[BODY]) }, said);
    }
  }

  // As many names as fit into the line of a task, with their devices where all fit, and how many it leaves out.
  function nameSome(line, count) {
    all('.name', line).forEach((name, i) => { name.hidden = i >= count; });
    const left = Number(line.dataset.count) - count;
    line.querySelector('.more').textContent = left ? `and ${left.toLocaleString('en-GB')} more` : '';
  }
  function nameWhatFits(line) {
    let count = all('.name', line).length;
    line.classList.remove('names-only');
    nameSome(line, count);
    line.classList.toggle('names-only', line.scrollWidth > line.clientWidth);
    while (count > 1 && line.scrollWidth > line.clientWidth) nameSome(line, count -= 1);
  }
  const nameAll = () => all('.task .people[data-count]').forEach((line) => {
    line.classList.remove('names-only');
    nameSome(line, all('.name', line).length);
  });
  const nameWhatFitsAll = () => all('.task .people[data-count]').forEach(nameWhatFits);

  function listenToTabs() {
    const tabs = all('[role=tab]');
    const select = (chosen) => tabs.forEach((tab) => {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute('aria-controls')).classList.toggle('is-hidden', !isChosen);
      nameWhatFitsAll();
    });
    tabs.forEach((tab, place) => {
      tab.addEventListener('click', () => select(tab));
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(place + step + tabs.length) % tabs.length];
        select(next);
        next.focus();
      });
    });
    if (tabs.length) select(tabs.find((tab) => byId(tab.getAttribute('aria-controls')).querySelector('.task')) ?? tabs[0]);
  }

  // ---- paper: every device that could be lost ----

  const PAPER_MAX = 1000; // devices on paper
  function dressForPaper() {
    const atRisk = fleet.rows.filter((row) => row[FLAGS] & AT_RISK);
    const rows = atRisk.slice(0, PAPER_MAX).map((row) => el('tr', {},
      el('td', {}, fleet.statuses[row[STATUS]][1]), el('th', { scope: 'row' }, bdi(row[NAME] === UNKNOWN ? words.nameless : text(row[NAME]))),
      el('td', { class: 'id' }, known(row[SERIAL])), el('td', {}, known(row[USER])), el('td', {}, [GOOD, GOOD_AGE, KIND].map((column) => text(row[column])).filter(Boolean).join(', ')),
      el('td', {}, fixOf(row)[1]), el('td', {}, bdi(text(row[REASON])))));
    const left = atRisk.length - rows.length;
    if (left) rows.push(el('tr', {}, el('td', { colspan: 7 }, words.notOnPaper.replace('#', left.toLocaleString('en-GB')))));
    byId('paper-rows').replaceChildren(...rows);
    nameAll();
  }
  function undress() {
    byId('paper-rows').replaceChildren();
    nameWhatFitsAll();
  }

  document.documentElement.classList.add('alive');
  listenToTable();
  listenToTools();
  listenToTasks();
  listenToTabs();
  addEventListener('hashchange', showRemembered);
  addEventListener('beforeprint', dressForPaper);
  addEventListener('afterprint', undress);
  addEventListener('resize', () => requestAnimationFrame(() => {
    nameWhatFitsAll();
    fitSpans();
  }));
  if (location.hash.includes('=')) {
    showRemembered();
  } else {
    fillFields();
    draw();
  }
})();
