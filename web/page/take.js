// What is kept of oneself, as files to take along: in the forms of hubd export.
import { words } from "./words.js";
import { h, say, show, field } from "./dom.js";

// kinds are what can be taken: a form, and of csv a table.
const kinds = ["json", "minutes", "sessions", "mornings", "moments", "intervals", "journal", "rr", "rest"];

export function take(hub) {
  const w = words.take;
  const id = hub.me.wearer;
  const what = h("select", { onchange: aim }, ...kinds.map((k) => h("option", { value: k }, w.kinds[k])));
  const from = h("input", { type: "date", onchange: aim });
  const to = h("input", { type: "date", onchange: aim });
  const link = h("a", { class: "button", download: "" }, w.save);
  const note = h("p", { class: "note", role: "status" });
  const captures = h("ul", { class: "rows" });
  const recordings = h("div", { hidden: true }, h("h3", {}, w.captures), captures);

  // aim makes the link lead to what is chosen, or nowhere. The last day counts whole.
  function aim() {
    const reversed = what.value !== "rest" && from.value !== "" && to.value !== "" && from.value > to.value;
    say(note, reversed ? w.reversed : "");
    show(link, !reversed);
    if (reversed) return;
    link.download = what.value === "rest" ? `hubd-${id}-rest.json` : "";
    from.disabled = to.disabled = what.value === "rest";
    if (what.value === "rest") {
      link.href = `/api/rest/${id}/export`;
      return;
    }
    const q = new URLSearchParams(what.value === "json" || what.value === "rr" ? { format: what.value } : { format: "csv", what: what.value });
    if (from.value) q.set("from", new Date(`${from.value}T00:00:00`).toISOString());
    if (to.value) {
      const day = new Date(`${to.value}T00:00:00`);
      day.setDate(day.getDate() + 1);
      q.set("to", day.toISOString());
    }
    link.href = `/api/export/${id}?${q}`;
  }

  async function look() {
    const r = await hub.ask("GET", `/api/export/${id}/captures`);
    const all = r.ok ? r.data.captures : [];
    captures.replaceChildren(...all.map((c) => h("li", {}, h("span", {}, c.name),
      h("a", { class: "button small-button", download: "", href: `/api/export/${id}?${new URLSearchParams({ format: "edf", capture: c.name })}` }, w.edf))));
    show(recordings, all.length > 0);
  }

  aim();
  return {
    el: h("div", {}, h("h3", {}, w.title), field(w.what, what), h("div", { class: "two" }, field(w.from, from), field(w.to, to)), h("p", { class: "hint" }, w.hint),
      note, h("div", { class: "row" }, link), recordings),
    look,
  };
}
