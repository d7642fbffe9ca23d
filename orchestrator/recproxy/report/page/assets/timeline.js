// The timeline: a row for each test, lane or service, a bar for each request. Drawn, because thousands of elements are slow.

const LANE = 20, AXIS = 22;

function timeline(choose) {
  const canvas = el("canvas", { role: "img" });
  const spacer = el("div");
  const box = el("div", { class: "timeline", tabindex: 0, role: "group", "aria-label": "Timeline; the list below has the same requests" }, canvas, spacer);
  const hint = el("p", { class: "hint" }, "Click a bar for its request. Drag to move, Ctrl and the wheel to zoom.");
  let groups = [], all = [0, 1], view = [0, 1], chosen = null, width = 0, labels = 0, colors = {}, moved = null;

  const x = (seconds) => labels + ((seconds - view[0]) / (view[1] - view[0])) * (width - labels);
  const secondsAt = (place) => view[0] + ((place - labels) / Math.max(width - labels, 1)) * (view[1] - view[0]);

  function limited([from, to]) {
    const whole = all[1] - all[0], span = Math.min(Math.max(to - from, whole / 5000, 1e-6), whole);
    const start = Math.min(Math.max(from, all[0]), all[1] - span);
    return [start, start + span];
  }

  function look() {
    const style = getComputedStyle(document.documentElement);
    for (const name of [...RESULTS, "text", "soft", "line", "panel", "back", "focus"]) colors[name] = style.getPropertyValue(`--${name}`).trim();
  }

  function draw() {
    if (!box.isConnected || !box.clientWidth) return;
    const ratio = window.devicePixelRatio || 1, height = Math.min(AXIS + groups.length * LANE + 4, 258);
    width = box.clientWidth;
    labels = Math.min(Math.max(width * 0.24, 70), 280);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    spacer.style.height = `${Math.max(AXIS + groups.length * LANE + 4 - height, 0)}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const top = box.scrollTop;
    groups.forEach((group, number) => {
      const y = AXIS + number * LANE - top;
      if (y < AXIS - LANE || y > height) return;
      if (number % 2) { pen.fillStyle = colors.panel; pen.fillRect(0, y, width, LANE); }
      for (const request of group.requests) {
        const from = x(request.started), to = x(request.started + request.seconds);
        if (to < labels || from > width) continue;
        const left = Math.max(from, labels), wide = Math.max(Math.min(to, width) - left, 2);
        pen.fillStyle = colors[request.result];
        const tall = request.result === "missed" || request.result === "failed" ? LANE - 2 : LANE - 8;
        pen.fillRect(left, y + (LANE - tall) / 2, wide, tall);
        if (request === chosen) { pen.strokeStyle = colors.text; pen.lineWidth = 2; pen.strokeRect(left - 2, y + 1, wide + 4, LANE - 2); }
      }
      pen.fillStyle = colors.back;
      pen.fillRect(0, y, labels - 4, LANE);
      pen.fillStyle = colors.text;
      pen.fillText(fitting(pen, group.name, labels - 12), 6, y + LANE / 2);
    });
    axis(pen);
  }

  function axis(pen) {
    pen.fillStyle = colors.back;
    pen.fillRect(0, 0, width, AXIS);
    pen.fillStyle = colors.soft;
    const rough = (view[1] - view[0]) / Math.max((width - labels) / 90, 1), power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
    for (let at = Math.ceil(view[0] / step) * step; at < view[1]; at += step) {
      pen.fillText(duration(at), x(at) + 3, AXIS / 2);
      pen.fillRect(x(at), 2, 1, AXIS - 4);
    }
  }

  function fitting(pen, text, room) {
    if (pen.measureText(text).width <= room) return text;
    let low = 0, high = Math.min(text.length, 200); // the end tells tests apart
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (pen.measureText("…" + text.slice(-middle)).width <= room) low = middle; else high = middle - 1;
    }
    return low ? "…" + text.slice(-low) : "";
  }

  function hit(event) {
    const frame = canvas.getBoundingClientRect(), px = event.clientX - frame.left, py = event.clientY - frame.top;
    const group = groups[Math.floor((py - AXIS + box.scrollTop) / LANE)];
    if (!group || py < AXIS || px < labels) return null;
    let best = null, distance = 6;
    for (const request of group.requests) {
      const from = x(request.started), to = Math.max(x(request.started + request.seconds), from + 2);
      const away = px < from ? from - px : px > to ? px - to : 0;
      if (away <= distance) { best = request; distance = away; }
    }
    return best;
  }

  function zoom(factor, at) {
    const near = chosen && chosen.started >= view[0] && chosen.started <= view[1] ? chosen.started : (view[0] + view[1]) / 2;
    const middle = at === undefined ? near : at;
    view = limited([middle - (middle - view[0]) * factor, middle + (view[1] - middle) * factor]);
    draw();
  }

  canvas.addEventListener("pointerdown", (event) => { moved = { from: event.clientX, view, far: false }; });
  window.addEventListener("pointerup", () => { moved = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (moved) {
      const shift = ((event.clientX - moved.from) / Math.max(width - labels, 1)) * (moved.view[1] - moved.view[0]);
      moved.far = moved.far || Math.abs(event.clientX - moved.from) > 4;
      if (moved.far) { view = limited([moved.view[0] - shift, moved.view[1] - shift]); draw(); }
      return;
    }
    const over = hit(event);
    if (over) hint.textContent = `${over.result}: ${over.method} ${over.url} · ${duration(over.seconds)} · ${over.test}`;
  });
  canvas.addEventListener("click", (event) => { const found = hit(event); if (found) choose(found); });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, secondsAt(event.clientX - canvas.getBoundingClientRect().left));
  }, { passive: false });
  box.addEventListener("scroll", () => requestAnimationFrame(draw));
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(box);
  const button = (text, label, act) => el("button", { "aria-label": label, onclick: act }, text);
  const tools = [
    button("+", "Zoom in", () => zoom(0.5)), button("−", "Zoom out", () => zoom(2)),
    button("←", "Earlier", () => { const span = (view[1] - view[0]) / 2; view = limited([view[0] - span, view[1] - span]); draw(); }),
    button("→", "Later", () => { const span = (view[1] - view[0]) / 2; view = limited([view[0] + span, view[1] + span]); draw(); }),
    button("All", "Show the whole run", () => { view = all; draw(); }),
  ];
  return {
    box, hint, tools,
    recolor() { look(); draw(); },
    show(requests, by) {
      const found = new Map();
      for (const request of requests) {
        if (!found.has(request[by])) found.set(request[by], { name: request[by], requests: [] });
        found.get(request[by]).requests.push(request);
      }
      groups = [...found.values()];
      const ends = requests.map((each) => each.started + each.seconds);
      all = requests.length ? [requests[0].started, Math.max(ends.reduce((a, b) => Math.max(a, b)), requests[0].started + 1e-3)] : [0, 1];
      view = all;
      canvas.setAttribute("aria-label", `${counted(requests.length, "request")} in ${counted(groups.length, "row")} over ${duration(all[1] - all[0])}`);
      look();
      draw();
    },
    choose(request) {
      chosen = request;
      if (request.started < view[0] || request.started > view[1]) {
        const span = (view[1] - view[0]) / 2;
        view = limited([request.started - span, request.started + span]);
      }
      const row = groups.findIndex((group) => group.requests.includes(request));
      if (row >= 0 && (row * LANE < box.scrollTop || (row + 2) * LANE > box.scrollTop + 236)) box.scrollTop = Math.max(row * LANE - 100, 0);
      draw();
    },
  };
}
