// Draws what each algorithm admits, as SVG, with Apache ECharts: node algorithms.cjs echarts.min.js < data.json
const echarts = require(process.argv[2]);
const { binMillis, panels } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const COLUMNS = 2;
const WIDTH = 960;
const PANEL = { width: 400, height: 130, left: 50, top: 110, across: 470, down: 225 };

const chart = echarts.init(null, null, {
  renderer: 'svg', ssr: true, width: WIDTH, height: PANEL.top - 70 + PANEL.down * Math.ceil(panels.length / COLUMNS),
});
const left = (i) => PANEL.left + PANEL.across * (i % COLUMNS);
const top = (i) => PANEL.top + PANEL.down * Math.floor(i / COLUMNS);
const bars = (name, color, of) =>
  panels.map((panel, i) => ({
    name, type: 'bar', stack: `panel ${i}`, xAxisIndex: i, yAxisIndex: i, data: of(panel),
    itemStyle: { color }, barCategoryGap: '10%',
  }));

chart.setOption({
  animation: false,
  backgroundColor: '#ffffff',
  textStyle: { fontFamily: 'sans-serif' },
  legend: { top: 8, left: PANEL.left, itemGap: 60, selectedMode: false },
  title: panels.map((panel, i) => ({
    text: panel.limit, subtext: panel.note, left: left(i) - 8, top: top(i) - 68,
    textStyle: { fontSize: 15 }, subtextStyle: { color: '#44505c', lineHeight: 15 }, itemGap: 3,
  })),
  grid: panels.map((panel, i) => ({ left: left(i), top: top(i), width: PANEL.width, height: PANEL.height })),
  xAxis: panels.map((panel, i) => ({
    gridIndex: i, type: 'category', data: panel.admitted.map((calls, bin) => `${(bin * binMillis) / 1000} s`),
    axisLabel: { interval: 1000 / binMillis - 1 }, axisTick: { interval: 1000 / binMillis - 1 },
  })),
  yAxis: panels.map((panel, i) => ({ gridIndex: i, type: 'value', max: 10, interval: 5 })),
  series: [
    ...bars('admitted calls per 100 ms', '#0b63c5', (panel) => panel.admitted),
    ...bars('rejected calls per 100 ms', '#c9ced6', (panel) => panel.rejected),
  ],
});
process.stdout.write(chart.renderToSVGString(), () => process.exit(0)); // its timers would keep node alive
