// The journal: notes in one's own words, tags, and results that somebody measured. hubd's sensors measure none of these.
import { words } from "./words.js";
import { h, say, show, panel, button, field } from "./dom.js";
import { when, month } from "./when.js";

export function journal(hub) {
  const w = words.journal;
  const path = `/api/journal/${hub.me.wearer}`;
  const rows = h("ul", { class: "rows" });
  const says = h("p", { class: "note", role: "status" });
  const text = h("textarea", { rows: "3", maxlength: "4000" });
  const tagged = tags(), found = result();
  const write = h("div", {}, field(w.note, text), tagged.el, found.el, button(w.add, add));
  const notKept = h("p", { class: "hint", hidden: true }, w.notKept);

  async function add() {
    const r = await hub.ask("POST", path, JSON.stringify({ text: text.value, tags: tagged.all(), labs: found.all() }));
    say(says, r.ok ? words.done : words.failed(r.error));
    if (!r.ok) return; // what was typed stays, to be mended
    text.value = "";
    tagged.clear();
    found.clear();
    look();
  }

  async function look() {
    const { all, unread } = await notesSince(hub, path, month());
    rows.replaceChildren(...(all.length ? all.reverse().map(note) : [h("li", { class: "hint" }, w.none)]), ...(unread ? [h("li", { class: "hint" }, w.unread)] : []));
  }

  function note(n) {
    const remove = button(w.remove, async () => {
      if (remove.textContent === w.remove) return say(remove, w.removeNow); // one touch in the dark takes no note away
      const r = await hub.ask("DELETE", `${path}/${n.id}`);
      say(says, r.ok ? words.done : words.failed(r.error));
      look();
    }, "quiet small-button");
    const said = [n.text, ...n.labs.map(measured), ...n.tags.map((t) => w.tag(w.tags[t.kind], t.word))].filter(Boolean);
    return h("li", {}, h("span", {}, when(n.at)), h("p", { class: "text" }, said.join("\n")), remove);
  }

  return {
    el: panel(w.title, write, notKept, says, rows),
    look,
    update() {
      const kept = hub.self()?.keep;
      if (!kept) return;
      show(write, kept === "journal");
      show(notKept, kept !== "journal");
    },
  };
}

// notesSince gives all notes from a moment on, oldest first, and whether some cannot be read. One answer holds some of them only.
async function notesSince(hub, path, moment) {
  const all = [];
  let unread = false;
  let asks = { from: moment };
  for (;;) {
    const r = await hub.ask("GET", `${path}?${new URLSearchParams(asks)}`);
    unread ||= r.ok && Boolean(r.data.unreadable);
    if (!r.ok || r.data.notes.length === 0) return { all, unread };
    all.push(...r.data.notes);
    asks = { from: all.at(-1).at, after: all.at(-1).id };
  }
}

// measured is a result in a line.
function measured(l) {
  const line = `${l.name} ${l.value} ${l.unit}`;
  return l.about ? words.journal.measured(line, l.about) : line;
}

// tags takes words of the wearer's own, by what they are about.
function tags() {
  const w = words.journal;
  const fields = Object.keys(w.tagged).map((kind) => ({ kind, input: h("input", { type: "text", autocomplete: "off", autocapitalize: "none" }) }));
  const el = h("details", {}, h("summary", {}, w.withTags), h("p", { class: "hint" }, w.tagsHint), ...fields.map((f) => field(w.tagged[f.kind], f.input)));
  return {
    el,
    all: () => fields.flatMap((f) => f.input.value.split(",").map((word) => ({ kind: f.kind, word: word.trim() }))).filter((t) => t.word),
    clear() {
      for (const f of fields) f.input.value = "";
      el.open = false;
    },
  };
}

// result takes a result that somebody measured; what is not typed is asked for by hubd.
function result() {
  const w = words.journal;
  const line = (mode) => h("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", inputmode: mode });
  const name = line("text"), value = line("decimal"), unit = line("text"), about = line("text");
  const el = h("details", {}, h("summary", {}, w.result), field(w.name, name, w.nameHint),
    h("div", { class: "two" }, field(w.value, value), field(w.unit, unit, w.unitHint)), field(w.about, about, w.aboutHint));
  const said = () => [name, value, unit, about].map((i) => i.value.trim());
  return {
    el,
    all() {
      const [of, much, per, how] = said();
      if (![of, much, per, how].some(Boolean)) return [];
      return [{ name: of, value: much ? Number(much.replace(",", ".")) : null, unit: per, about: how }]; // no number comes out as null
    },
    clear() {
      for (const i of [name, value, unit, about]) i.value = "";
      el.open = false;
    },
  };
}
