// The page: its views, and the address of what is shown, which is that of one recording or interaction too.

async function start() {
  const main = document.getElementById("main");
  const made = {};
  const views = [
    { name: "recordings", title: "Recordings", view: () => (made.recordings = allRecordings(go)).view },
    { name: "recording", title: "Recording", view: () => (made.recording = recordingView(go)).view },
    { name: "runs", title: "Runs", view: () => (made.runs = runsView(go)).view },
  ];
  const shown = tabs(views, (name) => go({ view: name, ...(name === "recording" && made.recording && made.recording.state.name
    ? { name: made.recording.state.name, number: Math.max(made.recording.state.number, 0) } : {}) }));

  /** Show what an address names; `quiet` only changes the address. */
  function go(address, quiet) {
    const text = `#${new URLSearchParams(address)}`;
    if (location.hash !== text) history[quiet ? "replaceState" : "pushState"](null, "", text);
    if (!quiet) arrive();
  }

  function arrive() {
    const address = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    if (address.token) { location.reload(); return; } // the URL of a viewer, put into a tab that shows it
    const name = views.some((each) => each.name === address.view) ? address.view : "recordings";
    shown.show(name);
    const view = made[name];
    if (name === "recording" && address.name) view.open(address.name, Number(address.number) || 0, true);
    else view.arrived();
  }

  try {
    await enter();
    const { project, editor } = await ask("project");
    document.getElementById("project").textContent = project;
    editorName = editor;
  } catch (problem) { complain(problem); }
  const colors = theme(() => {});
  replace(document.getElementById("tools"), colors.control);
  replace(main, shown.list, shown.panels);
  colors.apply();
  window.addEventListener("popstate", arrive);
  arrive();
  document.documentElement.dataset.ready = "true";
}

start();
