head([
  ['Machine', data.machine],
  ['Software', `${data.java}, Bartizan ${data.bartizan}${data.redis ? ', Redis ' + data.redis : ''}`],
  ['Measured', data.date],
  ['Command', data.command],
], 'How cost grows with the number of keys and files.');
element('h2', page, 'Exponents');
element('p', page, 'The slope of a straight line through the points on two logarithmic axes: 0 is constant, 1 is proportional. The largest share by which a point lies off its line is beside it.', 'soft');
table([
  { name: 'what', of: (g) => g.title },
  { name: 'side', of: (g) => g.side, text: true },
  { name: 'from', of: (g) => figure(g.points[0].count) },
  { name: 'to', of: (g) => figure(g.points[g.points.length - 1].count) },
  { name: 'exponent', of: (g) => g.exponent.toFixed(2) },
  { name: 'off the line', of: (g) => '± ' + Math.round(100 * g.off) + ' %' },
], data.curves);
const into = section('Curves');
for (const title of [...new Set(data.curves.map((curve) => curve.title))]) {
  const curves = data.curves.filter((curve) => curve.title === title);
  chart(into, title, curves.map((curve, look) => ({ name: `${curve.side} (exponent ${curve.exponent.toFixed(2)})`, look,
    points: curve.points.map((point) => ({ x: point.count, y: point.value })) })),
    { x: { title: curves[0].of, log: true }, y: { title: curves[0].unit, log: true } });
}
element('footer', page, 'Made by ' + data.command.split(' ')[0] + ' of Bartizan ' + data.bartizan + '. Charts: Chart.js, MIT License.');
