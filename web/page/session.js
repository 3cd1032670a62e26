// Session: nearly black, to be used in the dark with one thumb. No numbers.
import { words } from "./words.js";
import { h, say, show, mark, fill, button } from "./dom.js";
import { pacer } from "./pacer.js";

export function view(hub) {
  const w = words.session;
  const title = h("h1", { tabindex: "-1" });
  const note = h("p", { class: "note", role: "status" });
  const act = async (target, name, payload) => {
    const r = await hub.command(target, name, payload);
    say(note, r.ok ? "" : words.failed(r.error));
    return r.ok;
  };
  const step = h("p", { class: "step", role: "status" });
  const shape = pacer(hub);

  const answers = h("div", { class: "answers" });
  const ask = h("section", { class: "ask", hidden: true, "aria-label": w.ask }, h("h2", {}, w.ask), answers);
  for (const [name, text] of Object.entries(w.answers)) {
    answers.append(button(text, async () => {
      const member = hub.room?.member;
      if (await act(member ? hub.me.wearer : "room", "answer", name)) say(note, w.answered);
    }, name === "stop" ? "answer stop" : "answer"));
  }

  const kinds = h("div", { class: "kinds" });
  const begin = h("section", { class: "begin", "aria-label": w.start }, kinds);
  const practices = h("div", { class: "practices" });
  const follow = h("details", { class: "follow" }, h("summary", {}, w.practices), practices);
  const stopPractice = button(w.stopPractice, () => act("room", "stop_practice"), "wide");
  const checkIn = button(w.askNow, () => act("room", "check_in"), "quiet");
  const end = button(w.end, () => act("room", "end_session"), "quiet");
  const during = h("div", { class: "during" }, stopPractice, checkIn, end);

  function startButton(kind, text, hint) {
    const b = button("", () => act(hub.me.wearer, "start_session", kind), "kind");
    b.append(h("span", { class: "big" }, text), h("span", { class: "small" }, hint ?? ""));
    return b;
  }

  function offerStart(r) {
    const others = hub.me.others.length > 0;
    fill(kinds, [r.in_use, others, hub.me.may_start, r.session], () => {
      if (!hub.me.may_start) return [h("p", { class: "hint" }, w.cannotStart)];
      if (r.in_use) return [startButton("PRESS", w.join, r.session ? w.kinds[r.session] : "")];
      const list = others ? ["together", "alone", "night"] : ["alone", "night"];
      return list.map((k) => startButton(k, w.kinds[k], w.kindHints[k]));
    });
  }

  function offerPractices() {
    fill(practices, hub.me.practices, () => hub.me.practices.map((name) =>
      button(words.practiceNames[name] ?? name, async () => {
        if (await act("room", "practice", name)) follow.open = false;
      }, "practice")));
  }

  function headline(r) {
    if (r.phase === "after") return w.after;
    if (r.paused && r.in_use) return w.paused;
    if (!r.in_use) return w.none;
    if (r.practice) return words.practiceNames[r.practice] ?? r.practice;
    return r.session ? w.kinds[r.session] : w.inUse;
  }

  const el = h("div", { class: "session" }, title, ask, shape.el, step, begin, follow, during, note);
  return {
    el,
    update() {
      const r = hub.room;
      for (const part of [begin, follow, during]) show(part, r !== null && hub.me !== null);
      if (!r || !hub.me) {
        say(title, words.views.session);
        show(ask, false);
        shape.follow(null);
        return say(step, "");
      }
      if (title.textContent !== headline(r)) say(note, ""); // it was said of what is over
      say(title, headline(r));
      if (r.check_in && ask.hidden) scrollTo(0, 0); // the question, and all of its answers
      show(ask, r.check_in);
      shape.follow(r.pace && !r.paused && !r.check_in ? r.pace : null);
      say(step, r.check_in ? "" : r.paused && r.in_use ? w.pausedHint : (r.step ?? ""));
      show(begin, !r.member && r.phase !== "after" && !(r.session === "practice" && !hub.me.may_start));
      offerStart(r);
      offerPractices();
      show(follow, !r.practice && !(r.paused && r.in_use) && !r.check_in);
      show(during, r.in_use && !r.check_in);
      show(stopPractice, Boolean(r.practice));
      say(end, r.phase === "after" ? w.endAfter : w.end);
      show(checkIn, r.in_use && !r.check_in && !r.paused && r.phase !== "after" && r.session !== "night");
      mark(end, "wide", checkIn.hidden);
    },
    close() {
      shape.close();
    },
  };
}
