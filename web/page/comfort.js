// What the room spares a wearer, besides what the config says; and the bounds that everyone shares.
import { words } from "./words.js";
import { h, say, panel, field } from "./dom.js";
import { wish } from "./wish.js";

const floors = [3, 5, 10, 15, 20, 30, 50];

export function comfort(hub) {
  const w = words.comfort;
  const config = hub.me.comfort;
  const note = h("p", { class: "note", role: "status" });
  const boxes = new Map(); // by word of the command
  const wished = wish();
  let asking = false, more = false, told = null; // told: what hubd last said that is spared
  const set = h("div", { class: "choice" });

  // offer adds one thing that can be spared. What the config spares is, and cannot be taken back here.
  function offer(word, text, fixed) {
    const box = h("input", { type: "checkbox", checked: fixed, disabled: fixed, onchange: ask });
    if (!fixed) boxes.set(word, box);
    set.append(h("label", {}, box, h("span", {}, text)));
  }
  offer("steady", w.steady, config.steady);
  for (const [word, text] of Object.entries(w.never)) offer(word, text, config.never.includes(word));
  if (config.check_in) offer("unasked", w.unasked, false);

  const least = Math.max(3, config.light_floor);
  const floor = h("select", { onchange: ask }, ...[least, ...floors.filter((f) => f > least)].map((f) => h("option", { value: f }, w.floors(f))));

  // asks puts what is to be spared into the words of the command. An own wish that the config spares too is not taken back by that: it holds
  // when the config says so no more.
  function asks(spared, light) {
    const all = ["steady", "unasked", ...Object.keys(w.never)].filter((word) => (boxes.has(word) ? spared(word) : isSpared(told, word)));
    if (light > least) all.push(`light_floor=${light}`);
    else if (told.light_floor > 0 && told.light_floor < config.light_floor) all.push(`light_floor=${told.light_floor}`);
    return all.join(" ") || "none";
  }

  // ask sends the whole of it, one request after the other: the newest wish must come last.
  async function ask() {
    if (!told) return say(note, words.failed(words.unreached)); // nobody has said so far what is spared: it must not be taken back unseen
    more = true;
    if (asking) return;
    asking = true;
    while (more) {
      more = false;
      const asked = asks((word) => boxes.get(word).checked, Number(floor.value));
      wished.is(asked);
      const r = await hub.command(hub.me.wearer, "comfort", asked);
      say(note, r.ok ? "" : words.failed(r.error));
      if (!r.ok) wished.none();
    }
    asking = false;
    update();
  }

  const ceiling = bound(hub, w.ceiling, "night_ceiling", upTo(3, hub.me.night_ceiling_most), w.ceilingSays);
  const cap = bound(hub, w.cap, "volume_cap", upTo(-60, hub.me.volume_cap_most), w.capSays);
  const el = panel(w.title, h("p", { class: "hint" }, w.hint), set, field(w.floor, floor), note,
    h("h3", {}, w.room), ceiling.el, cap.el, h("p", { class: "hint" }, w.roomHint));

  function update() {
    const self = hub.self();
    ceiling.update();
    cap.update();
    told = self?.spares ?? told;
    if (!self || asking) return;
    const s = told;
    const spared = (word) => isSpared(s, word);
    if (wished.stands(asks(spared, s.light_floor))) return;
    for (const [word, box] of boxes) if (box.checked !== spared(word)) box.checked = spared(word);
    const value = String(Math.max(least, s.light_floor));
    if (![...floor.options].some((o) => o.value === value)) floor.append(h("option", { value }, w.floors(value)));
    if (floor.value !== value && document.activeElement !== floor) floor.value = value;
  }
  return { el, update };
}

function isSpared(spares, word) {
  return { steady: spares.steady, unasked: spares.unasked }[word] ?? spares.never.includes(word);
}

// upTo is the range of a slider that reaches no further than the config lets it.
function upTo(least, most) {
  return { min: Math.min(least, most), max: most, step: 1 };
}

// bound is a bound of the whole room. What it shows is what hubd says, but for a hand that is moving it.
function bound(hub, label, name, range, says) {
  const note = h("p", { class: "note", role: "status" });
  const shown = h("output", {});
  const input = h("input", { type: "range", ...range, oninput: () => { moving = true; say(shown, says(input.value)); }, onchange: ask });
  const el = field(label, input);
  el.querySelector("label").append(shown);
  el.append(note);
  const wished = wish();
  let moving = false;
  async function ask() {
    wished.is(Number(input.value));
    const r = await hub.command("room", name, input.value);
    moving = false;
    say(note, r.ok ? "" : words.failed(r.error));
    if (!r.ok) wished.none();
    update();
  }
  function update() {
    const value = hub.room?.[name];
    if (value === undefined || moving || wished.stands(value)) return;
    if (Number(input.value) !== value) input.value = value;
    say(shown, says(value));
  }
  return { el, update };
}
