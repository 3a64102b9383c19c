head([
  ['Log', `${figure(data.lines, 12)} lines (${data.format}), ${figure(data.requests, 12)} requests of ${figure(data.callers, 12)} callers (${data.key})`],
  ['Time', `${data.first} to ${data.last}`],
  ['Limits', data.given.limits],
  ['Software', `${data.java}, Bartizan ${data.bartizan}`],
  ['Made', data.date],
  ['Command', data.command],
], `These limits would have refused ${share(data.given)}.`);

function share(one) {
  return `${figure(one.refused, 12)} requests (${percent(one.refusedShare)}) of ${figure(one.callersRefused, 12)} callers (${percent(one.callersRefusedShare)})`;
}
function percent(value) { return value === 0 ? '0 %' : figure(100 * value) + ' %'; }
function words(seconds) {
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  for (const [size, name] of units) if (seconds >= size && seconds % size === 0) return (seconds === size ? '' : seconds / size) + ' ' + name;
  return figure(seconds) + ' s';
}

const left = Object.values(data.leftOut);
if (left.length > 0) {
  element('h2', page, 'Left out');
  element('p', page, 'These lines are in no figure of this page.', 'soft');
  table([
    { name: 'why', of: (l) => l.meaning },
    { name: 'lines', of: (l) => figure(l.lines, 12) },
    { name: 'such as', of: (l) => l.samples.join('   '), text: true },
  ], left);
}

const hour = data.timeline.stepSeconds / 3600;
const overTime = (counts) => counts.map((count, index) => ({ x: index * hour, y: count }));
const hours = { title: 'hours since ' + data.timeline.start, log: false, format: figure };
const perStep = { title: 'requests in ' + words(data.timeline.stepSeconds).trim(), log: false, format: (v) => figure(v) };
let into = section('When');
chart(into, 'All requests, and those refused', [
  { name: 'requests', points: overTime(data.timeline.requests), look: 0 },
  { name: 'refused', points: overTime(data.timeline.refused), look: 2 },
], { x: hours, y: perStep });
const possible = data.algorithms.filter((one) => !one.whyNot);
chart(into, 'Refused, by algorithm', possible.map((one, look) => ({ name: one.algorithm, points: overTime(one.refusedOverTime), look })), { x: hours, y: perStep });

element('h2', page, 'Who');
const by = Object.entries(data.given.refusedBy);
element('p', page, 'Refused by limit: ' + by.map(([name, count]) => name + ' ' + figure(count, 12)).join(', ') + '. Those refused most:', 'soft');
table([
  { name: 'caller', of: (c) => c.caller },
  { name: 'requests', of: (c) => figure(c.requests, 12) },
  { name: 'refused', of: (c) => figure(c.refused, 12) },
  { name: 'first', of: (c) => c.firstRefused, text: true },
  { name: 'last', of: (c) => c.lastRefused, text: true },
], data.worstCallers);

element('h2', page, 'The same limits as each algorithm');
table([
  { name: 'algorithm', of: (a) => a.algorithm },
  { name: 'limits', of: (a) => a.whyNot ? 'not possible: ' + a.whyNot : a.limits, text: true },
  { name: 'requests refused', of: (a) => figure(a.refused, 12) },
  { name: '', of: (a) => a.whyNot ? '' : percent(a.refusedShare) },
  { name: 'callers refused', of: (a) => figure(a.callersRefused, 12) },
  { name: '', of: (a) => a.whyNot ? '' : percent(a.callersRefusedShare) },
], data.algorithms);

if (data.smallest) {
  const found = data.smallest.filter((one) => !one.whyNot);
  into = section('The smallest limits that spare ' + data.spare, 'Each was replayed, and so was the one with one permit less, which refuses more than it may.');
  chart(into, 'Permits needed, by period', series(found.filter((one) => !one.keepsRefill), (one) => one.algorithm, 'periodSeconds', 'permits'),
    { x: { title: 'period, seconds', log: true, format: short }, y: { title: 'permits', log: true, format: short } },
    'A token bucket holds the permits of its period and is refilled with as many in it.');
  table([
    { name: 'algorithm', of: (s) => s.algorithm + (s.keepsRefill ? ', refill as given' : '') },
    { name: 'limit', of: (s) => s.whyNot ? 'none: ' + s.whyNot : s.limits, text: true },
    { name: 'requests refused', of: (s) => figure(s.refused, 12) },
    { name: 'callers refused', of: (s) => figure(s.callersRefused, 12) },
    { name: 'with one permit less: requests', of: (s) => s.oneLess ? figure(s.oneLess.refused, 12) : '–' },
    { name: 'callers', of: (s) => s.oneLess ? figure(s.oneLess.callersRefused, 12) : '–' },
  ], data.smallest);
}
element('footer', page, 'Made by ' + data.command.split(' ')[0] + ' of Bartizan ' + data.bartizan + '. Charts: Chart.js, MIT License.');
