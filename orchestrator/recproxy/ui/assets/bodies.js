// Bodies in the ways to look at them: a tree of JSON, text, fields, a picture, a page without scripts, and bytes.

const MOST_CHILDREN = 200, MOST_TEXT = 200000;

/** What JSON text says, with numbers and masked values as they are written; null where it is no JSON. */
function readJson(text, wild) {
  const token = new RegExp(`\\s*(?:([{}\\[\\],:])|("(?:[^"\\\\\\n]|\\\\.)*")|([^\\s{}\\[\\],:"]+))`, "y");
  let found = null;
  const next = () => { found = token.exec(text); return found; };
  function value(depth) {
    if (!found || depth > 400) throw new Error("no JSON");
    const [, mark, string, word] = found;
    if (mark === "{" || mark === "[") {
      const children = [];
      const end = mark === "{" ? "}" : "]";
      next();
      while (found && found[1] !== end) {
        let key = String(children.length);
        if (end === "}") {
          key = found[2] || found[3];
          if (key === undefined || !next() || found[1] !== ":") throw new Error("no JSON");
          next();
        }
        children.push([key, value(depth + 1)]);
        if (found && found[1] === ",") next();
      }
      if (!found) throw new Error("no JSON");
      next();
      return { kind: end === "}" ? "object" : "array", children };
    }
    const text = string || word;
    if (text === undefined || (word && !/^(?:-?[0-9.eE+-]+|true|false|null)$/.test(word) && !word.startsWith(wild))) throw new Error("no JSON");
    next();
    return { kind: string ? "string" : "value", text };
  }
  try {
    next();
    const read = value(0);
    return token.lastIndex >= text.trimEnd().length || !found ? read : null;
  } catch { return null; }
}

/** A tree whose branches are made when somebody opens them. */
function jsonTree(read, wild, name = "", open = true) {
  const key = name === "" ? null : [el("span", { class: "key" }, name), ": "];
  if (!read.children) return el("div", { class: "leaf" }, key, el("span", { class: read.kind === "string" ? "string" : "value" }, marked(read.text, wild)));
  const count = counted(read.children.length, read.kind === "object" ? "member" : "item");
  if (!read.children.length) return el("div", { class: "leaf" }, key, read.kind === "object" ? "{}" : "[]");
  const inside = el("div", { class: "branch" });
  const box = el("details", { open }, el("summary", {}, key, read.kind === "object" ? "{ " : "[ ", el("span", { class: "soft" }, count), read.kind === "object" ? " }" : " ]"), inside);
  const fill = () => {
    if (inside.childNodes.length) return;
    inside.append(inParts(read.children, ([inner, each]) => jsonTree(each, wild, read.kind === "object" ? inner : `${inner}`, read.children.length <= 20 && open), MOST_CHILDREN));
  };
  if (open) fill();
  box.addEventListener("toggle", () => { if (box.open) fill(); });
  return box;
}

function plainText(value, wild, label) {
  const shown = value.text.slice(0, MOST_TEXT);
  const text = value.kind === "json" ? coloredJson(shown, wild) : marked(shown, wild);
  const cut = (value.cut || 0) + value.text.length - shown.length;
  return [el("pre", { tabindex: 0, role: "group", "aria-label": label }, text),
    cut ? el("p", { class: "soft" }, `${counted(cut, "more character")} not shown.`) : null];
}

/** What would open a connection before any policy is asked: frames, and hints about other hosts. They stand there as text. */
const CONNECTING = /<(?=\/?(?:iframe|frame|frameset|object|embed|portal|fencedframe|link)\b)/gi;

/** A page as a browser would draw it, without scripts, network, frames, forms or links that lead away. */
function drawnPage(text) {
  const frame = el("iframe", { class: "drawn", sandbox: "", title: "the page without scripts", referrerpolicy: "no-referrer" });
  frame.srcdoc = text.replace(CONNECTING, "&lt;");
  return frame;
}

/** A body with buttons for the ways to look at it. */
function bodyViews(data, number, wild, label, asHex) {
  if (number === null || number === undefined) return null;
  const value = data.bodies[number];
  if (value.kind === "omitted") return el("p", { class: "soft" }, `A body of ${size(value.size)}, too large to be shown here: open it in your editor.`);
  if (value.kind === "left out") return el("p", { class: "soft" }, `A body of ${size(value.size)}, left out.`);
  const ways = [];
  if (value.kind === "picture") ways.push(["Picture", () => el("img", { class: "picture", alt: `picture of ${size(value.size)}`, src: `data:${value.type};base64,${value.picture}` })]);
  if (value.kind === "json" && !value.cut) {
    const read = readJson(value.text, wild);
    if (read && read.children) ways.push(["Tree", () => el("div", { class: "tree mono", role: "group", "aria-label": label }, jsonTree(read, wild))]);
  }
  if (value.text !== undefined) ways.push([{ form: "Fields", binary: "Bytes" }[value.kind] || "Text", () => plainText(value, wild, label)]);
  if (value.kind === "markup") ways.push(["Page", () => drawnPage(value.text)]);
  if (asHex && value.kind !== "binary") ways.push(["Bytes", asHex]);
  const box = el("div");
  const buttons = ways.map(([title, draw]) => el("button", { "aria-pressed": "false", onclick: () => show(title, draw) }, title));
  async function show(title, draw) {
    buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.textContent === title)));
    try { replace(box, await draw()); } catch (problem) { complain(problem); }
  }
  show(...ways[0]);
  return [el("div", { class: "ways", role: "group", "aria-label": `ways to look at the ${label}` },
    el("span", { class: "soft" }, `${label}, ${size(value.size)}`), ways.length > 1 ? buttons : null), box];
}
