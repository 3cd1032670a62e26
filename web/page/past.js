// One's own past: sessions, notes, the week, files of it, and its end.
import { words } from "./words.js";
import { h, say, show, panel, button, field } from "./dom.js";
import { journal } from "./journal.js";
import { lastNight } from "./nights.js";
import { take } from "./take.js";
import { day, month, when } from "./when.js";

export function past(hub) {
  const w = words.me;
  const id = hub.me.wearer;
  const rows = h("ul", { class: "rows" });
  const keptNote = h("p", { class: "note", role: "status" });
  const part = button(w.keepPart, async () => {
    const r = await hub.ask("POST", `/api/part/${id}`);
    say(keptNote, r.ok ? words.done : words.failed(r.error));
    sessions();
  });

  async function sessions() {
    const r = await hub.ask("GET", `/api/kept/${id}/sessions?format=json&from=${month()}`);
    const lines = r.ok ? r.text.split("\n").slice(1).filter(Boolean).map((l) => JSON.parse(l)) : [];
    rows.replaceChildren(...(lines.length ? lines.reverse().map(session) : [h("li", { class: "hint" }, w.noPast)]));
  }

  function session(s) {
    const minutes = s.lasted_s === null || s.lasted_s === undefined ? "" : ` · ${Math.max(1, Math.round(s.lasted_s / 60))} min`;
    const kind = words.session.kinds[s.kind] ?? s.kind;
    return h("li", {}, h("span", {}, when(s.time)), h("span", {}, ` ${kind}${minutes}`));
  }

  const notes = journal(hub);
  const night = lastNight(hub);
  const week = lastWeek(hub, id);
  const files = take(hub);
  const wiped = eraser(hub, id, look);
  const none = h("p", { class: "hint", hidden: hub.me.history }, w.noHistory);
  const stored = h("div", { hidden: !hub.me.history },
    night.el,
    panel(w.past, rows, h("p", { class: "hint" }, w.keepPartHint), part, keptNote),
    notes.el,
    panel(w.week, week.el, files.el),
    wiped);

  function look() {
    sessions();
    night.look();
    notes.look();
    week.forget();
    files.look();
  }
  return {
    el: h("div", {}, none, stored),
    begin() {
      show(none, !hub.me.history);
      if (hub.me.history) look();
    },
    update: notes.update,
  };
}

// lastWeek says what the report of the last seven days will hold before it opens it, or why there is none.
function lastWeek(hub, id) {
  const w = words.me;
  const says = h("p", { class: "lines", role: "status" });
  const open = h("a", { class: "button", target: "_blank", rel: "noopener", hidden: true }, w.openWeek);
  const look = button(w.lookWeek, async () => {
    const to = new Date(Date.now() + day);
    to.setHours(0, 0, 0, 0);
    const q = new URLSearchParams({ kind: "week", from: new Date(to - 7 * day).toISOString(), to: to.toISOString() });
    const r = await hub.ask("GET", `/api/report/${id}?${q}&form=preview`, undefined, 60); // a slow card
    open.href = `/api/report/${id}?${q}&form=page`;
    show(open, r.ok);
    say(says, r.ok ? r.text.trim() : words.failed(r.error));
  });
  return {
    el: h("div", {}, look, says, open),
    forget() {
      show(open, false);
      say(says, "");
    },
  };
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
    const list = (all) => h("ul", { class: "elsewhere" }, ...all.map((t) => h("li", {}, t)));
    if (left.length > 0) says.replaceChildren(h("p", {}, w.erasedPartly), list(left), h("p", {}, w.elsewhere), list(rest));
    else says.replaceChildren(h("p", {}, rest.length ? `${w.erasedAll} ${w.elsewhere}` : w.erasedAll), list(rest));
  }, "stop");
  now.disabled = true;
  typed.addEventListener("input", () => { now.disabled = typed.value.trim() !== id; });
  return panel(w.erase, h("details", {}, h("summary", {}, w.eraseNow), field(w.eraseField, typed, w.eraseHint(id)), now, says));
}
