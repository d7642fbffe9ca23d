// The program under test: a client of Twitter that knows nothing of recproxy.

const tweets = "https://api.twitter.com/2/tweets";

export async function read(id) {
  const response = await fetch(`${tweets}/${id}`);
  return response.ok ? (await response.json()).data.text : null;
}

export async function post(text) {
  const response = await fetch(tweets, {
    method: "POST",
    headers: { Authorization: `Bearer ${process.env.TWITTER_BEARER_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  });
  if (!response.ok) throw new Error(`Twitter refused: ${response.status}`);
  return (await response.json()).data.id;
}
