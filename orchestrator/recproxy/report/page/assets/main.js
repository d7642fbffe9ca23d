// The page: its tabs, its theme, and the address of what is shown.

const KEY = "recproxy-theme";

function theme(recolor) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let wanted = "system";
  try { wanted = localStorage.getItem(KEY) || "system"; } catch { /* a file of its own has no storage in some browsers */ }
  const select = el("select", {}, ["system", "light", "dark"].map((each) => el("option", { value: each }, each)));
  select.value = ["light", "dark"].includes(wanted) ? wanted : "system";
  function apply() {
    document.documentElement.dataset.theme = select.value === "system" ? (system.matches ? "dark" : "light") : select.value;
    recolor();
  }
  select.addEventListener("change", () => { try { localStorage.setItem(KEY, select.value); } catch { /* as above */ } apply(); });
  system.addEventListener("change", apply);
  return { control: el("label", {}, "Theme ", select), apply };
}

function tabs(views, chosen) {
  const list = el("div", { role: "tablist", "aria-label": "Views" });
  const made = views.map(({ name, title, count, view }) => ({
    name, view,
    tab: el("button", { role: "tab", id: `tab-${name}`, "aria-controls": `view-${name}`, onclick: () => chosen(name) }, title,
      count === undefined ? null : el("span", { class: "count" }, ` ${count.toLocaleString("en")}`)),
    panel: el("div", { role: "tabpanel", id: `view-${name}`, "aria-labelledby": `tab-${name}`, hidden: true }),
  }));
  list.append(...made.map((each) => each.tab));
  list.addEventListener("keydown", (event) => {
    const at = made.findIndex((each) => each.tab === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: made.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const found = made[(next + made.length) % made.length];
    found.tab.focus();
    chosen(found.name);
  });
  return { list, panels: made.map((each) => each.panel), show(name) {
    for (const each of made) {
      const is = each.name === name;
      each.tab.setAttribute("aria-selected", String(is));
      each.tab.tabIndex = is ? 0 : -1;
      each.panel.hidden = !is;
      if (is && !each.panel.childNodes.length) each.panel.append(each.view()); // made when it is first looked at
    }
  } };
}

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
