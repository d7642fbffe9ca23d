// What frames a page: its theme and its tabs.

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
