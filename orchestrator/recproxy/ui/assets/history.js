// The history of a recording: the commits that changed it, and what the service changed between two of them.

function changedParts(found) {
  if (!found.length) return el("p", { class: "soft" }, "The answers of the service are the same.");
  const signs = { changed: "changed", added: "new", removed: "gone" };
  return inParts(found, (each) => el("section", { class: "card" },
    el("h3", {}, el("span", { class: each.state === "removed" ? "bad" : each.state === "added" ? "good" : "warn" }, signs[each.state]), ` ${each.method} ${each.url}`),
    each.scope ? el("p", { class: "soft" }, each.scope) : null,
    each.changes.length ? table("What changed", [["part", ""], ["before", "was"], ["after", "is"]], each.changes.map((change) => {
      const [before, after] = compared(change.before, change.after);
      return [el("strong", {}, change.place), before, after];
    })) : null), 50);
}

function historyPanel(name) {
  const result = el("div", { "aria-live": "polite" });
  const inside = el("div");
  const box = el("details", { class: "card" }, el("summary", {}, "History"), inside);
  let loaded = false;

  async function load() {
    if (loaded) return;
    loaded = true;
    try {
      const { revisions, problem } = await ask("history", { name });
      if (!revisions.length) { replace(inside, el("p", { class: "soft" }, problem || "No commit has changed this file.")); return; }
      const label = (each) => `${each.short} ${each.date.slice(0, 10)} ${each.subject}`;
      const options = () => [el("option", { value: "" }, "the file as it is"), ...revisions.map((each) => el("option", { value: each.name }, label(each)))];
      const before = el("select", {}, options()), after = el("select", {}, options());
      before.value = revisions[0].name;
      const compare = async () => {
        replace(result, el("p", { class: "soft" }, "Comparing."));
        try { replace(result, changedParts((await ask("changed", { name, before: before.value, after: after.value })).changed)); }
        catch (problem) { replace(result, el("p", { class: "bad" }, problem.message)); }
      };
      before.addEventListener("change", compare);
      after.addEventListener("change", compare);
      const show = (number) => { before.value = (revisions[number + 1] || { name: "" }).name; after.value = revisions[number].name; compare(); };
      replace(inside, el("ul", { class: "revisions" }, revisions.slice(0, 30).map((each, number) => el("li", {},
        number + 1 < revisions.length ? link(each.short, () => show(number)) : each.short, ` ${each.date.slice(0, 10)} ${each.author}: ${each.subject}`))),
        el("div", { class: "bar" }, el("label", {}, "From", before), el("label", {}, "To", after)), result);
      compare();
    } catch (problem) { replace(inside, el("p", { class: "soft" }, problem.message)); }
  }

  box.addEventListener("toggle", () => { if (box.open) load(); });
  return box;
}
