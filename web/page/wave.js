// A wave that runs, drawn by uPlot, with marks where hubd found something.
import { h } from "./dom.js";

let loading = null;

// load brings uPlot when the first wave is to be drawn.
function load() {
  loading ??= (async () => {
    document.head.append(h("link", { rel: "stylesheet", href: "/vendor/uPlot.min.css" }));
    return (await import("./vendor/uPlot.min.js")).default;
  })();
  return loading;
}

const line = "#e0a46a";
const marks = "#f3d9b8";
const grid = "#241b15";
const axis = "#b7a28b";

// wave makes a chart of the last span seconds, delay behind the present. label is what a screen reader says.
// It is drawn every so many milliseconds, and only while it is on the screen.
export function wave(hub, { span, delay, every, label, least, digits, moment }) {
  const el = h("div", { class: "wave", role: "img", "aria-label": label });
  const t = [], v = [], m = []; // times, values, marks: lists of one length
  const waiting = []; // times of marks whose points are not here so far
  let plot = null, frame = 0, last = 0, gone = false, visible = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function options(uPlot) {
    return {
      width: el.clientWidth, height: el.clientHeight, padding: [8, 0, 4, 0], legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false }, y: { range: (_, lo, hi) => around(lo, hi, least) } },
      axes: [{ show: false }, { stroke: axis, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: 52, font: "13px system-ui", values: (_, s) => s.map((x) => x.toFixed(digits)), space: 44 }],
      series: [{}, { stroke: line, width: 2, points: { show: false }, spanGaps: false },
        { stroke: marks, width: 0, paths: () => null, points: { show: true, size: 9, fill: marks, stroke: marks, filter: shown } }],
    };
  }

  load().then((uPlot) => {
    if (gone) return;
    plot = new uPlot(options(uPlot), [t, v, m], el);
    new ResizeObserver(() => plot?.setSize({ width: el.clientWidth, height: el.clientHeight })).observe(el);
    new IntersectionObserver(([e]) => { visible = e.isIntersecting; }).observe(el);
    frame = requestAnimationFrame(draw);
  });

  function draw(at) {
    frame = requestAnimationFrame(draw);
    if (at - last < (still.matches ? 1000 : every)) return;
    last = at;
    const now = hub.now() - delay;
    place();
    trim(now - span - 2);
    if (!visible) return;
    plot.batch(() => {
      plot.setData([t, v, m], false);
      plot.setScale("x", { min: now - span, max: now });
    });
  }

  // place puts marks on the points that they belong to.
  function place() {
    for (let i = waiting.length - 1; i >= 0; i--) {
      const k = nearest(waiting[i]);
      if (k < 0) continue;
      m[k] = v[k];
      document.dispatchEvent(new CustomEvent("hubd-mark", { detail: { kind: moment, late: Math.max(delay, hub.now() - waiting[i]) } }));
      waiting.splice(i, 1);
    }
  }

  function nearest(at) {
    if (t.length === 0 || t[t.length - 1] < at) return -1;
    let k = t.length - 1;
    while (k > 0 && (t[k - 1] >= at || v[k] === null)) k--;
    return v[k] === null ? -1 : k;
  }

  function trim(before) {
    let n = 0;
    while (n < t.length && t[n] < before) n++;
    if (n > 0) for (const list of [t, v, m]) list.splice(0, n);
    while (waiting.length > 0 && waiting[0] < before) waiting.shift();
  }

  return {
    el,
    take(points) {
      for (let i = 0; i < points.t_s.length; i++) {
        if (t.length > 0 && points.t_s[i] <= t[t.length - 1]) continue;
        t.push(points.t_s[i]);
        v.push(points.values[i]);
        m.push(null);
      }
    },
    mark(at) {
      waiting.push(at);
    },
    // swing is how far the wave goes in what is shown; null where nothing is.
    swing() {
      const known = v.filter((x) => x !== null);
      return known.length > 10 ? { low: Math.min(...known), high: Math.max(...known), last: known[known.length - 1] } : null;
    },
    clear() {
      for (const list of [t, v, m, waiting]) list.length = 0;
    },
    close() {
      gone = true;
      cancelAnimationFrame(frame);
      plot?.destroy();
      plot = null;
    },
  };
}

// around gives a range with air, never narrower than least: noise of a sensor off the skin must not look like a wave.
function around(lo, hi, least) {
  if (lo === null || hi === null || lo === undefined) return [null, null]; // nothing is known, so no figure stands beside it
  const middle = (lo + hi) / 2;
  const half = Math.max(hi - lo, least) * 0.6;
  return [middle - half, middle + half];
}

// shown gives the marks within the picture: uPlot would draw one that has just left it beside the axis.
function shown(u, series) {
  return u.data[series].reduce((all, y, k) => {
    if (y !== null && u.data[0][k] >= u.scales.x.min) all.push(k);
    return all;
  }, []);
}
