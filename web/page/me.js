// Me: one's own state, settings and past. Nobody else's.
import { words } from "./words.js";
import { h, say, show, fill, panel, button, choice, field } from "./dom.js";
import { named, reasons, grade } from "./state.js";
import { past } from "./past.js";
import { comfort } from "./comfort.js";
import { wish } from "./wish.js";

const shares = ["none", "state", "full"];
const keeps = ["nothing", "rest", "summaries", "journal"];

export function view(hub) {
  const w = words.me;
  const now = standing(hub);
  const set = settings(hub);
  const spare = comfort(hub);
  const scene = scenes(hub);
  const was = past(hub);
  const leave = button(w.leave, async () => {
    await hub.ask("POST", "/logout");
    hub.turnedAway();
  }, "quiet");
  const el = h("div", { class: "me" }, now.el, set.el, spare.el, was.el, scene.el, h("p", {}, leave));
  was.begin();
  return {
    el,
    update() {
      if (!hub.me) return;
      now.update();
      set.update();
      spare.update();
      was.update();
      scene.update();
    },
    close() {},
  };
}

// figure is one number with its unit. How far it is to be trusted stands below; without a signal there is none.
function figure(title, unit) {
  const value = h("span", { class: "value" });
  const el = h("div", { class: "figure" }, h("dt", {}, title), h("dd", {}, value, h("span", { class: "small" }, ` ${unit}`)));
  return {
    el,
    set(v) {
      const known = v !== null && v !== undefined;
      say(value, known ? v.toFixed(0) : words.unknown);
    },
  };
}

function standing(hub) {
  const w = words.me;
  const name = h("h1", { tabindex: "-1", class: "state" });
  const also = h("p", { class: "also" });
  const stage = h("p", { class: "hint" });
  const list = h("ul", { class: "reasons" });
  const why = h("details", { class: "why" }, h("summary", {}, w.why), list);
  const quality = h("p", { class: "hint quality-line" });
  const heart = figure(w.heart, w.heartUnit);
  const rhythm = figure(w.rhythm, w.rhythmUnit);
  const breathing = figure(w.breath, w.breathUnit);
  const el = h("div", { class: "standing" }, name, also, stage, why, h("dl", { class: "figures" }, heart.el, rhythm.el, breathing.el), quality);
  return {
    el,
    update() {
      const s = hub.own("state");
      const pulse = hub.own("signal pulse");
      const told = s ? named(s) : { name: words.states.unknown[0], also: "" };
      say(name, told.name);
      say(also, s?.unknown_reason === "learning" ? "" : told.also); // the line below says it
      const known = s !== null && s.state !== "unknown";
      const rest = hub.self()?.stage;
      say(stage, known || rest === "new" ? (words.stages[rest] ?? "") : ""); // what is not known is compared with nothing
      show(why, known);
      fill(list, s?.reasons ?? [], () => (s?.reasons.length ? reasons(s) : [w.noReasons]).map((r) => h("li", {}, r)));
      heart.set(hub.own("heart_rate")?.bpm);
      rhythm.set(hub.own("hrv")?.rmssd_ms);
      breathing.set(hub.own("respiration")?.rate_per_min);
      say(quality, pulse ? w.quality[grade(pulse)] : "");
    },
  };
}

function settings(hub) {
  const w = words.me;
  const id = hub.me.wearer;
  const note = h("p", { class: "note", role: "status" });
  const wished = { share: wish(), keep: wish(), cues: wish() };
  const ask = async (target, name, value) => {
    wished[name].is(value);
    const r = await hub.command(target, name, value);
    say(note, r.ok ? "" : words.failed(r.error));
    if (!r.ok) wished[name].none();
    update();
  };
  const upTo = (all, most, texts) => all.slice(0, all.indexOf(most) + 1).map((v) => [v, texts[v]]);
  const share = choice(w.share, upTo(shares, hub.me.share_most, w.shares), (v) => ask(id, "share", v));
  const keep = choice(w.keep, upTo(keeps, hub.me.keep_most, w.keeps), (v) => ask(id, "keep", v));
  const cues = h("input", { type: "checkbox", role: "switch", onchange: () => ask("room", "cues", cues.checked ? "ON" : "OFF") });
  const el = panel(w.settings, share.el, keep.el, h("p", { class: "hint" }, w.most), field(w.cues, cues, w.cuesHint), note);
  function update() {
    const self = hub.self();
    if (!self) return;
    if (!wished.share.stands(self.share)) share.hold(self.share);
    if (!wished.keep.stands(self.keep)) keep.hold(self.keep);
    const on = self.cues === "on" || self.cues === true;
    if (!wished.cues.stands(on ? "ON" : "OFF") && cues.checked !== on) cues.checked = on;
  }
  return { el, update };
}

function scenes(hub) {
  const w = words.me;
  const pick = h("select", {}, ...hub.me.scenes.filter((s) => s !== "after").map((s) => h("option", { value: s }, words.sceneNames[s] ?? s)));
  const note = h("p", { class: "note", role: "status" });
  const ask = async (name, value) => {
    const r = await hub.command("room", name, value);
    say(note, r.ok ? "" : words.failed(r.error));
    return r.ok;
  };
  let asked = false, opened = false; // by this page, and nobody has begun a session since: the way back must end nobody else's
  const on = button(w.showScene, async () => { asked = (await ask("scene", pick.value)) || asked; });
  const back = button(w.endScene, async () => {
    // Nobody is in a scene that was only looked at: its end, and the end of what follows an end.
    if (await ask("end_session")) await ask("end_session");
    asked = opened = false;
  });
  const el = panel(w.scene, field(w.which, pick), h("div", { class: "row" }, on, back), note);
  return {
    el,
    update() {
      const r = hub.room;
      const looks = r?.session === "practice" && !r.practice;
      if (opened && !looks) asked = opened = false;
      opened = asked && looks;
      show(el, r !== null && (!r.in_use || opened));
      show(back, opened);
    },
  };
}
