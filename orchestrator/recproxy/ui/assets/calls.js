// Calls of the viewer: JSON in both directions, and an error that says in one line what is wrong.

const PAGE_TOKEN = document.querySelector("meta[name='recproxy-page-token']").content;

async function answered(sent) {
  let response;
  try { response = await sent; } catch { throw new Error("The viewer does not answer: start recproxy ui again."); }
  const text = await response.text();
  let values;
  try { values = JSON.parse(text); } catch { throw new Error(text.trim().slice(0, 300) || `status ${response.status}`); }
  if (!response.ok) throw Object.assign(new Error(values.error || `status ${response.status}`), { kind: values.kind });
  return values;
}

/** Ask for something: `ask("interaction", { name, number })`. */
function ask(call, given = {}, options = {}) {
  return answered(fetch(`/api/${call}?${new URLSearchParams(given)}`, options));
}

/** Have something done, which needs the token of this page. */
function tell(call, given, options = {}) {
  const headers = { "Content-Type": "application/json", "X-Recproxy-Page-Token": PAGE_TOKEN };
  return answered(fetch(`/api/${call}`, { method: "POST", headers, body: JSON.stringify(given), ...options }));
}

/** Say something to the person at the page, for screen readers too; a problem stays until something else is said. */
function say(text, isProblem) {
  const facts = document.getElementById("facts");
  facts.className = isProblem ? "bad" : "";
  facts.textContent = text;
}

function complain(problem) {
  if (problem.name !== "AbortError") say(problem.message, true);
}

/** Call at most once in so many milliseconds, the latest call last. */
function later(milliseconds, act) {
  let waiting = 0;
  return (...given) => { clearTimeout(waiting); waiting = setTimeout(() => act(...given), milliseconds); };
}
