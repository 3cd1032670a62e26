// Room: what the lamps are asked for and why, as far as everybody here shares it.
import { words } from "./words.js";
import { h, say, show, fill, panel, button } from "./dom.js";
import { named } from "./state.js";

export function view(hub) {
  const w = words.room;
  const lamps = h("ul", { class: "rows" });
  const facts = h("dl", { class: "facts-list" });
  const people = h("ul", { class: "rows" });
  const note = h("p", { class: "note", role: "status" });
  const quiet = h("p", { class: "hint" }, w.quiet);
  const ask = async (name, value) => {
    const r = await hub.command("room", name, value);
    say(note, r.ok ? "" : words.failed(r.error));
  };
  const choices = h("div", { class: "practices" });
  const pick = h("details", {}, h("summary", {}, w.choose), choices);
  const el = h("div", { class: "room" }, h("h1", { tabindex: "-1" }, words.views.room), quiet, panel(w.lamps, lamps), panel(w.why, facts, pick, note), panel(w.people, people));
  return {
    el,
    update() {
      const r = hub.room;
      if (!hub.me) return;
      for (const part of [quiet, pick]) show(part, r !== null);
      if (!r) { // while hubd is away nobody knows what holds
        for (const list of [lamps, facts, people]) fill(list, null, () => []);
        return say(note, "");
      }
      show(quiet, !r.in_use);
      fill(lamps, r.lamps, () => (r.lamps.length ? r.lamps.map((l) => h("li", {}, h("span", {}, l.lamp), h("span", { class: "says" }, l.says))) : [h("li", { class: "hint" }, w.noLamps)]));
      const rows = factsOf(r);
      fill(facts, rows, () => rows.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]));
      fill(choices, hub.me.scenes, () => ["auto", ...hub.me.scenes.filter((s) => s !== "after")].map((s) => button(s === "auto" ? w.auto : (words.sceneNames[s] ?? s), () => ask("scene", s), "practice")));
      const here = hub.people.map((p) => [hub.nameOf(p.wearer), personSays(hub, p)]);
      fill(people, here, () => here.map(([name, says]) => h("li", {}, h("span", {}, name), h("span", { class: "says" }, says))));
    },
    close() {},
  };
}

function factsOf(r) {
  const w = words.room;
  const rows = [];
  if (r.in_use) {
    rows.push([w.scene, r.scene ? (words.sceneNames[r.scene] ?? r.scene) : w.whyHidden]);
    if (r.why) rows.push([w.why, w.whys[r.why] ?? r.why.replaceAll("_", " ")]);
    if (r.practice) rows.push([w.practice, words.practiceNames[r.practice] ?? r.practice]);
  }
  rows.push([w.follows, w.follow[r.cues]], [w.pace, String(r.breath_pace)], [w.ceiling, words.comfort.ceilingSays(r.night_ceiling)],
    [w.cap, words.comfort.capSays(r.volume_cap)]);
  return rows;
}

// personSays is what this page may know of somebody: of others what they share, of oneself it stands under Me.
function personSays(hub, p) {
  const w = words.room;
  const says = [w.sensed[p.sensed]];
  if (p.wearer === hub.me.wearer || !p.sensed) return says[0];
  const state = hub.value(p.wearer, "state");
  if (state) says.push(named(state).name.toLowerCase());
  const heart = hub.value(p.wearer, "heart_rate")?.bpm;
  if (heart) says.push(w.heart(heart.toFixed(0)));
  return says.join(" · ");
}
