// The account of the last night, where it was kept. What was not known in it is a dash.
import { words } from "./words.js";
import { h, show, panel } from "./dom.js";
import { day, when } from "./when.js";

export function lastNight(hub) {
  const w = words.night;
  const facts = h("dl", { class: "facts-list" });
  const el = panel(w.title, facts, h("p", { class: "hint" }, w.hint));
  show(el, false);

  async function look() {
    const night = await newest(hub);
    show(el, night !== undefined);
    if (night) facts.replaceChildren(...accountOf(night).flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]));
  }
  return { el, look };
}

async function newest(hub) {
  const from = new Date(Date.now() - 2 * day).toISOString();
  const r = await hub.ask("GET", `/api/kept/${hub.me.wearer}/mornings?format=json&from=${from}`);
  return r.ok ? r.text.split("\n").slice(1).filter(Boolean).map((l) => JSON.parse(l)).at(-1) : undefined;
}

// accountOf gives a night in lines: how much of it is known comes first.
function accountOf(n) {
  const w = words.night;
  const span = (s) => words.system.minutes(Math.floor(s / 3600), Math.floor((s % 3600) / 60));
  const about = (value, says) => (value === null ? words.unknown : says(Math.round(value)));
  return [
    [w.ended, when(n.time)],
    [w.worn, span(n.worn_s)], [w.usable, span(n.usable_s)],
    [w.lowest, about(n.lowest_bpm, w.beats)], [w.median, about(n.median_bpm, w.beats)], [w.rhythm, about(n.rmssd_ms, w.ms)],
    [w.breathing, about(n.breathing_per_min, w.breaths)], [w.restless, about(n.restless_periods, String)],
  ];
}
