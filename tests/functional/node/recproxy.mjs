// A scope around each test, by the control address: all that a suite in another language needs.

const lane = `${process.env.RECPROXY_CONTROL}/lanes/${encodeURIComponent(process.env.RECPROXY_LANE)}`;
const headers = { Authorization: `Bearer ${process.env.RECPROXY_TOKEN}`, "Content-Type": "application/json" };

async function call(method, value) {
  const response = await fetch(`${lane}/scope`, { method, headers, body: JSON.stringify(value) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// The body of a test, answered by these recordings: { twitter: "post.rec" }. What nobody recorded fails it.
export function recorded(recordings, body) {
  return async (context) => {
    await call("PUT", { name: context.name, recordings });
    let passed = false;
    let outcome;
    try {
      await body(context);
      passed = true;
    } finally {
      outcome = await call("DELETE", { passed });
      for (const miss of outcome.missed) context.diagnostic(miss.text);
    }
    if (outcome.missed.length) throw new Error(outcome.missed.map((miss) => miss.text).join("\n"));
  };
}
