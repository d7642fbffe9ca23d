// Calls of the viewer: JSON in both directions, and an error that says in one line what is wrong.

/** Where the session is kept: in the storage of this origin, which no other port of this machine shares. */
const SESSION = "recproxy-session";
let session = "";

/** Come in: by the token of the first URL, which leaves the address bar, or with the session that another tab has. */
async function enter() {
  try { session = localStorage.getItem(SESSION) || ""; } catch { /* this browser keeps nothing: each tab needs the URL */ }
  const address = new URLSearchParams(location.hash.slice(1)), token = address.get("token");
  if (!token) return;
  address.delete("token");
  history.replaceState(null, "", `#${address}`);
  session = (await tell("enter", { token })).session;
  try { localStorage.setItem(SESSION, session); } catch { /* the same */ }
}

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
  return answered(fetch(`/api/${call}?${new URLSearchParams(given)}`, { headers: { Authorization: `Bearer ${session}` }, ...options }));
}

/** Have something done. */
function tell(call, given, options = {}) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${session}` };
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
