'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const page = document.getElementById('page');
const charts = [];
// Told apart without colour too: by the shape of their points and their dashes.
const LOOKS = [
  { light: '#0b63c5', dark: '#6cb2ff', point: 'circle', dash: [] },
  { light: '#b35c00', dark: '#ffb45c', point: 'rect', dash: [7, 4] },
  { light: '#a0185f', dark: '#ff8cc4', point: 'triangle', dash: [2, 3] },
  { light: '#17744a', dark: '#63d69b', point: 'rectRot', dash: [10, 3, 2, 3] },
  { light: '#5b3fb0', dark: '#b9a3ff', point: 'star', dash: [4, 4] },
];

function element(name, parent, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

function figure(value, digits = 3) {
  if (value === null || value === undefined || !isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(Number(value.toPrecision(digits))).toLocaleString('en');
  return String(Number(value.toPrecision(digits)));
}

function short(value) {
  const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
  for (const [size, letter] of steps) if (Math.abs(value) >= size) return Number((value / size).toPrecision(3)) + letter;
  return String(Number(value.toPrecision(3)));
}

function micros(value) {
  if (value === null || value === undefined) return '–';
  return value >= 1e6 ? figure(value / 1e6) + ' s' : value >= 1e3 ? figure(value / 1e3) + ' ms' : figure(value) + ' µs';
}

function head(known, summary) {
  element('h1', page, data.title);
  element('p', page, summary, 'soft');
  facts(known);
}

function facts(known) {
  const list = element('dl', page);
  for (const [name, value] of known) {
    element('dt', list, name);
    const told = element('dd', list);
    element(name === 'Command' ? 'code' : 'span', told, String(value));
  }
}

function table(columns, rows) {
  const made = element('table', element('div', page, undefined, 'scroll'));
  const first = element('tr', element('thead', made));
  for (const column of columns) element('th', first, column.name, column.text ? 'text' : undefined);
  const body = element('tbody', made);
  for (const row of rows) {
    const line = element('tr', body);
    for (const column of columns) element('td', line, column.of(row), column.text ? 'text' : undefined);
  }
}

function section(title, text) {
  element('h2', page, title);
  if (text) element('p', page, text, 'soft');
  return element('div', page, undefined, 'charts');
}

let printing = false;
const darkened = window.matchMedia('(prefers-color-scheme: dark)');
const dark = () => darkened.matches && !printing;
const colour = (name) => printing ? { '--ink': '#000', '--soft': '#444', '--line': '#ccc', '--mark': '#b42318' }[name]
  : getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** series: [{name, points: [{x, y}], look}]; scales: {x, y} each {title, log, format}; limit: {y, name} */
function chart(parent, title, series, scales, caption, limit) {
  const frame = element('figure', parent);
  element('h3', frame, title);
  const canvas = element('canvas', element('div', frame));
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', title);
  if (caption) element('figcaption', frame, caption);
  const shown = series.filter((one) => one.points.length > 0);
  const xs = shown.flatMap((one) => one.points.map((point) => point.x));
  const draw = () => {
    const datasets = shown.map((one, index) => {
      const look = LOOKS[(one.look ?? index) % LOOKS.length];
      const ink = dark() ? look.dark : look.light;
      return { label: one.name, data: one.points, borderColor: ink, backgroundColor: ink, borderDash: look.dash,
        pointStyle: look.point, pointRadius: 4, pointHoverRadius: 6, borderWidth: 2, tension: 0 };
    });
    if (limit && xs.length > 0) {
      datasets.push({ label: limit.name, data: [{ x: Math.min(...xs), y: limit.y }, { x: Math.max(...xs), y: limit.y }],
        borderColor: colour('--mark'), backgroundColor: colour('--mark'), borderDash: [3, 3], borderWidth: 1.5, pointStyle: 'line', pointRadius: 0 });
    }
    const axis = (scale) => ({
      type: scale.log ? 'logarithmic' : 'linear',
      title: { display: true, text: scale.title, color: colour('--ink') },
      ticks: { color: colour('--soft'), maxRotation: 0, autoSkip: !scale.log,
        callback: (value) => !scale.log || /^[125]/.test(value.toExponential()) && Number(value.toPrecision(1)) === value
          ? (scale.format ?? short)(value) : '' },
      grid: { color: colour('--line') },
      beginAtZero: !scale.log,
    });
    return new Chart(canvas, {
      type: 'line',
      data: { datasets },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false,
        interaction: { mode: 'nearest', intersect: false },
        scales: { x: axis(scales.x), y: axis(scales.y) },
        plugins: {
          legend: { position: 'bottom', labels: { color: colour('--ink'), usePointStyle: true, boxHeight: 8, pointStyleWidth: 10, padding: 14 } },
          tooltip: { callbacks: { title: (items) => scales.x.title + ': ' + (scales.x.format ?? short)(items[0].parsed.x),
            label: (item) => item.dataset.label + ': ' + (scales.y.format ?? short)(item.parsed.y) } },
        },
      },
    });
  };
  const held = { now: draw() };
  charts.push(() => { held.now.destroy(); held.now = draw(); });
}

const redraw = () => charts.forEach((again) => again());
darkened.addEventListener('change', redraw);
window.addEventListener('beforeprint', () => { printing = true; redraw(); });
window.addEventListener('afterprint', () => { printing = false; redraw(); });

function series(rows, nameOf, x, y) {
  const byName = new Map();
  for (const row of rows) {
    const name = nameOf(row);
    if (!byName.has(name)) byName.set(name, []);
    if (row[x] > 0 && row[y] > 0) byName.get(name).push({ x: row[x], y: row[y] });
  }
  return [...byName].map(([name, points], look) => ({ name, points, look }));
}
