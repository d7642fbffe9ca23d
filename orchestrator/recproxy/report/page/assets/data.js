// The data of the page: unpacked from the element that holds it, and its requests as objects.

async function unpacked() {
  const packed = atob(document.getElementById("data").textContent.trim());
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The data, with each request as an object that knows its miss. */
function understood(data) {
  const [profile, test, lane, method, url, result, started, seconds, status, bytes, interaction, fault] = Array(12).keys();
  const address = (each) => [each.profile, each.test, each.method, each.url].join("\n");
  const misses = new Map(); // those of one address in their order, each as often as it was counted
  data.misses.forEach((miss, number) => {
    miss.number = number;
    misses.set(address(miss), [...(misses.get(address(miss)) || []), ...Array(miss.count).fill(miss)]);
  });
  data.requests = data.requests.map((row, number) => {
    const request = {
      number, profile: data.names[row[profile]], test: data.names[row[test]], lane: data.names[row[lane]],
      method: row[method], url: row[url], result: data.names[row[result]], started: row[started], seconds: row[seconds],
      status: row[status], bytes: row[bytes], interaction: row[interaction], fault: row[fault],
    };
    request.words = `${request.method} ${request.url} ${request.test} ${request.status || ""} ${request.fault}`.toLowerCase();
    if (request.result === "missed") {
      const told = misses.get(address(request)) || [];
      request.miss = (told.length > 1 ? told.shift() : told[0]) || null;
      if (request.miss && request.miss.first === undefined) request.miss.first = number;
    }
    return request;
  });
  return data;
}

function place(value) {
  return value.path ? `${value.path}${value.line ? ":" + value.line : value.number >= 0 ? `, interaction ${value.number + 1}` : ""}` : "";
}
