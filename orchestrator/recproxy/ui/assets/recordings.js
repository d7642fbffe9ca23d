// All recordings: a list by profile, and search over everything that they hold.

function allRecordings(go) {
  const search = el("input", { type: "search", autocomplete: "off", placeholder: "address, header, body, mail, test" });
  const profile = el("select", {});
  const said = el("p", { class: "hint", role: "status" });
  const list = virtualList("Recordings", row, (item) => go({ view: "recording", name: item.name, number: item.hit ? item.hit.number : 0 }), { prefix: "file", empty: "Nothing fits." });
  const view = el("div", { class: "recordings" }, el("div", { class: "bar", role: "search" }, named("Search", search, true), named("Profile", profile)), said, list.box);
  const tab = crypto.randomUUID();
  let files = [], searching = null;

  function row(item) {
    const hit = item.hit;
    if (hit) return rowLines(hit.method, hit.url, el("span", { class: "mono" }, hit.status || ""),
      `${hit.where}: ${hit.excerpt} · ${hit.name}${hit.line ? ":" + hit.line : ""}`);
    // Names of a folder begin alike, and a narrow row shows their beginning: the file first, its folder below.
    const parts = item.name.split("/"), file = parts.splice(-2).join("/");
    const about = `${size(item.size)} · changed ${new Date(item.changed * 1000).toLocaleString("en")}`;
    return rowLines(item.profile, file, null, parts.length ? `${about} · ${parts.join("/")}` : about);
  }

  async function load() {
    const values = await ask("recordings");
    files = values.recordings;
    const chosen = profile.value;
    replace(profile, filterOptions([...new Set(files.map((each) => each.profile))].sort()));
    profile.value = chosen;
    await update();
  }

  async function update() {
    if (searching) searching.abort();
    const words = search.value.trim(), mine = new AbortController();
    searching = mine;
    if (words.length < 2) {
      const found = files.filter((each) => !profile.value || each.profile === profile.value);
      list.show(found.map((each, number) => ({ ...each, number })));
      said.textContent = `${counted(found.length, "recording")} of ${files.length.toLocaleString("en")}.`;
      return;
    }
    said.textContent = "Searching.";
    try {
      const values = await ask("search", { words, profile: profile.value, tab }, { signal: mine.signal });
      list.show(values.hits.map((hit, number) => ({ number, name: hit.name, hit })));
      said.textContent = values.more ? `The first ${counted(values.hits.length, "interaction")} found; there may be more.` : `${counted(values.hits.length, "interaction")} found.`;
    } catch (problem) { complain(problem); }
  }

  search.addEventListener("input", later(250, update));
  profile.addEventListener("change", update);
  load().catch(complain);
  return { view, load, arrived: () => list.render() };
}
