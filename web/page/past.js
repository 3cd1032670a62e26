// One's own past: sessions, notes, the week, files of it, and its end.
import { words } from "./words.js";
import { h, say, show, panel, button, field } from "./dom.js";
import { take } from "./take.js";

const day = 24 * 3600 * 1000;

export function past(hub) {
  const w = words.me;
  const id = hub.me.wearer;
  const rows = h("ul", { class: "rows" });
  const notes = h("ul", { class: "rows" });
  const says = h("p", { class: "note", role: "status" });
  const told = (r) => say(says, r.ok ? words.done : words.failed(r.error));

  const keptNote = h("p", { class: "note", role: "status" });
  const part = button(w.keepPart, async () => {
    const r = await hub.ask("POST", `/api/part/${id}`);
    say(keptNote, r.ok ? words.done : words.failed(r.error));
    sessions();
  });
  const text = h("textarea", { rows: "3", maxlength: "4000" });
  const add = button(w.addNote, async () => {
    const r = await hub.ask("POST", `/api/journal/${id}`, JSON.stringify({ text: text.value }));
    told(r);
    if (r.ok) text.value = "";
    journal();
  });

  async function sessions() {
    const from = new Date(Date.now() - 30 * day).toISOString();
    const r = await hub.ask("GET", `/api/kept/${id}/sessions?format=json&from=${from}`);
    const lines = r.ok ? r.text.split("\n").slice(1).filter(Boolean).map((l) => JSON.parse(l)) : [];
    rows.replaceChildren(...(lines.length ? lines.reverse().map(session) : [h("li", { class: "hint" }, w.noPast)]));
  }

  function session(s) {
    const minutes = s.lasted_s === null || s.lasted_s === undefined ? "" : ` · ${Math.max(1, Math.round(s.lasted_s / 60))} min`;
    const kind = words.session.kinds[s.kind] ?? s.kind;
    return h("li", {}, h("span", {}, when(s.time)), h("span", {}, ` ${kind}${minutes}`));
  }

  async function journal() {
    const all = await notesSince(hub, id, Date.now() - 30 * day);
    notes.replaceChildren(...(all.length ? all.reverse().map(note) : [h("li", { class: "hint" }, w.noNotes)]));
  }

  function note(n) {
    const remove = button(w.remove, async () => {
      told(await hub.ask("DELETE", `/api/journal/${id}/${n.id}`));
      journal();
    }, "quiet small-button");
    return h("li", {}, h("span", {}, when(n.at)), h("p", { class: "text" }, n.text), remove);
  }

  const week = h("a", { class: "button", target: "_blank", rel: "noopener" }, w.openWeek);
  const files = take(hub);
  const wiped = eraser(hub, id, () => Promise.all([sessions(), journal(), files.look()]));
  const none = h("p", { class: "hint", hidden: hub.me.history }, w.noHistory);
  const stored = h("div", { hidden: !hub.me.history },
    panel(w.past, rows, h("p", { class: "hint" }, w.keepPartHint), part, keptNote),
    panel(w.journal, field(w.note, text), add, says, notes),
    panel(w.week, h("div", { class: "row" }, week), files.el),
    wiped);
  return {
    el: h("div", {}, none, stored),
    begin() {
      show(none, !hub.me.history);
      if (!hub.me.history) return;
      const to = new Date(Date.now() + day);
      to.setHours(0, 0, 0, 0);
      const q = new URLSearchParams({ kind: "week", form: "page", from: new Date(to - 7 * day).toISOString(), to: to.toISOString() });
      week.href = `/api/report/${id}?${q}`;
      sessions();
      journal();
      files.look();
    },
  };
}

function when(time) {
  if (!time) return "";
  return new Date(time).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

// notesSince gives all notes from a moment on, oldest first. One answer holds some of them only.
async function notesSince(hub, id, moment) {
  const all = [];
  let asks = { from: new Date(moment).toISOString() };
  for (;;) {
    const r = await hub.ask("GET", `/api/journal/${id}?${new URLSearchParams(asks)}`);
    if (!r.ok || r.data.notes.length === 0) return all;
    all.push(...r.data.notes);
    asks = { from: all.at(-1).at, after: all.at(-1).id };
  }
}

// eraser erases everything, and lets what is shown of it be looked at anew.
function eraser(hub, id, renew) {
  const w = words.me;
  const typed = h("input", { type: "text", autocomplete: "off", autocapitalize: "none" });
  const says = h("div", { class: "note", role: "status" });
  const now = button(w.eraseNow, async () => {
    if (typed.value.trim() !== id) return;
    typed.value = "";
    now.disabled = true;
    says.replaceChildren(w.erasing);
    const r = await hub.ask("POST", `/api/erase/${id}`, id, 600); // every byte is searched afterwards
    renew();
    if (!r.ok) return says.replaceChildren(words.failed(r.error));
    const left = r.data.failed.split("\n").filter(Boolean);
    const rest = r.data.cannot_reach ?? [];
    const list = (all) => h("ul", {}, ...all.map((t) => h("li", {}, t)));
    if (left.length > 0) says.replaceChildren(h("p", {}, w.erasedPartly), list(left), h("p", {}, w.elsewhere), list(rest));
    else says.replaceChildren(h("p", {}, rest.length ? `${w.erasedAll} ${w.elsewhere}` : w.erasedAll), list(rest));
  }, "stop");
  now.disabled = true;
  typed.addEventListener("input", () => { now.disabled = typed.value.trim() !== id; });
  return panel(w.erase, h("details", {}, h("summary", {}, w.eraseNow), field(w.eraseField, typed, w.eraseHint(id)), now, says));
}
