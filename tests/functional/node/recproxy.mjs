// A scope around each test, by the control address: all that a suite in another language needs.

const lane = `${process.env.RECPROXY_CONTROL}/lanes/${encodeURIComponent(process.env.RECPROXY_LANE)}`;
const headers = { Authorization: `Bearer ${process.env.RECPROXY_TOKEN}`, "Content-Type": "application/json" };

async function call(method, value) {
  const response = await fetch(`${lane}/scope`, { method, headers, body: JSON.stringify(value) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// The body of a test, answered by these recordings: { twitter: "post.rec" }. A request that nobody recorded fails it.
export function recorded(recordings, body) {
  return async (context) => {
    await call("PUT", { name: context.name, recordings });
    try {
      await body(context);
    } catch (error) {
      const { missed } = await call("DELETE", { passed: false, told: true });
      for (const miss of missed) for (const line of miss.text.trimEnd().split("\n")) context.diagnostic(line);
      throw error;
    }
    const { missed } = await call("DELETE", { passed: true, told: true });
    if (missed.length) throw new Error(missed.map((miss) => miss.text).join("\n"));
  };
}
