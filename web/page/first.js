// The first screen: what hubd cannot tell, whom it is for, and the way in.
import { words } from "./words.js";
import { h, button, field, say, sentence } from "./dom.js";

const seenKey = "hubd-first-seen";

export function firstSeen() {
  try {
    return sessionStorage.getItem(seenKey) === "1";
  } catch {
    return false;
  }
}

function remember() {
  try {
    sessionStorage.setItem(seenKey, "1");
  } catch {
    // without it the first screen only comes again
  }
}

// why is what was wrong with a link's token.
export function first(hub, go, why = "") {
  const w = words.first;
  const note = h("p", { class: "note", role: "status" }, hub.me ? "" : sentence(why));
  const inSight = () => note.scrollIntoView({ block: "end" }); // on a phone it would stand under the pause button
  if (note.textContent) requestAnimationFrame(inSight);
  const token = h("input", { type: "text", name: "token", autocomplete: "off", autocapitalize: "none", spellcheck: "false", class: "token" });
  const enter = async (e) => {
    e.preventDefault();
    if (token.value.trim() === "") return token.focus();
    say(note, "");
    const r = await hub.login(token.value);
    if (!r.ok) {
      say(note, sentence(r.error) || w.wrong);
      return inSight();
    }
    token.value = "";
    remember();
    go();
  };
  const way = hub.me
    ? button(w.go, () => { remember(); go(); }, "main")
    : h("form", { onsubmit: enter }, field(w.token, token, w.tokenHint), h("button", { type: "submit", class: "button main" }, w.enter));
  const el = h("div", { class: "first" },
    h("h1", { tabindex: "-1" }, w.title),
    h("p", { class: "cannot" }, w.cannot), h("p", {}, w.whom),
    way, note, // above the pause button on the smallest phone: what is not read is under no thumb
    h("p", {}, w.notFor), h("p", {}, w.stop));
  return { el, update() {}, close() {} };
}
