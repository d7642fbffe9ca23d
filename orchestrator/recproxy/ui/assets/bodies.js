// Bodies in the ways to look at them: a tree of JSON, text, fields, a picture, a page without scripts, and bytes.

const MOST_CHILDREN = 200, MOST_TEXT = 200000, MOST_LEAF = 10000;

/** What JSON text says, with numbers and masked values as they are written; null where it is no JSON. */
function readJson(text, wild) {
  const token = new RegExp(`\\s*(?:([{}\\[\\],:])|("(?:[^"\\\\\\n]|\\\\.)*")|(${wild}\\[[\\w.-]+\\]|[^\\s{}\\[\\],:"]+))`, "y");
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

/** A tree whose branches are made when somebody opens them. `picking` makes its values choosable: see `maskedInTree`. */
function jsonTree(read, wild, picking, { name = "", path = [], pointer = "", open = true } = {}) {
  const key = name === "" ? null : [el("span", { class: "key" }, name.slice(0, MOST_LEAF)), ": "];
  const value = (content, kind, label) => picking && picking.is_on && picking.takes(read)
    ? el("button", { class: `plain pick ${kind}`, "aria-label": `${label} at ${pointer.slice(0, 200) || "/"}`, onclick: () => picking.pick(path, pointer, name, read) }, content)
    : el("span", { class: kind }, content);
  if (!read.children) return el("div", { class: "leaf" }, key, value(marked(read.text.slice(0, MOST_LEAF), wild), read.kind === "string" ? "string" : "value", read.text.slice(0, 40)),
    read.text.length > MOST_LEAF ? el("span", { class: "soft" }, ` ${counted(read.text.length - MOST_LEAF, "more character")} not shown`) : null);
  const count = counted(read.children.length, read.kind === "object" ? "member" : "item");
  const whole = read.kind === "object" ? "object" : "list";
  if (!read.children.length) return el("div", { class: "leaf" }, key, value(read.kind === "object" ? "{}" : "[]", "", `empty ${whole}`));
  const inside = el("div", { class: "branch" });
  const is_open = picking && picking.opened.has(pointer) ? picking.opened.get(pointer) : open;
  const box = el("details", { open: is_open }, el("summary", {}, key, read.kind === "object" ? "{ " : "[ ", el("span", { class: "soft" }, count), read.kind === "object" ? " }" : " ]"), inside);
  const fill = () => {
    if (inside.childNodes.length) return;
    if (picking && picking.is_on && picking.takes(read)) inside.append(value(`this ${whole}`, "", whole));
    const children = read.children.map(([inner, each], number) => [inner, each, number]);
    inside.append(inParts(children, ([inner, each, number]) => jsonTree(each, wild, picking, {
      name: inner, path: [...path, number], pointer: `${pointer}/${unquoted(inner)}`, open: read.children.length <= 20 && is_open,
    }), MOST_CHILDREN));
  };
  if (is_open) fill();
  box.addEventListener("toggle", () => { if (picking) picking.opened.set(pointer, box.open); if (box.open) fill(); });
  return box;
}

/** A key without its quotes. */
function unquoted(key) {
  try { return key.startsWith('"') ? JSON.parse(key) : key; } catch { return key; }
}

/** A tree with a button that makes its values choosable, and what is done with the chosen one. `mask` gets side, path and name. */
function maskedInTree(read, wild, label, side, mask, isSent) {
  const tree = el("div", { class: "tree mono", role: "group", "aria-label": label });
  if (!mask) { tree.append(jsonTree(read, wild)); return tree; }
  const chosen = el("div", { class: "bar actions", "aria-live": "polite" });
  const picking = {
    is_on: false, opened: new Map(),
    /** A replay could not send a list or an object as a word. */
    takes: (node) => !node.children || !isSent,
    pick(path, pointer, key, node) {
      const whole = Boolean(node.children);
      const usual = isSent ? unquoted(key).replace(/[^\w.-]+/g, "_") : "";
      const name = el("input", { type: "text", autocomplete: "off", placeholder: "none", size: 14, value: usual });
      const everywhere = el("input", { type: "checkbox" });
      replace(chosen, el("span", {}, "Mask ", el("code", {}, pointer.slice(0, 200) || "all of it")), el("label", { class: "inline" }, "as the name ", name),
        whole ? null : el("label", { class: "inline" }, everywhere, " wherever this value stands in the recording"),
        el("button", { onclick: () => mask({ side, path, name: name.value.trim(), everywhere: everywhere.checked }, pointer.slice(0, 200) || "all of it") }, "Look at the change"));
      name.focus();
    },
  };
  const button = el("button", { "aria-pressed": "false", onclick: () => draw(!picking.is_on) }, "Choose a value to mask");
  function draw(is_on) {
    picking.is_on = is_on;
    button.setAttribute("aria-pressed", String(is_on));
    replace(chosen, is_on ? el("span", { class: "soft" }, "Choose a value of the tree.") : null);
    replace(tree, jsonTree(read, wild, picking));
  }
  draw(false);
  return el("div", {}, el("div", { class: "bar actions" }, button), tree, chosen);
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

/** A body of the `request` or `response` with buttons for the ways to look at it; without `mask` nothing is masked in it. A replay sends what `isSent`. */
function bodyViews(data, number, wild, side, { label = `${side} body`, asHex = null, mask = null, isSent = side === "response" } = {}) {
  if (number === null || number === undefined) return null;
  const value = data.bodies[number];
  if (value.kind === "omitted") return el("p", { class: "soft" }, `A body of ${size(value.size)}, too large to be shown here: open it in your editor.`);
  if (value.kind === "left out") return el("p", { class: "soft" }, `A body of ${size(value.size)}, left out.`);
  const ways = [];
  if (value.kind === "picture") ways.push(["Picture", () => el("img", { class: "picture", alt: `picture of ${size(value.size)}`, src: `data:${value.type};base64,${value.picture}` })]);
  if (value.kind === "json" && !value.cut) {
    const read = readJson(value.text, wild);
    if (read && read.children) ways.push(["Tree", () => maskedInTree(read, wild, label, side, mask, isSent)]);
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
