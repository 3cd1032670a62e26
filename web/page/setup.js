// Set-up: place each sensor by its wave, and declare a rest. Here alone stand numbers about signals.
import { words } from "./words.js";
import { h, say, sentence, show, mark, panel, button } from "./dom.js";
import { grade } from "./state.js";
import { wave } from "./wave.js";
import { board } from "./board.js";

export function view(hub) {
  const w = words.setup;
  const sensors = { pulse: pulseSensor, eda: skinSensor };
  const parts = hub.me.channels.filter((c) => c in sensors).map((c) => sensors[c](hub));
  const rest = declaredRest(hub);
  const el = h("div", { class: "setup" }, h("h1", { tabindex: "-1" }, words.views.setup), h("p", { class: "hint" }, w.lead),
    h("div", { class: "sensors" }, ...parts.map((p) => p.el)), rest.el);
  const stop = hub.onMoment((v) => {
    if (v.wearer === hub.me?.wearer) for (const p of parts) p.take(v);
  });
  hub.showWaves(true);
  return {
    el,
    update() {
      for (const p of parts) p.update();
      rest.update();
    },
    close() {
      stop();
      rest.close();
      for (const p of parts) p.close();
      hub.showWaves(false);
    },
  };
}

// sensor is what the two have in common: quality in words, and the wave.
function sensor(hub, channel, title, hint, chart) {
  const w = words.setup;
  const quality = h("p", { class: "quality", role: "status" });
  const advice = h("p", { class: "advice" });
  const facts = h("p", { class: "facts" });
  const el = panel(title, h("div", { class: "verdict" }, quality, advice), chart.el, facts, h("p", { class: "hint" }, hint));
  let before = 0;
  return {
    el, facts,
    update() {
      const s = told(hub, channel);
      for (const name of ["good", "fair", "poor", "none"]) mark(quality, `is-${name}`, name === s.grade);
      say(quality, s.name);
      say(advice, s.advice);
      // After a pause, or a new start of hubd, stream time may begin anew: an old wave must not stand beside a new one.
      if (!hub.live || !hub.self()?.sensed || hub.now() < before - 1) chart.clear();
      before = hub.now();
    },
  };
}

const begun = /^just begun: /; // so begins hubd's reason in the first seconds

// told is what is said of a sensor. One that is not read, or that has just begun, has nothing wrong with it.
function told(hub, channel) {
  const w = words.setup;
  const s = hub.own(`signal ${channel}`);
  if (hub.live && hub.self()?.sensed === false) return { grade: "", name: words.youOff, advice: "" };
  if (hub.own("state")?.unknown_reason === "set_up") return { grade: "", name: w.lent, advice: w.lentHint };
  if (!s) return { grade: "", name: w.waiting, advice: "" };
  if (begun.test(s.reason)) return { grade: "", name: w.begun, advice: s.reason.replace(begun, "") };
  return { grade: grade(s), name: w.quality[grade(s)], advice: s.reason ?? w.sits };
}

function pulseSensor(hub) {
  const w = words.setup;
  const range = hub.me.pulse_range_v; // V; 0: an optical chip, whose wave is a share of its range
  const chart = wave(hub, { span: 8, delay: 0.45, every: 60, label: w.chartPulse, least: range > 0 ? 0.08 : 0.004, digits: range > 0 ? 2 : 3, moment: "beat" });
  const s = sensor(hub, "pulse", w.pulse, w.beats, chart);
  return {
    el: s.el,
    take(v) {
      if (v.type === "wave" && v.channel === "pulse") chart.take(v);
      if (v.type === "beat") chart.mark(v.t_s);
    },
    update() {
      s.update();
      const seen = chart.swing();
      say(s.facts, seen ? gain(seen.high - seen.low, range) : "");
    },
    close: chart.close,
  };
}

// gain says how much of its range a pulse takes, and where another range would do better. An optical chip steers its light by itself.
function gain(swing, range) {
  const w = words.setup;
  const share = (100 * swing) / (range || 1);
  if (!range) return `${w.swing} ${w.ofRange(share.toFixed(1))}`;
  return `${w.swing} ${swing.toFixed(2)} ${w.volts}, ${w.ofRange(share.toFixed(0))}${share < 15 ? `. ${w.smallSwing}` : ""}`;
}

function skinSensor(hub) {
  const w = words.setup;
  const chart = wave(hub, { span: 60, delay: 0.45, every: 250, label: w.chartEDA, least: 0.4, digits: 1, moment: "scr" });
  const s = sensor(hub, "eda", w.eda, w.responses, chart);
  const measured = hub.me.calibrates ? board(hub) : null;
  if (measured) s.el.append(measured.el);
  return {
    el: s.el,
    take(v) {
      if (v.type === "wave" && v.channel === "eda") chart.take(v);
      if (v.type === "scr") chart.mark(v.peak_s);
    },
    update() {
      s.update();
      const v = hub.own("eda");
      const level = v?.scl_microsiemens;
      const at = level === null || level === undefined ? "" : `${w.level} ${level.toFixed(1)} ${w.us}, `;
      say(s.facts, v ? at + (v.calibrated ? w.calibrated : w.uncalibrated) : "");
    },
    close() {
      measured?.close();
      chart.close();
    },
  };
}

function declaredRest(hub) {
  const w = words.setup;
  const id = hub.me.wearer;
  const says = h("p", { class: "advice", role: "status" });
  const bar = h("progress", { max: "180", value: "0", "aria-label": w.restOf });
  const count = h("p", { class: "facts" });
  const note = h("p", { class: "note", role: "status" });
  const ask = async (name) => {
    const r = await hub.command(id, name);
    say(note, r.ok ? "" : words.failed(r.error));
    look();
  };
  const begin = button(w.restStart, () => ask("rest_start"), "main");
  const stop = button(w.restStop, () => ask("rest_stop"));
  const el = panel(w.rest, h("p", { class: "hint" }, w.restHint), bar, count, says, h("div", { class: "row" }, begin, stop), note);
  async function look() {
    const r = hub.live ? await hub.ask("GET", `/api/rest/${id}`) : null;
    if (!r?.ok || !hub.live) return;
    const running = r.data.phase === "running";
    bar.max = r.data.wanted_s;
    bar.value = r.data.good_s;
    show(bar, running);
    show(count, running);
    say(count, w.restProgress(r.data.good_s, r.data.wanted_s));
    say(says, running ? sentence(r.data.missing) : ended(r.data));
    show(begin, !running);
    show(stop, running);
  }
  // update takes away how far it was: while hubd is away nobody knows whether the rest goes on.
  function update() {
    if (hub.live) return;
    for (const part of [bar, count, begin, stop]) show(part, false);
    say(says, "");
  }
  look();
  const timer = setInterval(look, 1000);
  return { el, update, close: () => clearInterval(timer) };
}

// ended says how a rest ended. Where none was declared since hubd began it says what hubd compares with all the same.
function ended(rest) {
  return rest.phase === "none" && rest.minutes > 0 ? words.setup.restKnown(rest.minutes, rest.days) : sentence(rest.says);
}
