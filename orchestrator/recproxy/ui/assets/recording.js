// One recording: its interactions in a list, and the one that was chosen.

/** The editor that the viewer opens; empty where it knows none. */
let editorName = "";

/** What was found; `choose` is told the interaction and the line that somebody follows. */
function marksList(marks, choose) {
  if (!marks.length) return null;
  return el("ul", { class: "marks", "aria-label": "what scan and check found" }, marks.map((mark) => el("li", {},
    el("span", { class: mark.source === "scan" ? "bad" : "warn" }, `${mark.source}: ${mark.kind}`), " ",
    mark.source === "scan" ? `in ${mark.message}` : mark.message, " ",
    mark.line ? (choose && mark.number >= 0 ? link(`line ${mark.line}`, () => choose(mark.number, mark.line)) : el("span", { class: "soft" }, `line ${mark.line}`)) : null)));
}

function recordingView(go) {
  const head = el("div", { class: "recording" });
  const list = virtualList("Interactions", row, (item, follow) => choose(item.number, follow), { prefix: "interaction", empty: "It has no interactions." });
  const split = listAndDetail(list, "The chosen interaction");
  const view = el("div", {}, head, split.box);
  const state = { name: "", sha: "", rows: [], count: 0, number: -1, values: null };
  let asked = 0, showLine = () => {};
  const review = changeReview(() => ({ name: state.name, sha: state.sha }), (done) => open(state.name, done.number, true), () => open(state.name, Math.max(state.number, 0)));
  const text = textPanel(state, review);

  function row(item) {
    return rowLines(item.method || "hidden", item.url,
      [item.marks ? el("span", { class: "bad" }, counted(item.marks, "mark")) : null, el("span", { class: "mono" }, item.status || "")],
      `#${item.number + 1}${item.line ? ` · line ${item.line}` : ""} · ${item.steps ? counted(item.steps, "step") : size(item.size)}${item.scope ? ` · ${item.scope}` : ""}`);
  }

  async function open(name, number = 0, follow = false) {
    const mine = ++asked;
    try {
      const values = await ask("recording", { name });
      if (mine !== asked) return;
      Object.assign(state, { name, sha: values.sha, rows: values.rows, count: values.count, values, number: -1 });
      drawHead();
      list.show(state.rows);
      while (number >= state.rows.length && state.rows.length < state.count) await more();
      if (state.count) await choose(Math.min(number, state.count - 1), follow);
      else replace(split.detail, el("p", { class: "empty" }, "This recording has no interactions."));
    } catch (problem) {
      if (mine !== asked) return;
      Object.assign(state, { name, rows: [], count: 0, number: -1, values: null });
      list.show([]);
      replace(head, el("h2", {}, name));
      replace(split.detail, el("p", { class: "bad" }, problem.message));
      complain(problem);
    }
  }

  async function more() {
    const { name, rows } = state;
    const values = await ask("rows", { name, from: rows.length });
    if (name !== state.name || rows !== state.rows) return;
    rows.push(...values.rows);
    drawHead();
    list.show([...rows]);
    state.rows = rows;
  }

  function drawHead() {
    const { values, rows, count } = state;
    const facts = [values.profile, counted(count, "interaction"), size(values.size), values.match_on.length && `matched on ${values.match_on.join(", ")}`,
      values.repeat && `repeat ${values.repeat}`].filter(Boolean).join(" · ");
    replace(head,
      el("h2", {}, values.name), el("p", { class: "soft" }, facts),
      values.comments.length ? el("p", { class: "soft" }, values.comments.join(" ")) : null,
      values.unwritable ? el("p", { class: "warn" }, `It cannot be changed here: ${values.unwritable}.`) : null,
      historyPanel(state.name),
      values.checked ? null : el("p", { class: "soft" }, "It is too large to be checked here: use recproxy check and recproxy scan."),
      values.marks.length ? el("details", { class: "card failed" }, el("summary", {}, counted(values.marks.length, "mark")), marksList(values.marks, (number) => choose(number, true))) : null,
      rows.length < count ? el("p", {}, `The first ${counted(rows.length, "interaction")} of ${count.toLocaleString("en")}. `, link("Show more", () => more().catch(complain))) : null);
  }

  async function choose(number, follow) {
    const name = state.name, mine = ++asked;
    try {
      while (number >= state.rows.length && state.rows.length < state.count) await more();
      const data = await ask("interaction", { name, number });
      if (mine !== asked) return;
      if (data.sha !== state.sha) { await open(name, number, follow); return; }
      state.number = number;
      list.choose(state.rows[number]);
      split.show(shown(data), follow);
      go({ view: "recording", name, number }, true);
    } catch (problem) { complain(problem); }
  }

  function shown(data) {
    const found = data.interaction;
    if (found.hidden) return hiddenInteraction();
    const facts = [webhookFact(found), found.line && `line ${found.line}`, found.scope && `recorded by ${found.scope}`, found.recorded].filter(Boolean).join(" · ");
    const parts = [
      el("h2", {}, `${found.method} `, marked(found.url, found.wild)),
      facts ? el("p", { class: "soft" }, facts) : null,
      data.secrets ? el("p", { class: "bad" }, `${counted(data.secrets, "secret")} of this interaction ${data.secrets === 1 ? "is" : "are"} in the file. Here ${data.secrets === 1 ? "it is" : "they are"} masked.`) : null,
      marksList(data.marks, state.values.unwritable ? null : (_, line) => showLine(line)),
      copies(data),
      ...changes(),
    ];
    if (found.steps && !found.response) return [...parts, el("h3", {}, "Conversation"), conversation(found.steps, found.wild)];
    const answer = found.response;
    const bytes = (side) => async () => el("pre", { tabindex: 0, role: "group", "aria-label": `bytes of the ${side}` },
      (await ask("bytes", { name: state.name, number: found.number, side })).text);
    const number = state.number, isWebhook = found.webhook !== undefined;
    const mask = state.values.unwritable ? null : (edit, what) => {
      review.show(`Mask ${what} as ${edit.name ? `XXX[${edit.name}]` : "XXX"}`, { kind: "mask", number, ...edit });
      review.box.tabIndex = -1;
      review.box.focus();
    };
    return [...parts,
      el("h3", {}, "Request"), headers(found.request.headers, found.wild), bodyViews(data, found.request.body, found.wild, "request", { asHex: bytes("request"), mask, isSent: isWebhook }), trailers(found.request.trailers, found.wild),
      el("h3", {}, "Response"), statusLine(answer),
      headers(answer.headers, answer.wild), bodyViews(data, answer.body, answer.wild, "response", { asHex: bytes("response"), mask, isSent: !isWebhook }), trailers(answer.trailers, answer.wild),
      found.steps ? [el("h3", {}, "Messages"), conversation(found.steps, found.wild)] : null,
      found.exchange ? [el("h3", {}, "Messages"), exchange(found, (each) => message(data, each, mask))] : null];
  }

  /** A message of a side; `path` leads to it in the body of that side, where it is in one. */
  function message(data, each, mask) {
    const found = data.interaction, isClient = each.who === "client";
    return bodyViews(data, each.body, isClient ? found.wild : found.response.wild, isClient ? "request" : "response", {
      label: "message", mask: mask && each.path ? (edit, what) => mask({ ...edit, path: [...each.path, ...edit.path] }, what) : null,
    });
  }

  /** What changes the interaction, where the recording can be changed here. */
  function changes() {
    review.close();
    if (state.values.unwritable) return [];
    const place = el("div"), number = state.number;
    const panel = el("details", { class: "card" }, el("summary", {}, "Text, edit and mask"), text.box);
    replace(text.box);
    let loading = null;
    const load = () => (loading = loading || text.load(number)); // once, whoever asks first
    panel.addEventListener("toggle", () => { if (panel.open) load(); });
    showLine = async (line) => { panel.open = true; await load(); text.show(line); };
    return [el("div", { class: "bar actions", role: "group", "aria-label": "change the interaction" },
      interactionActions(state, review, () => replace(place, movePanel(state, review)))), place, panel, review.box];
  }

  async function openEditor(line) {
    try { await tell("open", { name: state.name, line }); say(`Opened in ${editorName}.`); } catch (problem) { complain(problem); }
  }

  function copies(data) {
    const names = Object.keys(data.copies), line = data.interaction.line || 1;
    return el("div", { class: "bar actions", role: "group", "aria-label": "copy and open" },
      editorName ? el("button", { onclick: () => openEditor(line) }, `Open in ${editorName}`) : el("button", { onclick: () => copied(`${state.name}:${line}`, "the place") }, "Copy the place"), names.map((name) => el("button", { onclick: () => copied(data.copies[name], `the request as ${name}`) }, `Copy as ${name}`)));
  }

  async function copied(what, name) {
    try { await navigator.clipboard.writeText(what); say(`Copied ${name}.`); } catch { say("The browser did not let the page copy.", true); }
  }

  return { view, open, arrived: () => list.render(), state };
}
