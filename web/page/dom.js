// Elements, made once and changed in place: focus and a screen reader's place stay where they are.

export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name in el && typeof value === "boolean") el[name] = value;
    else if (value !== null && value !== undefined && value !== false) el.setAttribute(name, value);
  }
  el.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

export function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

// What hubd says in the middle of a line begins one here.
export function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

export function show(el, on) {
  if (el.hidden === on) el.hidden = !on;
}

export function mark(el, name, on) {
  if (el.classList.contains(name) !== on) el.classList.toggle(name, on);
}

// fill renews the children of a list, but only where what they show has changed.
export function fill(el, key, make) {
  const text = JSON.stringify(key);
  if (el.dataset.key === text) return;
  el.dataset.key = text;
  el.replaceChildren(...make());
}

let count = 0;

// named gives an element and a heading of it, joined for a screen reader.
export function panel(title, ...children) {
  const id = `t${++count}`;
  return h("section", { class: "panel", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

export function button(text, act, kind = "") {
  return h("button", { type: "button", class: `button ${kind}`.trim(), onclick: act }, text);
}

export function field(label, input, hint) {
  const id = `f${++count}`;
  input.id = id;
  const parts = [h("label", { for: id }, label), input];
  if (hint) {
    input.setAttribute("aria-describedby", `${id}h`);
    parts.push(h("p", { class: "hint", id: `${id}h` }, hint));
  }
  return h("div", { class: "field" }, ...parts);
}

// choice is a set of words of which one holds. Touching another asks for it; what holds is what hubd says.
export function choice(label, options, act) {
  const name = `c${++count}`;
  const inputs = new Map();
  const set = h("fieldset", { class: "choice" }, h("legend", {}, label));
  for (const [value, text] of options) {
    const input = h("input", { type: "radio", name, value, onchange: () => act(value) });
    inputs.set(value, input);
    set.append(h("label", {}, input, h("span", {}, text)));
  }
  return {
    el: set,
    hold(value) {
      for (const [v, input] of inputs) {
        const on = v === value;
        if (input.checked !== on) input.checked = on;
      }
    },
  };
}
