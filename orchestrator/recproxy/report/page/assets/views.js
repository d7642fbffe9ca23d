// The other views: the run at a glance, misses, tests, recordings.

/** What is said of a miss: its differences, what to do, and the interaction that is closest. */
function missParts(data, miss, level) {
  const [first, ...others] = miss.text.trimEnd().split("\n\n");
  const said = miss.differences.length ? others.slice(-1) : others; // the table of differences says the rest
  return [
    el("p", {}, el("strong", {}, first)),
    differences(miss),
    said.length ? el("pre", { tabindex: 0, role: "group", "aria-label": "what to do" }, said.join("\n\n")) : null,
    miss.interaction !== null ? el(`h${level}`, {}, "Closest recording") : null,
    interaction(data, miss.interaction, level + 1),
  ];
}

/** What a proof found: each replay of the command, each test that does not replay, and what a replay saves. */
function proofParts(proof, go) {
  const all = proof.failed.length ? `${proof.failed.length} of ${counted(proof.tests, "test", "tests")} ${proof.failed.length > 1 ? "do" : "does"} not replay.` : `${counted(proof.tests, "test", "tests")} replayed: same result, every interaction used, none ambiguous, nothing live.`;
  return [el("h2", {}, "Proof"), el("p", { class: proof.failed.length ? "bad" : "good" }, all),
    table("Replays", [["replay", "text"], ["tests", "number"], ["replayed", "number"], ["took", "number"], ["isolated", ""]],
      proof.passes.map((each) => [each.name, each.tests, each.replayed, duration(each.seconds), each.isolated ? "yes" : "no"])),
    proof.failed.map((each) => el("section", { class: "card failed" }, el("h3", {}, link(each.test, () => go("requests", false, { test: each.test }))),
      el("p", {}, el("strong", {}, each.cause), ` (${each.way})`), el("pre", { tabindex: 0, role: "group", "aria-label": "why it does not replay" }, each.text))),
    proof.notes.length ? el("ul", {}, proof.notes.map((note) => el("li", { class: "soft" }, note))) : null,
    proof.saves ? el("p", { class: "found" }, `${proof.saves}.`) : null];
}

function overview(data, go) {
  const profiles = table("Services", [["service", ""], ["mode", ""], ["requests", "number"], ["played", "number"], ["recorded", "number"],
    ["missed", "number"], ["unused", "number"], ["forwarded", "number"], ["failed", "number"], ["bytes", "number"], ["time", "number"], ["slowest", "number"]],
    [...data.profiles].sort((a, b) => b.requests - a.requests).map((each) => [
      link(each.name, () => go("requests", false, { service: each.name })), each.mode, each.requests, each.played, each.recorded,
      each.missed ? el("strong", { class: "bad" }, each.missed) : 0, each.unused, each.forwarded, each.failed, size(each.bytes), duration(each.seconds), duration(each.slowest_seconds)]));
  const slow = [...data.requests].sort((a, b) => b.seconds - a.seconds).slice(0, 10).filter((each) => each.seconds > 0);
  const tests = [...data.tests].sort((a, b) => b.seconds - a.seconds).slice(0, 10).filter((each) => each.seconds > 0);
  const problems = [["failures", "Requests without an answer", "bad"], ["refusals", "Refused hosts", "bad"], ["unasked", "Services that were never asked", "warn"],
    ["old", "Old recordings", "warn"], ["notes", "Notes", "soft"]];
  const counts = (what, values) => table(`${what}s with counts`, [[what, "text"], ["count", "number"]], Object.entries(values).sort((a, b) => b[1] - a[1]));
  return el("div", {},
    data.run.error ? el("p", { class: "bad" }, `The run broke off: ${data.run.error}`) : null,
    el("h2", {}, "Services"), profiles,
    data.proof ? proofParts(data.proof, go) : null,
    data.misses.length ? [el("h2", {}, "Misses"), el("ul", {}, data.misses.slice(0, 10).map((miss) =>
      el("li", {}, link(`${miss.method} ${miss.url}`, () => go(`miss-${miss.number}`)), ` in ${miss.test}`, miss.count > 1 ? `, ${miss.count} times` : "")))] : null,
    problems.filter(([name]) => data.findings[name].length).map(([name, title, kind]) => [el("h2", { class: kind }, title),
      el("ul", {}, data.findings[name].slice(0, 200).map((each) => el("li", { class: "found" }, each.text, each.count > 1 ? ` (${each.count} times)` : "", each.test ? ` in ${each.test}` : "")))]),
    data.wanted.length ? [el("h2", {}, "Wanted recordings"), table("Wanted recordings", [["test", "text"], ["services", ""], ["requests", "number"], ["shared with", "text"]],
      data.wanted.map((each) => [link(each.test, () => go("requests", false, { test: each.test })), each.profiles.join(", "), each.requests.length, each.shared_with.join(", ")]))] : null,
    slow.length ? [el("h2", {}, "Slowest requests"), table("Slowest requests", [["request", "text"], ["service", ""], ["test", "text"], ["took", "number"]],
      slow.map((each) => [link(`${each.method} ${each.url}`, () => go(`request-${each.number}`)), each.profile, each.test, duration(each.seconds)]))] : null,
    tests.length ? [el("h2", {}, "Slowest tests"), table("Slowest tests", [["test", "text"], ["took", "number"]],
      tests.map((each) => [link(each.name, () => go("requests", false, { test: each.name })), duration(each.seconds)]))] : null,
    data.tokens.length ? [el("h2", {}, "Replayed tokens"), table("Replayed tokens", [["service", ""], ["model", "text"], ["responses", "number"], ["input", "number"], ["cached", "number"], ["output", "number"]],
      data.tokens.map((each) => [each.profile, each.model, each.responses, each.input, each.cached, each.output]))] : null,
    Object.keys(data.redactions).length ? [el("h2", {}, "Masked"), counts("rule", data.redactions)] : null,
    Object.keys(data.blocked).length ? [el("h2", {}, "Blocked hosts"), counts("host", data.blocked)] : null,
    data.bodies_left_out ? el("p", { class: "soft" }, `${counted(data.bodies_left_out, "body", "bodies")} left out to keep this file small.`) : null,
    el("p", { class: "soft" }, `Written by recproxy ${data.run.recproxy}${data.run.shards.length ? ` from the shards ${data.run.shards.join(", ")}` : ""}. Secrets are masked.`));
}

function link(text, act) {
  return el("button", { class: "plain", onclick: act }, text);
}

function missesView(data, go) {
  const cards = new Map();
  const card = (miss) => {
    const made = el("section", { class: "card missed", id: `miss-${miss.number}`, tabindex: -1 },
      el("h3", {}, `${miss.method} ${miss.url}`),
      el("p", {}, miss.test, miss.count > 1 ? `, ${miss.count} times` : "", " ",
        miss.first !== undefined ? link("Show it in the timeline", () => go(`request-${miss.first}`)) : null),
      missParts(data, miss, 4));
    cards.set(miss.number, made);
    return made;
  };
  const view = el("div", {}, el("h2", {}, "Misses"), data.misses.length ? inParts(data.misses, card, 50) : el("p", { class: "empty" }, "No request missed."),
    data.drift.length ? [el("h2", {}, "Services that answer otherwise"), inParts(data.drift, (each) => el("section", { class: "card failed" },
      el("h3", {}, `${each.method} ${each.url}`), el("p", {}, each.test), el("pre", { tabindex: 0, role: "group", "aria-label": "what differs" }, each.text), interaction(data, each.interaction, 4)), 50)] : null);
  return { view, choose(number) {
    while (!cards.has(number) && view.querySelector("div > button:last-child")) view.querySelector("div > button:last-child").click();
    const found = cards.get(number);
    if (found) { found.scrollIntoView({ block: "start" }); found.focus({ preventScroll: true }); }
  } };
}

function testsView(data, go) {
  const result = (each) => (each.passed === null ? el("span", { class: "soft" }, "not ended") : each.passed ? el("span", { class: "good" }, "passed") : el("span", { class: "bad" }, "failed"));
  const rows = (tests) => table("Tests", [["test", "text"], ["result", ""], ["took", "number"], ["played", "number"], ["recorded", "number"], ["forwarded", "number"], ["missed", "number"], ["failed", "number"]],
    tests.map((each) => [link(each.name, () => go("requests", false, { test: each.name })), result(each), duration(each.seconds), each.played, each.recorded, each.forwarded, each.missed, each.failed]));
  const groups = [];
  for (let at = 0; at < data.tests.length; at += 200) groups.push(data.tests.slice(at, at + 200));
  return el("div", {}, el("h2", {}, "Tests"), groups.length ? inParts(groups, rows, 1) : el("p", { class: "empty" }, "No test had a scope."));
}

function recordingsView(data) {
  const state = (each) => [each.failed ? "failed test" : each.changed ? "changed" : "unchanged", each.kept ? ", the old recording was kept" : ""].join("");
  const unused = (each) => el("details", { class: "card" }, el("summary", {}, `${each.profile}: ${each.request}`, el("span", { class: "soft" }, ` ${place(each)}${each.passed ? "" : ", in play of a test that failed"}`)), interaction(data, each.interaction, 3));
  return el("div", {},
    el("h2", {}, "Written"), data.written.length ? table("Written recordings", [["file", "text"], ["interactions", "number"], ["what became of it", ""]],
      data.written.map((each) => [each.path, each.interactions, state(each)])) : el("p", { class: "empty" }, "This run wrote no recording."),
    el("h2", {}, "Unused interactions"), data.unused.length ? inParts(data.unused, unused, 100) : el("p", { class: "empty" }, "Every recorded interaction in play was played."));
}
