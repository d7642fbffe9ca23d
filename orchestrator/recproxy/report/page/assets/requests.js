// The view of all requests: filters, timeline, list, and the request that was chosen.

function requestsView(data, go) {
  const search = el("input", { type: "search", autocomplete: "off", placeholder: "URL, test, status" });
  const choices = (label, values) => el("select", { "aria-label": label }, filterOptions(values));
  const distinct = (name) => [...new Set(data.requests.map((each) => each[name]))];
  const service = choices("Service", distinct("profile").sort());
  const test = choices("Test", distinct("test"));
  const lane = choices("Lane", distinct("lane").sort());
  const result = choices("Result", RESULTS.filter((each) => data.requests.some((one) => one.result === each)));
  const by = el("select", {}, [["test", "test"], ["profile", "service"], ["lane", "lane"]].map(([value, text]) => el("option", { value }, text)));
  const order = el("select", {}, [["started", "time"], ["seconds", "slowest first"], ["bytes", "largest first"]].map(([value, text]) => el("option", { value }, text)));
  const said = el("p", { class: "hint", role: "status" });
  const time = timeline((request) => choose(request));
  const list = virtualList("Requests", row, choose);
  const split = listAndDetail(list, "The chosen request");

  function row(request) {
    return rowLines(request.method, request.url, el("span", { class: "mono" }, request.status || ""),
      `${request.result}${request.fault ? `, fault ${request.fault}` : ""} · ${duration(request.seconds)} · ${size(request.bytes)} · ${request.test}`);
  }

  function filtered() {
    const words = searchWords(search);
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
    split.show(shown(request), follow);
    go(`request-${request.number}`, true);
  }

  function shown(request) {
    const parts = [
      el("h2", {}, `${request.method} ${request.url}`),
      requestFacts(request, request.bytes, `${duration(request.started)} after the start`),
    ];
    if (request.miss) parts.push(missParts(data, request.miss, 3));
    else if (request.interaction !== null) parts.push(interaction(data, request.interaction, 3));
    else parts.push(request.result === "missed" ? el("p", { class: "soft" }, "So many requests missed that this one is not described.") : noRecording());
    return parts;
  }

  search.addEventListener("input", update);
  for (const each of [service, test, lane, result, by, order]) each.addEventListener("change", update);
  const view = el("div", {},
    el("div", { class: "bar", role: "search" }, named("Search", search, true), named("Service", service), named("Test", test),
      distinct("lane").length > 1 ? named("Lane", lane) : null, named("Result", result), named("Order", order)),
    el("div", { class: "bar" }, named("Rows by", by), time.tools),
    el("ul", { class: "legend" }, RESULTS.map((each) => el("li", { class: each }, el("span", { class: "swatch" }), each))),
    time.box, time.hint, said, split.box);
  replace(split.detail, el("p", { class: "empty" }, "Choose a request: with the arrow keys in the list, or a click."));
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
