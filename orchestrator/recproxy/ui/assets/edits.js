// Changes of a recording: each is shown with what would then match before it is saved.

const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** How many characters stand before a place of a text, as Python counts them. */
function characters(text, place) {
  return Array.from(text.slice(0, place)).length;
}

function interactionNames(numbers) {
  return numbers.length ? numbers.slice(0, 5).map((each) => `#${each + 1}`).join(", ") + (numbers.length > 5 ? " and more" : "") : "nothing: it would be a miss";
}

/** What an edit would do, in words and a table. */
function previewParts(found) {
  if (found.problem) return [el("p", { class: "bad" }, found.problem), el("p", {}, "It cannot be saved so.")];
  const rows = found.answers.map((each) => [`#${each.number + 1}`, each.request,
    each.before.length ? interactionNames(each.before) : "nothing", el("span", { class: each.after.length ? null : "bad" }, interactionNames(each.after))]);
  return [
    found.found.map((each) => el("p", { class: "warn" }, `check would say: ${each.kind}: ${each.message}`)),
    rows.length ? [el("p", {}, "What would then match: the interactions that answer each recorded request, now and then."),
      table("What would then match", [["number", ""], ["request", "text"], ["now", ""], ["then", ""]], rows)]
      : el("p", { class: "soft" }, "Every recorded request is answered as before."),
    found.left_out ? el("p", { class: "soft" }, `${counted(found.left_out, "more request")} not listed.`) : null,
  ];
}

/** The part of the page where a change is looked at and saved. `version` gives name and sha, `saved` gets what was saved. */
function changeReview(version, saved, reload) {
  const box = el("section", { class: "card", "aria-label": "The change", hidden: true });
  const said = el("div", { "aria-live": "polite" });
  let pending = null, asked = 0;

  function close() { pending = null; box.hidden = true; replace(said); }

  function problem(error) {
    replace(said, el("p", { class: "bad" }, error.message), error.kind === "FileChanged" ? el("button", { onclick: reload }, "Reload the recording") : null);
  }

  async function show(what, edit) {
    const mine = ++asked;
    pending = null;
    box.hidden = false;
    const save = el("button", { disabled: true, onclick: () => keep(edit) }, "Save the change");
    replace(box, el("h3", {}, what), said, el("div", { class: "bar" }, save, el("button", { onclick: close }, "Cancel")));
    replace(said, el("p", { class: "soft" }, "Looking at it."));
    try {
      const found = await tell("preview", { ...version(), edit });
      if (mine !== asked) return;
      pending = edit;
      save.disabled = Boolean(found.problem);
      replace(said, previewParts(found));
    } catch (error) { if (mine === asked) problem(error); }
  }

  async function keep(edit) {
    if (pending !== edit) return;
    try {
      const done = await tell("save", { ...version(), edit });
      close();
      say("Saved.");
      saved(done);
    } catch (error) { problem(error); complain(error); }
  }

  return { box, show, close };
}

/** The text of an interaction: it is edited here, and parts of it are masked. */
function textPanel(state, review) {
  const box = el("section", { class: "text", "aria-label": "The text in the file" });
  let area = null, original = "", line = 0;

  async function load(number, secrets = false) {
    try {
      const found = await ask("text", { name: state.name, number, ...(secrets ? { secrets: 1 } : {}) });
      if (number !== state.number) return;
      if (found.text === undefined) {
        replace(box, el("h3", {}, "Text in the file"),
          el("p", {}, found.secrets ? `It holds ${counted(found.secrets, "secret")}, so it is not shown. Mask them first, or show the text with them.`
            : "It may hold secrets, since not all of it can be looked through, so it is not shown."),
          el("div", { class: "bar" }, el("button", { onclick: () => review.show("Mask all that scan finds in this recording", { kind: "fix", number }) }, "Mask all secrets of this recording"),
            el("button", { onclick: () => load(number, true) }, "Show the text with its secrets")));
        return;
      }
      draw(number, found);
    } catch (problem) { replace(box, el("p", { class: "bad" }, problem.message)); }
  }

  function draw(number, found) {
    original = found.text;
    line = found.line;
    area = el("textarea", { class: "mono", spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", dir: "ltr", rows: Math.min(original.split("\n").length + 1, 24), "aria-label": "text of the interaction" });
    if (original !== drawable(original)) { // a text area shows all of its text
      replace(box, el("p", { class: "warn" }, "This text heaps marks on its letters, which a browser cannot draw: use your editor."));
      return;
    }
    area.value = original;
    const name = el("input", { type: "text", autocomplete: "off", placeholder: "none", size: 14 });
    const everywhere = el("input", { type: "checkbox" });
    const mask = el("button", { onclick: () => maskSelection(number, name.value.trim(), everywhere.checked) }, "Mask the selection");
    const discard = el("button", { disabled: true, onclick: () => { area.value = original; changed(); review.close(); } }, "Discard");
    const look = later(400, () => { if (area.value !== original) review.show(`Change interaction #${number + 1}`, { kind: "text", number, text: area.value }); else review.close(); });
    const changed = () => { const is = area.value !== original; mask.disabled = is; discard.disabled = !is; };
    area.addEventListener("input", () => { changed(); look(); });
    replace(box,
      el("h3", {}, `Text in the file, from line ${line}`),
      ODD.test(original) ? el("p", { class: "warn" }, "This text holds characters that are not seen, or that change the order in which others are shown.") : null,
      area,
      el("div", { class: "bar actions" }, mask, el("label", { class: "inline" }, "as the name ", name),
        el("label", { class: "inline" }, everywhere, " wherever this value stands in the recording"), discard));
  }

  function maskSelection(number, name, everywhere) {
    const [start, end] = [area.selectionStart, area.selectionEnd].map((place) => characters(original, place));
    if (start === end) { say("Select a part of the text first.", true); area.focus(); return; }
    review.show(`Mask the selection as ${name ? `XXX[${name}]` : "XXX"}`, { kind: "mask", number, start, end, name, everywhere });
  }

  /** Select a line of the file. */
  function show(wanted) {
    if (!area || !area.isConnected || wanted < line) return; // text with secrets is shown to who asks for it
    const lines = area.value.split("\n"), start = lines.slice(0, wanted - line).reduce((sum, each) => sum + each.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[wanted - line] || "").length);
  }

  return { box, load, show };
}

/** Buttons for what is done with a whole interaction. */
function interactionActions(state, review, move) {
  const number = state.number, act = (text, what, edit, disabled) => el("button", { disabled, onclick: () => review.show(what, edit) }, text);
  return [
    act("Earlier", `Put interaction #${number + 1} before #${number}`, { kind: "reorder", number, to: number - 1 }, number === 0),
    act("Later", `Put interaction #${number + 1} behind #${number + 2}`, { kind: "reorder", number, to: number + 1 }, number + 1 >= state.count),
    el("button", { onclick: move }, "Move"),
    act("Delete", `Delete interaction #${number + 1}`, { kind: "delete", numbers: [number] }),
  ];
}

/** Where an interaction goes that is moved to another recording. */
function movePanel(state, review) {
  const target = el("input", { type: "text", autocomplete: "off", value: state.name, size: 50, "aria-label": "recording that gets the interaction" });
  return el("div", { class: "bar actions" }, el("label", { class: "grow" }, "Recording that gets it", target),
    el("button", { onclick: () => review.show(`Move interaction #${state.number + 1} to ${target.value.trim()}`, { kind: "move", numbers: [state.number], target: target.value.trim() }) }, "Look at the move"));
}
