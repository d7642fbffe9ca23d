// The page: its views, and the address of what is shown.

function start(data) {
  const main = document.getElementById("main");
  let requests = null, misses = null;
  const views = [
    { name: "overview", title: "Overview", view: () => overview(data, go) },
    { name: "requests", title: "Requests", count: data.requests.length + data.requests_left_out, view: () => (requests = requestsView(data, go)).view },
    { name: "misses", title: "Misses", count: data.misses.length, view: () => (misses = missesView(data, go)).view },
    { name: "tests", title: "Tests", count: data.tests.length, view: () => testsView(data, go) },
    { name: "recordings", title: "Recordings", count: data.unused.filter((each) => each.passed).length + data.written.length, view: () => recordingsView(data) },
  ];
  const shown = tabs(views, (name) => go(name));

  /** Show what an address names; `quiet` only changes the address. */
  function go(address, quiet, filter) {
    history.replaceState(null, "", `#${address}`);
    if (quiet) return;
    const [kind, number] = address.split("-");
    shown.show({ request: "requests", miss: "misses" }[kind] || kind);
    if (kind === "requests" && filter) requests.filter(filter);
    if (kind === "requests") requests.arrived();
    if (kind === "request") { requests.filter({}); requests.arrived(); requests.choose(Number(number)); }
    if (kind === "miss") misses.choose(Number(number));
  }

  const colors = theme(() => requests && requests.recolor());
  replace(document.getElementById("tools"), colors.control);
  replace(main, shown.list, shown.panels);
  colors.apply();
  const known = /^#(overview|requests|misses|tests|recordings|request-\d+|miss-\d+)$/;
  const arrive = () => go(known.test(location.hash) ? location.hash.slice(1) : "overview");
  window.addEventListener("hashchange", arrive);
  arrive();
  document.documentElement.dataset.ready = "true";
}

unpacked().then(understood).then(start).catch((problem) => {
  replace(document.getElementById("main"), el("p", { class: "bad" },
    typeof DecompressionStream === "undefined" ? "This browser is too old for this page: it cannot unpack its data." : `This page cannot show its data: ${problem}`));
});
