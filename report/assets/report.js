'use strict';
// The report's one script. It draws the table of devices out of the JSON that stands in the page.
//
// Three rules. Every word was decided before it came here: this file sorts, hides and shows, and
// judges nothing. Text becomes text nodes, never markup. Only a few rows are in the page at a time.
(() => {
  const CHUNK = 100; // rows drawn at once; "Show more" draws as many again
  // The columns of a row in the embedded JSON, in the order in which the page writes them.
  const [STATUS, NAME, SERIAL, USER, DEPARTMENT, MODEL, OS, GOOD, GOOD_MORE, AGE, FIX, REASON, HOSTS, FLAGS, EXTRA, COPY, SITE, GROUP, POLICY] =
    Array.from({ length: 19 }, (_, i) => i);
  const AT_RISK = 1, WAIVED = 2, APART = 4, NOT_IN_ORDER = 8, SOON = 16; // bits of FLAGS
  const UNKNOWN = -1; // in place of an unknown text

  const byId = (id) => document.getElementById(id);
  const island = (id) => JSON.parse(byId(id).textContent);
  const fleet = island('fleet');
  const text = (i) => (i === UNKNOWN ? '' : fleet.texts[i]);
  const keyOf = (i) => text(fleet.rows[i][COPY]) || String(i); // names a device in the address

  // ---- small tools for the page ----

  const SVG = 'http://www.w3.org/2000/svg';
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }
  function shape(name, tone) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('class', `shape tone-${tone}`);
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('viewBox', '0 0 16 16');
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('href', `#shape-${name}`);
    svg.append(use);
    return svg;
  }
  const bdi = (words, attributes) => el('bdi', attributes, words);
  const told = (i) => (i === UNKNOWN ? el('span', { class: 'soft' }, fleet.words.unknown) : bdi(text(i)));

  // ---- which rows, in which order ----

  const EMPTY = { q: '', status: '', fix: '', host: '', dept: '', site: '', group: '', policy: '', sort: 'worst', dir: 'asc', open: '' };
  const state = { ...EMPTY };
  let limit = CHUNK;
  let view = [];
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

  const fold = (words) => words.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  let haystacks = null;
  function haystack(i) {
    haystacks ??= fleet.rows.map((row) =>
      fold([NAME, SERIAL, USER, DEPARTMENT, MODEL, OS, REASON, EXTRA].map((c) => text(row[c])).join('\n') +
        '\n' + fleet.fixes[row[FIX]][1] + '\n' + row[HOSTS].map((h) => fleet.hosts[h]).join('\n')));
    return haystacks[i];
  }

  const SPECIAL = {
    risk: (flags) => flags & AT_RISK,
    soon: (flags) => flags & SOON,
    waived: (flags) => flags & WAIVED,
    apart: (flags) => flags & APART,
  };
  const PLACES = { dept: DEPARTMENT, site: SITE, group: GROUP, policy: POLICY };
  function wants(row) {
    const flags = row[FLAGS];
    if (state.status !== 'apart' && flags & APART) return false;
    if (state.status in SPECIAL) return SPECIAL[state.status](flags);
    return !state.status || fleet.statuses[row[STATUS]][0] === state.status;
  }
  function filtered() {
    const words = fold(state.q).split(/\s+/).filter(Boolean);
    const all = [];
    fleet.rows.forEach((row, i) => {
      if (!wants(row)) return;
      if (state.fix && fleet.fixes[row[FIX]][0] !== state.fix) return;
      if (state.host && !row[HOSTS].some((h) => fleet.hosts[h] === state.host)) return;
      if (Object.entries(PLACES).some(([name, column]) => state[name] && text(row[column]) !== state[name])) return;
      if (words.length && !words.every((word) => haystack(i).includes(word))) return;
      all.push(i);
    });
    return all;
  }

  // A key for sorting; null stands last whichever way the sort runs.
  const textKey = (column) => (row) => (row[column] === UNKNOWN ? null : text(row[column]));
  const SORTS = {
    worst: (row, i) => i, // the page is written worst first
    device: textKey(NAME),
    serial: textKey(SERIAL),
    user: textKey(USER),
    department: textKey(DEPARTMENT),
    model: textKey(MODEL),
    os: textKey(OS),
    age: (row) => row[AGE],
    fix: (row) => fleet.fixes[row[FIX]][1] || null,
  };
  function sorted(indices) {
    const key = SORTS[state.sort];
    const keyed = indices.map((i) => [key(fleet.rows[i], i), i]);
    const turn = state.dir === 'desc' ? -1 : 1;
    keyed.sort(([a, i], [b, j]) => {
      if (a === null || b === null) return (a === null) - (b === null) || i - j;
      const order = typeof a === 'number' ? a - b : collator.compare(a, b);
      return order * turn || i - j;
    });
    return keyed.map(([, i]) => i);
  }

  // ---- drawing the table ----

  const body = byId('rows');
  const opened = new Set();

  const cell = (name, ...children) => el('td', { class: `c-${name}`, role: 'cell' }, ...children);
  const under = (...children) => el('span', { class: 'under' }, ...children);
  const dot = () => document.createTextNode(' · ');

  function drawRow(i) {
    const row = fleet.rows[i];
    const [status, word, tone] = fleet.statuses[row[STATUS]];
    const isOpen = opened.has(keyOf(i));
    const button = el('button', { class: 'open', type: 'button', 'aria-expanded': String(isOpen), 'aria-controls': isOpen ? `device-${i}` : null },
      bdi(row[NAME] === UNKNOWN ? fleet.words.nameless : text(row[NAME])));
    const tags = [[WAIVED, 'waived'], [APART, 'apart']].filter(([bit]) => row[FLAGS] & bit)
      .map(([, name]) => el('span', { class: 'tag' }, fleet.words[name]));
    const tr = el('tr', { class: isOpen ? 'row is-open' : 'row', role: 'row', 'data-i': i },
      cell('status', el('span', { class: 'status' }, shape(status, tone), word), ...tags),
      el('th', { class: 'c-device', scope: 'row', role: 'rowheader' }, button,
        under(told(row[MODEL]), dot(), told(row[OS]))),
      cell('serial', el('span', { class: 'id' }, told(row[SERIAL]))),
      cell('user', told(row[USER]), under(told(row[DEPARTMENT]))),
      cell('good', bdi(text(row[GOOD])), under(text(row[GOOD_MORE]))),
      cell('fix', el('span', { class: 'fix' }, fleet.fixes[row[FIX]][1]), el('span', { class: 'under clamp' }, bdi(text(row[REASON])))));
    return isOpen ? [tr, drawDetail(i)] : [tr];
  }

  function drawRows() {
    body.replaceChildren(...view.slice(0, limit).flatMap(drawRow));
    const drawn = Math.min(limit, view.length);
    const more = byId('more');
    more.hidden = drawn === view.length;
    more.textContent = `Show ${Math.min(CHUNK, view.length - drawn)} more of ${view.length - drawn}`;
    byId('empty').hidden = view.length > 0;
  }

  const plural = (n, one, many) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
  function tell() {
    const inAll = fleet.rows.filter((row) => !(row[FLAGS] & APART)).length;
    const part = view.length === inAll && state.status !== 'apart' ? 'All ' : '';
    byId('count').textContent = part + plural(view.length, 'device', 'devices') +
      (part || state.status === 'apart' ? '' : ` of ${inAll.toLocaleString('en-GB')}`);
    byId('said').textContent = '';
    byId('copy-shown').textContent = `Copy ${plural(view.length, 'serial number', 'serial numbers')}`;
    byId('copy-shown').disabled = view.length === 0;
    byId('clear').hidden = ['q', 'status', 'fix', 'host', ...Object.keys(PLACES)].every((name) => state[name] === '');
    for (const th of document.querySelectorAll('.devices thead th')) {
      const mine = th.dataset.sort === state.sort;
      if (mine) th.setAttribute('aria-sort', state.dir === 'desc' ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
    }
  }

  function draw() {
    view = sorted(filtered());
    drawRows();
    tell();
  }

  // ---- a device, opened ----

  let details = null;
  const detailOf = (i) => (details ??= island('details')).devices[i];
  const word = (i) => (i === UNKNOWN ? '' : details.texts[i]);
  const say = (i) => bdi(word(i));
  const list = (tag, attributes, items) => el(tag, attributes, ...items.map((item) => el('li', {}, item)));
  const part = (title, ...children) => el('div', {}, el('h4', {}, title), ...children);

  // pairs: [[label, value], ...]
  const pairs = (rows) => el('dl', { class: 'pairs' }, ...rows.flatMap(([label, value]) =>
    [el('dt', {}, word(label)), el('dd', {}, say(value))]));

  function drawFinding([severity, code, cause, why, fix, facts, steps, destroys, next, waived, evidence, [message, handOver]]) {
    const [severityName, severityWord, tone] = fleet.severities[severity];
    return el('div', { class: 'finding' },
      el('div', { class: 'head' },
        el('b', { class: `tone-${tone}` }, shape(severityName, tone), severityWord),
        el('code', {}, word(code)),
        waived === UNKNOWN ? null : el('span', { class: 'tag' }, say(waived))),
      el('p', { class: 'cause' }, say(cause)),
      el('p', {}, el('span', { class: 'fix-line' }, word(fix)), ' ', el('span', { class: 'soft' }, word(facts))),
      el('p', {}, say(why)),
      steps.length ? list('ol', {}, steps.map(say)) : null,
      destroys === UNKNOWN ? null : el('p', { class: 'destroys' }, shape('warning', 'risk'), say(destroys)),
      next === UNKNOWN ? null : el('p', { class: 'soft' }, say(next)),
      el('ul', { class: 'evidence' }, ...evidence.map(([fact, from]) =>
        el('li', {}, say(fact), el('span', { class: 'from' }, say(from))))),
      drawLetter(fleet.words.message, message),
      drawLetter(fleet.words.handOver, handOver));
  }

  // Text to send on: a list of numbers of lines.
  function drawLetter(title, lines) {
    if (!lines.length) return null;
    const letter = lines.map(word).join('\n') + '\n';
    const said = el('span', { class: 'soft', role: 'status' });
    const button = el('button', { type: 'button', class: 'no-print' }, fleet.words.copy);
    button.addEventListener('click', async () => {
      said.textContent = await copy(letter) ? fleet.words.copied : fleet.words.notCopied;
    });
    return el('details', {}, el('summary', {}, title), el('pre', { class: 'letter' }, letter), button, ' ', said);
  }

  function drawBackup([title, good, tone, facts, files]) {
    return el('div', { class: 'backup' },
      el('div', { class: 'head' }, shape(tone === 'good' ? 'protected' : 'failed', tone), el('b', {}, say(title)), el('span', { class: 'soft' }, say(good))),
      pairs(facts),
      ...files.map(([heading, ...names]) =>
        el('details', {}, el('summary', {}, word(heading)), list('ul', { class: 'files' }, names.map(say)))));
  }

  const drawProblem = ([where, what, remedy]) => el('li', {},
    el('span', { class: 'path' }, say(where)), el('br'), say(what), remedy === UNKNOWN ? null : el('span', { class: 'soft' }, ' ', say(remedy)));

  function drawDetail(i) {
    const { findings, facts, backups, problems } = detailOf(i);
    const words = fleet.words;
    const sheet = el('div', { class: 'sheet' },
      part(words.findings, ...(findings.length ? findings.map(drawFinding) : [el('p', { class: 'soft' }, words.noFindings)])),
      el('div', { class: 'columns' }, ...facts.map(([title, rows]) => part(word(title), pairs(rows)))),
      part(words.backups, ...(backups.length ? backups.map(drawBackup) : [el('p', { class: 'soft' }, words.noBackups)])),
      problems.length ? part(words.problems, el('ul', {}, ...problems.map(drawProblem))) : null);
    return el('tr', { class: 'detail', role: 'row', id: `device-${i}` }, el('td', { colspan: 6, role: 'cell' }, sheet));
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
    for (const name of [...Object.keys(FIELDS), 'dir', 'open']) state[name] = kept.get(name) ?? EMPTY[name];
    if (!(state.sort in SORTS)) state.sort = EMPTY.sort;
    if (state.dir !== 'desc') state.dir = 'asc';
    opened.clear();
    state.open.split(',').filter(Boolean).forEach((key) => opened.add(key));
    return true;
  }

  // A page without sites has no filter for them.
  const FIELDS = Object.fromEntries(Object.entries({ q: 'search', status: 'status', fix: 'fix', host: 'host', dept: 'dept', site: 'site', group: 'group', policy: 'policy', sort: 'sort' })
    .filter(([, id]) => byId(id)));
  function fillFields() {
    for (const [name, id] of Object.entries(FIELDS)) byId(id).value = state[name];
    for (const [name, id] of Object.entries(FIELDS)) if (byId(id).value !== state[name]) state[name] = byId(id).value = EMPTY[name];
  }
  function showRemembered() {
    if (!recall()) return;
    limit = CHUNK;
    fillFields();
    draw();
    byId('devices').scrollIntoView({ behavior: 'instant' });
  }

  // ---- copying ----

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
  async function copySerials(indices, saidIn) {
    const serials = indices.map((i) => fleet.rows[i][COPY]).filter((c) => c !== UNKNOWN).map(text);
    const left = indices.length - serials.length;
    const done = await copy(serials.join('\n') + '\n');
    saidIn.textContent = !done ? 'The browser did not allow it; select the numbers and copy them by hand'
      : `Copied ${plural(serials.length, 'number', 'numbers')}` + (left ? `; ${plural(left, 'device has', 'devices have')} none` : '');
  }

  // ---- what people press ----

  function change(name, value) {
    state[name] = value;
    if (name === 'sort') state.dir = value === 'age' ? 'desc' : 'asc';
    limit = CHUNK;
    draw();
    remember();
  }

  function listen() {
    for (const [name, id] of Object.entries(FIELDS)) {
      byId(id).addEventListener('input', (event) => change(name, event.target.value));
    }
    for (const th of document.querySelectorAll('.devices thead th[data-sort]')) {
      th.querySelector('button').addEventListener('click', () => {
        if (state.sort === th.dataset.sort) {
          state.dir = state.dir === 'asc' ? 'desc' : 'asc';
          change('dir', state.dir);
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
    byId('clear').addEventListener('click', () => {
      Object.assign(state, EMPTY, { sort: state.sort, dir: state.dir });
      fillFields();
      change('q', '');
      byId('search').focus();
    });
    byId('copy-shown').addEventListener('click', () => copySerials(view, byId('said')));
    for (const button of document.querySelectorAll('[data-copy-group]')) {
      button.addEventListener('click', () => copySerials(fleet.groups[button.dataset.copyGroup], button.parentElement.querySelector('.said')));
    }
    addEventListener('hashchange', showRemembered);
    addEventListener('beforeprint', dressForPaper);
    addEventListener('afterprint', undressFromPaper);
  }

  // ---- paper: every device that needs attention, and the steps of every group ----

  let openedForPaper = [];
  function dressForPaper() {
    const rows = fleet.rows.filter((row) => row[FLAGS] & NOT_IN_ORDER).map((row) => el('tr', {},
      el('td', {}, fleet.statuses[row[STATUS]][1]), el('th', { scope: 'row' }, bdi(row[NAME] === UNKNOWN ? fleet.words.nameless : text(row[NAME]))),
      el('td', { class: 'id' }, told(row[SERIAL])), el('td', {}, told(row[USER])), el('td', {}, [text(row[GOOD]), text(row[GOOD_MORE])].filter(Boolean).join(', ')),
      el('td', {}, fleet.fixes[row[FIX]][1]), el('td', {}, bdi(text(row[REASON])))));
    byId('paper-rows').replaceChildren(...rows);
    openedForPaper = [...document.querySelectorAll('.group details:not([open]), .on-paper details:not([open])')];
    openedForPaper.forEach((node) => { node.open = true; });
  }
  function undressFromPaper() {
    byId('paper-rows').replaceChildren();
    openedForPaper.forEach((node) => { node.open = false; });
  }

  recall();
  fillFields();
  draw();
  listen();
  document.documentElement.classList.add('alive');
  if (location.hash.includes('=')) byId('devices').scrollIntoView({ behavior: 'instant' });
})();
