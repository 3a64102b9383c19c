const algorithms = { tokenBucket: 'token bucket', slidingWindow: 'sliding window', slidingWindowCounter: 'sliding window counter', fixedWindow: 'fixed window' };
const budget = data.budgetP99Micros;
head([
  ['Machine', data.machine + ' (Redis, limiter and load together)'],
  ['Software', `Redis ${data.redis}, ${data.java}, Bartizan ${data.bartizan}, Bucket4j ${data.bucket4j}, Lettuce ${data.lettuce}`],
  ['Load', `${figure(data.keys)} keys, chosen evenly; ${data.threads} sending thread${data.threads > 1 ? 's' : ''}; ${figure(data.secondsPerStep)} s a step; every check is admitted`],
  ['Budget', `99 % of the checks answered within ${micros(budget)}`],
  ['Measured', data.date],
  ['Command', data.command],
], 'How many checks a second one process and one Redis carry before latency breaks its budget.');

element('h2', page, 'Knees');
element('p', page, 'The highest rate tried at which the budget held. Rates were doubled, then the gap was halved twice, so a knee is known to a fifth; a rate that broke the budget was tried again, for one pause of the machine is no limit of the limiter: once, or up to three times where the sender itself was late by more than half the budget.', 'soft');
table([
  { name: 'limiter', of: (k) => k.mode },
  { name: 'algorithm', of: (k) => algorithms[k.algorithm], text: true },
  { name: 'checks/s', of: (k) => figure(k.askedPerSecond) },
  { name: 'p50', of: (k) => micros(k.p50Micros) },
  { name: 'p99', of: (k) => micros(k.p99Micros) },
  { name: 'p99.9', of: (k) => micros(k.p999Micros) },
  { name: 'Redis CPU', of: (k) => figure(100 * k.redisCpu) + ' %' },
  { name: 'CPU a check', of: (k) => figure(k.redisCpuMicrosPerDecision) + ' µs' },
  { name: 'connections', of: (k) => figure(data.connections[k.subject]) },
], data.knees);
const kneeless = Object.keys(data.connections).filter((name) => !data.knees.some((knee) => knee.subject === name));
if (kneeless.length > 0) element('p', page, 'Broke the budget at every rate tried: ' + kneeless.join('; ') + '.');

// Of several tries of one rate the best is drawn; all of them are in the data.
const drawn = data.steps.filter((step) => !data.steps.some((other) => other !== step && other.subject === step.subject
  && other.askedPerSecond === step.askedPerSecond && (other.p99Micros < step.p99Micros || other.p99Micros === step.p99Micros && data.steps.indexOf(other) < data.steps.indexOf(step))));
const bucket = drawn.filter((step) => step.algorithm === 'tokenBucket');
const rates = { title: 'checks asked for, per second', log: true };
const times = { title: 'from due to answered', log: true, format: micros };
const limit = { y: budget, name: 'budget' };
let into = section('Latency against rate, token bucket',
  'Open load: each check is due at its moment whatever became of the others, and its time counts from then (no coordinated omission). Both axes are logarithmic. The sender\'s own timer is part of it, about 60 µs. Of several tries of one rate the best is drawn.');
for (const [field, name] of [['p50Micros', 'Median'], ['p99Micros', '99th percentile'], ['p999Micros', '99.9th percentile']]) {
  chart(into, name, series(bucket, (s) => s.mode, 'askedPerSecond', field), { x: rates, y: times }, undefined, field === 'p99Micros' ? limit : undefined);
}
chart(into, 'Redis\' processor', series(bucket, (s) => s.mode, 'decisionsPerSecond', 'redisCpu').map((one) => ({ ...one, points: one.points.map((p) => ({ x: p.x, y: 100 * p.y })) })),
  { x: { title: 'decisions per second', log: true }, y: { title: '% of one core', log: false, format: (v) => figure(v) + ' %' } },
  'User and system time of the server (INFO cpu) over the time of the step.');

into = section('By algorithm, coalescing');
const ours = drawn.filter((step) => step.mode === 'Bartizan, coalescing');
chart(into, '99th percentile', series(ours, (s) => algorithms[s.algorithm], 'askedPerSecond', 'p99Micros'), { x: rates, y: times }, undefined, limit);
chart(into, 'Redis\' processor a decision', series(ours, (s) => algorithms[s.algorithm], 'decisionsPerSecond', 'redisCpuMicrosPerDecision'),
  { x: { title: 'decisions per second', log: true }, y: { title: 'µs of processor', log: false, format: (v) => figure(v) + ' µs' } },
  'Falls as more checks share a call.');

into = section('Throughput and cost',
  `What a token bucket of Bartizan with coalescing costs Redis' processor, fitted to this run: ${figure(data.tokenBucketCost.microsPerCall)} µs a call and ${figure(data.tokenBucketCost.microsPerCheck)} µs a check in it; the worst point is ${figure(100 * data.tokenBucketCost.worstError)} % off.`);
chart(into, 'Throughput against concurrency, token bucket', series(data.concurrency, (s) => s.mode, 'inFlight', 'decisionsPerSecond'),
  { x: { title: 'checks in flight', log: true, format: figure }, y: { title: 'decisions per second', log: true } },
  'Closed load: each answer starts the next check.');
chart(into, 'Cost per key against key count', series(data.keyCost, (s) => (s.mode.startsWith('Bucket4j') ? 'Bucket4j' : 'Bartizan') + ', ' + algorithms[s.algorithm], 'keys', 'bytesPerKey'),
  { x: { title: 'keys', log: true }, y: { title: 'bytes of Redis memory a key', log: false, format: (v) => figure(v) + ' B' } },
  'INFO used_memory with the keys less without, one check each, the name of the key (about 45 characters) included.');
element('footer', page, 'Made by ' + data.command.split(' ')[0] + ' of Bartizan ' + data.bartizan + '. Charts: Chart.js, MIT License.');
