// Texts as people read them: JSON in colors, masked values marked, and what differs between two texts.

const MOST_COLORED = 6000, MOST_MARKED = 1000;

/** A text in which the places that stand for a masked value are marked: the first ones of very many. */
function marked(text, wild) {
  const parts = [];
  const pattern = new RegExp(`${wild.replace(/[^A-Za-z0-9]/g, "\\$&")}(?:\\[[\\w.-]{1,80}\\])?`, "g");
  let end = 0;
  let count = 0;
  for (const found of text.matchAll(pattern)) {
    if (++count > MOST_MARKED) break;
    parts.push(text.slice(end, found.index));
    parts.push(el("mark", { class: "masked", title: "masked: the value is not in the recording" }, found[0]));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** JSON with its keys, strings and numbers in colors; only text is made of it, so that any text will do. */
function coloredJson(text, wild) {
  const parts = [];
  let end = 0, count = 0;
  for (const found of text.matchAll(/"(?:[^"\\\n]|\\.)*(?:"(\s*:)?)?|-?\b\d[\d.eE+-]*\b|\b(?:true|false|null)\b/g)) {
    if (++count > MOST_COLORED) break;
    parts.push(marked(text.slice(end, found.index), wild));
    const key = found[1] !== undefined;
    const word = key ? found[0].slice(0, found[0].length - found[1].length) : found[0];
    parts.push(el("span", { class: key ? "key" : word[0] === '"' ? "string" : "value" }, marked(word, wild)));
    end = found.index + word.length;
  }
  parts.push(marked(text.slice(end), wild));
  return parts;
}

/** Two texts, with what only one of them has marked: what they share at the beginning and the end is not. */
function compared(recorded, live) {
  if (recorded === null || live === null) {
    const whole = (text, tag) => (text === null ? el("span", { class: "soft" }, "(absent)") : el(tag, {}, text || "(empty)"));
    return [whole(recorded, "del"), whole(live, "ins")];
  }
  const most = Math.min(recorded.length, live.length);
  let start = 0, end = 0;
  while (start < most && recorded[start] === live[start]) start++;
  while (end < most - start && recorded[recorded.length - 1 - end] === live[live.length - 1 - end]) end++;
  const side = (text, tag) => [text.slice(0, start), el(tag, {}, text.slice(start, text.length - end)), text.slice(text.length - end)];
  return [side(recorded, "del"), side(live, "ins")];
}

function differences(miss) {
  if (!miss.differences.length) return null;
  return el("div", { class: "differences" }, table("What differs", [["part", "text"], ["− recorded", "was"], ["+ this request", "is"]], miss.differences.map((each) => {
    const [recorded, live] = compared(each.recorded, each.request);
    return [el("strong", {}, each.field), recorded, live];
  })));
}
