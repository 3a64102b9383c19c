const algorithms = { tokenBucket: 'token bucket', slidingWindow: 'sliding window', slidingWindowCounter: 'sliding window counter', fixedWindow: 'fixed window' };
const { wanted, answer, judgement } = data;
const budget = data.budgetP99Micros;
const size = (bytes) => {
  for (const [unit, name] of [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']]) if (bytes >= unit) return figure(bytes / unit) + ' ' + name;
  return figure(bytes) + ' B';
};
const way = (mode) => mode.replace('Bartizan, ', '');

element('h1', page, data.title);
element('p', page, answer.sentence, 'answer');
const stamps = { 'usable': 'good', 'use with care': 'care', 'not for a plan': 'bad' };
const stamp = element('div', page, undefined, 'stamp ' + stamps[judgement.stamp]);
element('strong', stamp, 'This run: ' + judgement.stamp);
if (judgement.findings.length > 0) {
  const list = element('ul', stamp);
  for (const one of judgement.findings) element('li', list, one.text + (one.stamp === judgement.stamp ? '' : ' (' + one.stamp + ')'));
} else {
  element('span', stamp, ': no late sender, latencies that grow with the rate, a Redis of its own, memory enough.');
}
if (answer.possible) {
  const cards = element('div', page, undefined, 'cards');
  for (const [value, name, more] of [
    [answer.servers, answer.servers === 1 ? 'Redis server' : 'Redis masters', answer.servers === 1 ? 'no Cluster needed' : 'as a Cluster'],
    [answer.cores, answer.cores === 1 ? 'core' : 'cores', figure(answer.busyCores) + ' busy'],
    [figure(answer.connections, 12), 'connections', wanted.processes + ' processes'],
    [size(answer.bytesWithHeadroom), 'of memory', size(answer.bytes) + ' used'],
  ]) {
    const card = element('div', cards);
    element('b', card, String(value));
    element('span', card, name);
    element('small', card, more);
  }
  element('p', page, `Cores and memory include ${figure(100 * wanted.headroom)} % of head-room. Replicas need the same again.`, 'soft');
}

element('h2', page, 'Does leasing or coalescing change it?');
const changes = element('ul', page);
for (const one of answer.changes) element('li', changes, one);
const measured = (mode) => data.ways.find((one) => one.mode === mode);
table([
  { name: 'way', of: (a) => way(a.mode) },
  { name: 'servers', of: (a) => a.possible ? String(a.servers) : 'not possible' },
  { name: 'cores (busy)', of: (a) => a.possible ? `${a.cores} (${figure(a.busyCores, 2)})` : '–' },
  { name: 'a server carries', of: (a) => (measured(a.mode).kneeIsAtLeast ? '≥ ' : '') + figure(measured(a.mode).knee) + '/s' },
  { name: 'p99 at the rate', of: (a) => measured(a.mode).p99MicrosAtRate ? micros(measured(a.mode).p99MicrosAtRate) : 'over' },
], data.answers);

element('h2', page, 'The arithmetic');
element('p', page, 'Every figure of the answer from measured ones, for ' + way(answer.mode) + '.', 'soft');
const lines = element('ol', page);
for (const one of answer.steps) element('li', lines, one);

// Of several tries of one rate the best is drawn; all of them are in the data.
const drawn = data.steps.filter((step) => !data.steps.some((other) => other !== step && other.subject === step.subject
  && other.askedPerSecond === step.askedPerSecond && (other.p99Micros < step.p99Micros || other.p99Micros === step.p99Micros && data.steps.indexOf(other) < data.steps.indexOf(step))));
// A load that was broken off is too short to divide processor time by.
const whole = (step) => !step.saturated;
const chosen = drawn.filter((step) => step.algorithm === data.algorithm);
const rates = { title: 'checks asked for, per second', log: true };
const times = { title: 'from due to answered', log: true, format: micros };
const limit = { y: budget, name: 'budget' };
let into = section('Latency against rate, ' + algorithms[data.algorithm],
  'Open load: each check is due at its moment whatever became of the others, and its time counts from then (no coordinated omission). Both axes are logarithmic. The sender\'s own timer is part of it, about 60 µs. Of several tries of one rate the best is drawn.');
for (const [field, name] of [['p99Micros', '99th percentile'], ['p50Micros', 'Median']]) {
  chart(into, name, series(chosen, (s) => way(s.mode), 'askedPerSecond', field), { x: rates, y: times }, undefined, field === 'p99Micros' ? limit : undefined);
}
chart(into, 'Redis\' processor', series(chosen.filter(whole), (s) => way(s.mode), 'decisionsPerSecond', 'redisCpu').map((one) => ({ ...one, points: one.points.map((p) => ({ x: p.x, y: 100 * p.y })) })),
  { x: { title: 'decisions per second', log: true }, y: { title: '% of one core', log: false, format: (v) => figure(v) + ' %' } },
  'User and system time of the server (INFO cpu) over the time of the step.');
chart(into, 'Cost per key against key count', series(data.keyCost, (s) => (s.mode.startsWith('Bucket4j') ? 'Bucket4j' : 'Bartizan') + ', ' + algorithms[s.algorithm], 'keys', 'bytesPerKey'),
  { x: { title: 'keys', log: true }, y: { title: 'bytes of Redis memory a key', log: false, format: (v) => figure(v) + ' B' } },
  'INFO used_memory with the keys less without, one check each, the name of the key (about 45 characters) included.');

const ours = drawn.filter((step) => step.mode === 'Bartizan, coalescing');
if (ours.some((step) => step.algorithm !== data.algorithm)) {
  into = section('By algorithm, coalescing');
  chart(into, '99th percentile', series(ours, (s) => algorithms[s.algorithm], 'askedPerSecond', 'p99Micros'), { x: rates, y: times }, undefined, limit);
  chart(into, 'Redis\' processor a decision', series(ours.filter(whole), (s) => algorithms[s.algorithm], 'decisionsPerSecond', 'redisCpuMicrosPerDecision'),
    { x: { title: 'decisions per second', log: true }, y: { title: 'µs of processor', log: false, format: (v) => figure(v) + ' µs' } },
    'Falls as more checks share a call.');
}

into = section('Throughput against concurrency', data.tokenBucketCost.microsPerCall === null ? undefined
  : `What a token bucket with coalescing costs Redis' processor, fitted to this run: ${figure(data.tokenBucketCost.microsPerCall)} µs a call and ${figure(data.tokenBucketCost.microsPerCheck)} µs a check in it; the worst point is ${figure(100 * data.tokenBucketCost.worstError)} % off.`);
chart(into, algorithms[data.algorithm], series(data.concurrency, (s) => way(s.mode), 'inFlight', 'decisionsPerSecond'),
  { x: { title: 'checks in flight', log: true, format: figure }, y: { title: 'decisions per second', log: true } },
  'Closed load: each answer starts the next check.');

element('h2', page, 'Knees');
element('p', page, 'The highest rate tried at which the budget held. Rates were doubled from the wanted one (or halved, if it broke the budget) up to eight times it, then the gap was halved twice, so a knee is known to a fifth; a rate that broke the budget was tried again, for one pause of the machine is no limit of the limiter.', 'soft');
table([
  { name: 'limiter', of: (k) => way(k.mode) },
  { name: 'algorithm', of: (k) => algorithms[k.algorithm], text: true },
  { name: 'checks/s', of: (k) => figure(k.askedPerSecond) },
  { name: 'p50', of: (k) => micros(k.p50Micros) },
  { name: 'p99', of: (k) => micros(k.p99Micros) },
  { name: 'p99.9', of: (k) => micros(k.p999Micros) },
  { name: 'sender late', of: (k) => micros(k.sendDelayP99Micros) },
  { name: 'calls/s', of: (k) => figure(k.scriptCallsPerSecond) },
  { name: 'Redis CPU', of: (k) => figure(100 * k.redisCpu) + ' %' },
  { name: 'CPU a check', of: (k) => figure(k.redisCpuMicrosPerDecision) + ' µs' },
], data.knees);
const kneeless = Object.keys(data.connections).filter((name) => !data.knees.some((knee) => knee.subject === name));
if (kneeless.length > 0) element('p', page, 'Broke the budget at every rate tried: ' + kneeless.join('; ') + '.');

element('h2', page, 'How it was measured');
facts([
  ['Load', data.machine],
  ['Redis', `${data.redis}, ${data.cluster ? data.servers + ' masters of a Cluster' : 'one server'}${data.tls ? ', TLS' : ''}, ${data.sameMachine ? 'on the machine of the load' : 'on another address than the load'}`],
  ['Software', `${data.java}, Bartizan ${data.bartizan}, Bucket4j ${data.bucket4j}, Lettuce ${data.lettuce}`],
  ['Checks', `${figure(data.keys, 12)} keys, ${wanted.skew === 0 ? 'all alike' : 'Zipf ' + wanted.skew}; ${100 * wanted.refused} % refused; from ${data.processes} clients; ${data.threads} sending thread${data.threads > 1 ? 's' : ''}; ${figure(data.secondsPerStep)} s a step`],
  ['Left out', 'deny cache (off), limits small enough to run out (but for the refused share), failover, replicas, other users of the Redis'],
  ['Measured', data.date],
  ['Command', data.command],
]);
element('footer', page, 'Made by ' + data.command.split(' ')[0] + ' of Bartizan ' + data.bartizan + '. Charts: Chart.js, MIT License.');
