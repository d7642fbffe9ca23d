// The view of all requests: filters, timeline, list, and the request that was chosen.

function requestsView(data, go) {
  const search = el("input", { type: "search", autocomplete: "off", placeholder: "URL, test, status" });
  const choices = (label, values) => el("select", { "aria-label": label }, el("option", { value: "" }, "all"), values.map((each) => el("option", { value: each }, each)));
  const distinct = (name) => [...new Set(data.requests.map((each) => each[name]))];
  const service = choices("Service", distinct("profile").sort());
  const test = choices("Test", distinct("test"));
  const lane = choices("Lane", distinct("lane").sort());
  const result = choices("Result", RESULTS.filter((each) => data.requests.some((one) => one.result === each)));
  const by = el("select", {}, [["test", "test"], ["profile", "service"], ["lane", "lane"]].map(([value, text]) => el("option", { value }, text)));
  const order = el("select", {}, [["started", "time"], ["seconds", "slowest first"], ["bytes", "largest first"]].map(([value, text]) => el("option", { value }, text)));
  const said = el("p", { class: "hint", role: "status" });
  const detail = el("section", { class: "detail", "aria-label": "The chosen request" });
  const time = timeline((request) => choose(request));
  const list = virtualList("Requests", row, choose);
  const split = el("div", { class: "split" }, list.box, detail);

  function row(request) {
    return [
      el("div", { class: "first" }, el("strong", {}, request.method), el("span", { class: "url" }, shortUrl(request)),
        el("span", { class: "mono" }, request.status || "")),
      el("div", { class: "second" }, `${request.result}${request.fault ? `, fault ${request.fault}` : ""} · ${duration(request.seconds)} · ${size(request.bytes)} · ${request.test}`),
    ];
  }

  function shortUrl(request) {
    return request.url.replace(/^https?:\/\//, "");
  }

  function filtered() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return data.requests.filter((each) =>
      (!service.value || each.profile === service.value) && (!test.value || each.test === test.value) &&
      (!lane.value || each.lane === lane.value) && (!result.value || each.result === result.value) &&
      words.every((word) => each.words.includes(word)));
  }

  function update() {
    const found = filtered();
    time.show(found, by.value);
    list.show(order.value === "started" ? found : [...found].sort((a, b) => b[order.value] - a[order.value]));
    const left = data.requests_left_out ? ` The run had ${counted(data.requests_left_out, "more request")}, which are counted but not listed.` : "";
    said.textContent = `${counted(found.length, "request")} of ${data.requests.length.toLocaleString("en")}.${left}`;
  }

  function choose(request, follow) {
    time.choose(request);
    list.choose(request);
    split.classList.add("has-detail");
    replace(detail, el("button", { class: "back", onclick: () => { split.classList.remove("has-detail"); list.render(); list.box.focus(); } }, "Back to the list"),
      shown(request));
    if (follow) {
      detail.tabIndex = -1;
      detail.focus({ preventScroll: true });
      split.scrollIntoView({ block: "nearest" });
    }
    go(`request-${request.number}`, true);
  }

  function shown(request) {
    const facts = [
      ["result", el("span", { class: request.result }, el("span", { class: "swatch" }), request.result)],
      ["status", request.status || null], ["test", request.test], ["service", request.profile], ["lane", request.lane],
      ["started", `${duration(request.started)} after the start`], ["took", duration(request.seconds)],
      ["body", size(request.bytes)], ["fault", request.fault || null],
    ].filter(([, value]) => value !== null);
    const parts = [
      el("h2", {}, `${request.method} ${request.url}`),
      el("dl", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    ];
    if (request.miss) parts.push(missParts(data, request.miss, 3));
    else if (request.interaction !== null) parts.push(interaction(data, request.interaction, 3));
    else parts.push(el("p", { class: "soft" }, request.result === "missed" ? "So many requests missed that this one is not described."
      : "There is no recording of it here: only its request line is known, and nothing of its content is kept."));
    return parts;
  }

  search.addEventListener("input", update);
  for (const each of [service, test, lane, result, by, order]) each.addEventListener("change", update);
  const named = (text, control, grow) => el("label", { class: grow ? "grow" : null }, text, control);
  const view = el("div", {},
    el("div", { class: "bar", role: "search" }, named("Search", search, true), named("Service", service), named("Test", test),
      distinct("lane").length > 1 ? named("Lane", lane) : null, named("Result", result), named("Order", order)),
    el("div", { class: "bar" }, named("Rows by", by), time.tools),
    el("ul", { class: "legend" }, RESULTS.map((each) => el("li", { class: each }, el("span", { class: "swatch" }), each))),
    time.box, time.hint, said, split);
  replace(detail, el("p", { class: "empty" }, "Choose a request: with the arrow keys in the list, or a click."));
  update();
  return {
    view,
    recolor: () => time.recolor(),
    arrived: () => { time.recolor(); list.render(); },
    choose: (number) => { const request = data.requests[number]; if (request) choose(request, true); },
    filter(values) {
      search.value = values.search || "";
      service.value = values.service || ""; test.value = values.test || ""; result.value = values.result || ""; lane.value = "";
      update();
    },
  };
}
