// A recorded interaction: its request and response, or the conversation with a mail server.

function body(data, number, wild) {
  if (number === null || number === undefined) return null;
  const value = data.bodies[number];
  if (value.kind === "omitted") return el("p", { class: "soft" }, `A body of ${size(value.size)}, too large to be shown.`);
  if (value.kind === "left out") return el("p", { class: "soft" }, `A body of ${size(value.size)}, left out to keep this file small.`);
  if (value.kind === "picture") {
    return el("img", { class: "picture", alt: `picture of ${size(value.size)}`, src: `data:${value.type};base64,${value.picture}` });
  }
  const text = value.kind === "json" ? coloredJson(value.text, wild) : marked(value.text, wild);
  const cut = value.cut ? el("p", { class: "soft" }, `${counted(value.cut, "more character")} not shown.`) : null;
  return [el("pre", { tabindex: 0, role: "group", "aria-label": `body, ${value.kind}` }, text), cut];
}

function headers(lines, wild) {
  if (!lines.length) return null;
  return pairs(lines.map(([name, value]) => [name, marked(value, wild)]), "mono");
}

function trailers(lines, wild) {
  return lines.length ? [el("p", { class: "soft" }, "trailers"), headers(lines, wild)] : null;
}

function parts(list) {
  return el("ul", { class: "parts", "aria-label": "parts of the message" }, list.map((each) => el("li", { class: `depth${Math.min(each.depth, 6)}` },
    el("code", {}, each.type), each.name ? ` ${each.name}` : null, each.size ? el("span", { class: "soft" }, ` ${size(each.size)}`) : null)));
}

function mail(message, wild) {
  return el("div", { class: "card" },
    pairs(message.headers.map(([name, value]) => [name, marked(value, wild)])),
    message.parts.length ? parts(message.parts) : null,
    message.text ? el("pre", { tabindex: 0, role: "group", "aria-label": "text of the message" }, marked(message.text, wild)) : null,
    message.cut ? el("p", { class: "soft" }, `${counted(message.cut, "more character")} not shown.`) : null,
    message.size ? el("p", { class: "soft" }, `Of ${size(message.size)}, only the beginning was read.`) : null);
}

/** What was said, as it is in the file: under the message that it holds, it is closed until somebody wants it. */
function said(step, wild) {
  if (!step.text) return null;
  const text = [
    el("pre", { tabindex: 0, role: "group", "aria-label": `what the ${step.who} says` }, marked(step.text, wild)),
    step.cut ? el("p", { class: "soft" }, `${counted(step.cut, "more character")} not shown.`) : null];
  return step.messages ? el("details", {}, el("summary", {}, "as it was said"), text) : text;
}

function conversation(steps, wild) {
  return el("ol", { class: "says" }, steps.map((step) => el("li", { class: step.who === "client" ? "client" : "server" },
    el("div", { class: "who" }, step.fault ? `${step.who}, fault: ${step.fault}` : step.who),
    (step.messages || []).map((message) => mail(message, wild)), said(step, wild))));
}

const MOST_MESSAGES = 100;

/** The messages of both sides in their order. `draw` gives the parts of a message, which has a `body`. */
function exchange(found, draw) {
  const row = (each) => el("li", { class: each.who },
    el("div", { class: "who" }, each.who, each.binary ? ", binary" : null, each.after ? `, ${duration(each.after)} later` : null,
      each.fault ? el("span", { class: "warn" }, ` fault: ${each.fault}`) : null),
    each.event ? el("p", {}, each.event) : each.body === null || each.body === undefined ? el("p", { class: "soft" }, "An empty message.") : draw(each));
  const groups = [];
  for (let at = 0; at < found.exchange.length; at += MOST_MESSAGES) groups.push([at, found.exchange.slice(at, at + MOST_MESSAGES)]);
  return [inParts(groups, ([at, rows]) => el("ol", { class: "says", start: at + 1 }, rows.map(row)), 1),
    found.exchange_left_out ? el("p", { class: "soft" }, `${counted(found.exchange_left_out, "more message")} not shown.`) : null];
}

/** The first line of a response. */
function statusLine(answer) {
  return el("p", { class: "mono" }, `${answer.status} ${answer.reason}`, answer.fault ? el("span", { class: "warn" }, ` fault: ${answer.fault}`) : null,
    answer.chunks ? el("span", { class: "soft" }, ` in ${counted(answer.chunks, "piece")}`) : null);
}

function hiddenInteraction() {
  return el("p", { class: "soft" }, "This interaction is not shown, because it may hold a secret that cannot be masked.");
}

/** What is known of a request without its recording. */
function requestFacts(request, bytes, started = null) {
  const facts = [
    ["result", el("span", { class: request.result }, el("span", { class: "swatch" }), request.result)],
    ["status", request.status || null], ["test", request.test], ["service", request.profile], ["lane", request.lane],
    ["started", started], ["took", duration(request.seconds)], ["body", size(bytes)], ["fault", request.fault || null],
  ];
  return pairs(facts.filter(([, value]) => value !== null));
}

function noRecording() {
  return el("p", { class: "soft" }, "There is no recording of it here: only its request line is known, and nothing of its content is kept.");
}

/** That the service sent it, and how long after the response above it. */
function webhookFact(found) {
  return found.webhook === undefined ? "" : `a webhook${found.webhook ? `, ${duration(found.webhook)} after the response above it` : ""}`;
}

/** A recorded interaction under headings of this level. */
function interaction(data, number, level) {
  if (number === null || number === undefined) return null;
  const found = data.interactions[number];
  if (found.hidden) return hiddenInteraction();
  const heading = (text) => el(`h${level}`, {}, text);
  const facts = el("p", { class: "soft" }, [webhookFact(found), place(found), found.scope && `recorded by ${found.scope}`, found.recorded].filter(Boolean).join(" · "));
  if (found.steps && !found.response) return [heading("Conversation"), facts, conversation(found.steps, found.wild)];
  const answer = found.response;
  return [
    heading("Recorded request"), facts,
    el("p", { class: "mono" }, `${found.method} `, marked(found.url, found.wild)),
    headers(found.request.headers, found.wild), body(data, found.request.body, found.wild), trailers(found.request.trailers, found.wild),
    heading("Recorded response"), statusLine(answer),
    headers(answer.headers, answer.wild), body(data, answer.body, answer.wild), trailers(answer.trailers, answer.wild),
    found.steps ? [heading("Messages"), conversation(found.steps, found.wild)] : null,
    found.exchange ? [heading("Messages"), exchange(found, (each) => body(data, each.body, each.who === "client" ? found.wild : answer.wild))] : null,
  ];
}
