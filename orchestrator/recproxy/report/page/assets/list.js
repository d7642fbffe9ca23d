// A list of which only the rows in sight exist, so that thousands of requests cost what a screen of them costs.

const ROW = 44;

/** The two lines of a row: how it begins, its address or name, what stands at the end, and what is below. */
function rowLines(first, address, end, second) {
  return [
    el("div", { class: "first" }, el("strong", {}, first), el("span", { class: "url" }, address.replace(/^https?:\/\//, "")), end),
    el("div", { class: "second" }, second),
  ];
}

/** A list beside what was chosen in it. A narrow page has room for one of them, and a button that leads back. */
function listAndDetail(list, label) {
  const detail = el("section", { class: "detail", "aria-label": label });
  const box = el("div", { class: "split" }, list.box, detail);
  const back = () => { box.classList.remove("has-detail"); list.render(); list.box.focus(); };
  return { box, detail,
    /** Show what was chosen; `follow` moves the focus to it. */
    show(parts, follow) {
      box.classList.add("has-detail");
      replace(detail, el("button", { class: "back", onclick: back }, "Back to the list"), parts);
      if (follow) { detail.tabIndex = -1; detail.focus({ preventScroll: true }); box.scrollIntoView({ block: "nearest" }); }
    },
  };
}

/** `draw` gives the contents of a row, `choose` is told which item was chosen. The ids of rows begin with `prefix`. */
function virtualList(label, draw, choose, { prefix = "row", empty = "No request fits." } = {}) {
  const inner = el("div", { class: "inner", role: "presentation" });
  const box = el("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": label }, inner);
  let items = [], at = -1;

  function render() {
    const first = Math.max(Math.floor(box.scrollTop / ROW) - 8, 0);
    const last = Math.min(first + Math.ceil((box.clientHeight || 600) / ROW) + 16, items.length);
    inner.style.height = `${items.length * ROW}px`;
    const rows = [];
    const wanted = [...Array(Math.max(last - first, 0)).keys()].map((number) => first + number);
    if (at >= 0 && !wanted.includes(at)) wanted.push(at); // the one that aria-activedescendant names exists always
    for (const number of wanted) {
      const row = el("div", {
        class: `row ${items[number].result || ""}`, role: "option", id: `${prefix}-${items[number].number}`, "aria-selected": String(number === at),
        "aria-setsize": items.length, "aria-posinset": number + 1, onclick: () => pick(number),
      }, draw(items[number]));
      row.style.top = `${number * ROW}px`;
      rows.push(row);
    }
    if (!items.length) rows.push(el("div", { class: "empty", role: "option", "aria-disabled": "true", "aria-selected": "false" }, empty));
    replace(inner, rows);
    if (at >= 0) box.setAttribute("aria-activedescendant", `${prefix}-${items[at].number}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function pick(number, quiet) {
    at = Math.max(0, Math.min(number, items.length - 1));
    if (!items.length) at = -1;
    if (at >= 0) {
      if (at * ROW < box.scrollTop) box.scrollTop = at * ROW;
      else if ((at + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (at + 1) * ROW - box.clientHeight;
      if (!quiet) choose(items[at]);
    }
    render();
  }

  box.addEventListener("scroll", () => requestAnimationFrame(render));
  box.addEventListener("keydown", (event) => {
    const page = Math.max(Math.floor(box.clientHeight / ROW) - 1, 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      event.preventDefault();
      pick(at < 0 && event.key !== "End" ? 0 : Math.max(0, Math.min(at + steps[event.key], items.length - 1)));
    } else if (event.key === "Enter" && at >= 0) choose(items[at], true);
  });
  return {
    box,
    /** Show other items; the one that was chosen stays so if it is among them. */
    show(next) {
      const before = at >= 0 ? items[at] : null;
      items = next;
      at = before ? items.indexOf(before) : -1;
      if (at < 0) box.scrollTop = 0;
      render();
    },
    choose(item) {
      const number = items.indexOf(item);
      if (number >= 0) pick(number, true);
    },
    render,
  };
}
