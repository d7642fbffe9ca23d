// Elements. Whatever comes from traffic becomes text here: nothing on this page is ever parsed as markup.

const RESULTS = ["played", "recorded", "forwarded", "missed", "failed"];

/** An element with its attributes; children are elements or texts, and null is none. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  append(made, children);
  return made;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      parent.append(child instanceof Node ? child : document.createTextNode(drawable(String(child))));
    }
  }
}

/** More marks on one letter than any script has: a browser takes minutes to place 100,000 of them. */
const HEAPED = /(\p{M}{16})\p{M}+/gu;

/** A text that a browser can draw at once. */
function drawable(text) {
  return text.replace(HEAPED, (all, first) => `${first}… (${counted(all.length - first.length, "more mark")} not shown)`);
}

function replace(parent, ...children) {
  parent.textContent = "";
  append(parent, children);
}

function counted(count, noun, nouns) {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : nouns || noun + "s"}`;
}

function duration(seconds) {
  if (seconds >= 0.9995) return `${seconds.toFixed(2)} s`;
  const milliseconds = seconds * 1000;
  return `${milliseconds > 0 && milliseconds < 9.95 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
}

function size(count) {
  if (count < 1000) return `${count} B`;
  for (const unit of ["kB", "MB", "GB"]) {
    count /= 1000;
    if (count < 999.5) return `${count.toFixed(count < 9.95 ? 1 : 0)} ${unit}`;
  }
  return `${count.toFixed(0)} GB`;
}

/** A control with its label; `grow` gives it what room is left. */
function named(text, control, grow) {
  return el("label", { class: grow ? "grow" : null }, text, control);
}

/** The options of a filter: all, or one of the values. */
function filterOptions(values) {
  return [el("option", { value: "" }, "all"), values.map((each) => el("option", { value: each }, each))];
}

/** The words of a search, in lower case. */
function searchWords(search) {
  return search.value.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Names and their values, one below another. */
function pairs(lines, kind = null) {
  return el("dl", { class: kind }, lines.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** A table in a part that scrolls by itself where it is wider than the page. Columns: [head, "number" or "text" or ""]. */
function table(label, columns, rows) {
  const cell = (value, kind) =>
    el("td", { class: kind === "number" && /^0( |$)/.test(String(value)) ? "number zero" : kind || null }, value);
  return el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": label },
    el("table", {},
      el("thead", {}, el("tr", {}, columns.map(([head, kind]) => el("th", { class: kind || null, scope: "col" }, head)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, number) => cell(value, columns[number][1])))))));
}

/** The first items of many, and a button for more of them. */
function inParts(items, draw, most) {
  const box = el("div");
  let shown = 0;
  const more = el("button", { onclick: () => show() });
  function show() {
    more.remove();
    append(box, items.slice(shown, shown + most).map(draw));
    shown += most;
    if (shown < items.length) {
      more.textContent = `Show ${Math.min(most, items.length - shown)} more of ${items.length}`;
      box.append(more);
    }
  }
  show();
  return box;
}
