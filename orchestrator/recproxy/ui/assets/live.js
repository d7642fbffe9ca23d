// Runs while they go on, and after: their requests as they come, each with the recording that answered it.

const EVERY = 1000;

function runsView(go) {
  const which = el("select", {});
  const search = el("input", { type: "search", autocomplete: "off", placeholder: "address, test, status" });
  const result = el("select", {}, filterOptions(RESULTS));
  const follow = el("input", { type: "checkbox", checked: true });
  const said = el("p", { class: "hint", role: "status" });
  const list = virtualList("Requests", row, choose, { prefix: "request", empty: "No request fits." });
  const split = listAndDetail(list, "The chosen request");
  const view = el("div", {}, el("div", { class: "bar" }, named("Run", which), named("Search", search, true), named("Result", result),
    el("label", { class: "inline" }, follow, "follow")), said, split.box);
  let run = "", known = new Map(), ended = 0, since = -1, misses = [], leftOut = 0, over = false, names = "", numbers = 0;

  function row(item) {
    return rowLines(item.request.split(" ")[0], item.request.replace(/^\S+ /, ""), el("span", { class: "mono" }, item.status || ""),
      `${item.result}${item.fault ? `, fault ${item.fault}` : ""} · ${duration(item.seconds)} · ${size(item.size)} · ${item.profile} · ${item.test}`);
  }

  function begin(name) {
    run = name;
    [known, ended, since, misses, leftOut, over] = [new Map(), 0, -1, [], 0, false];
    replace(split.detail, el("p", { class: "empty" }, "Choose a request: with the arrow keys in the list, or a click."));
    show();
  }

  function show() {
    const words = searchWords(search);
    const all = [...known.values()].sort((a, b) => a.begun - b.begun);
    const found = all.filter((each) => (!result.value || each.result === result.value) && words.every((word) => `${each.request} ${each.test} ${each.status}`.toLowerCase().includes(word)));
    list.show(found);
    if (follow.checked && !over) list.box.scrollTop = list.box.scrollHeight;
    const left = leftOut ? ` ${counted(leftOut, "more request")} counted but not listed.` : "";
    said.textContent = run ? `${counted(found.length, "request")} of ${all.length.toLocaleString("en")}, ${counted(misses.length, "miss", "misses")}. ${over ? "The run has ended." : "The run goes on."}${left}` : "No run of this project goes on. Start one: it is shown here.";
  }

  async function look() {
    if (!view.isConnected || view.closest("[hidden]") || document.hidden) return;
    try {
      const { runs } = await ask("runs");
      const text = JSON.stringify(runs);
      if (text !== names) {
        names = text;
        replace(which, runs.length ? runs.map((each) => el("option", { value: each.run }, `${each.started.replace("T", " ").slice(0, 19)} ${each.mode} ${each.ended ? "ended" : "goes on"}`.trim())) : el("option", { value: "" }, "none"));
        const is = runs.find((each) => each.run === run);
        const heir = run && !is && runs.find((each) => each.ended && each.pid === Number(run.split("-")[0]));
        if (heir) run = heir.run; // it has ended, and this is what it left
        else if (!is) begin(runs.length ? runs[0].run : "");
        which.value = run;
      }
      if (!run || over) { if (!run) show(); return; }
      const values = await ask("requests", { run, ended, since });
      if (values.gone) { said.textContent = values.gone; return; } // the next look finds what it left
      for (const each of values.requests) {
        const key = `${each.profile} ${each.lane} ${each.begun}`;
        const before = known.get(key);
        // The same object, so that a request that was chosen stays so when its scope ends.
        known.set(key, Object.assign(before || {}, each, { interactionNumber: each.number, number: before ? before.number : numbers++ }));
        since = Math.max(since, each.begun + each.seconds);
      }
      [ended, misses, leftOut] = [values.ended, values.misses, values.left_out];
      over = Boolean((runs.find((each) => each.run === run) || {}).ended);
      show();
    } catch (problem) { complain(problem); }
  }

  async function choose(item, moves) {
    const parts = [el("h2", {}, item.request), requestFacts(item, item.size)];
    const miss = item.result === "missed" && misses.find((each) => `${each.method} ${each.url}` === item.request && each.test === item.test);
    if (miss) parts.push(missParts({}, { ...miss, interaction: null }, 3));
    else if (item.path && item.interactionNumber >= 0) {
      parts.push(el("p", {}, link("Open the recording", () => go({ view: "recording", name: item.path, number: item.interactionNumber }))));
      try {
        const data = await ask("interaction", { name: item.path, number: item.interactionNumber });
        parts.push(interaction({ interactions: [data.interaction], bodies: data.bodies }, 0, 3));
      } catch (problem) { parts.push(el("p", { class: "soft" }, problem.message)); }
    } else if (item.path) parts.push(el("p", {}, link("Open the recording that it is written to", () => go({ view: "recording", name: item.path, number: 0 }))));
    else parts.push(noRecording());
    split.show(parts, moves);
  }

  which.addEventListener("change", () => { begin(which.value); look(); });
  search.addEventListener("input", show);
  result.addEventListener("change", show);
  list.box.addEventListener("click", () => { follow.checked = false; });
  begin("");
  setInterval(look, EVERY);
  return { view, arrived: () => { list.render(); look(); } };
}
