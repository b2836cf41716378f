// The session page: live numbers grow old in front of your eyes. Nothing is decided here, and no alarm is made here.
// Hazard: a stale probe reads as normal. A number is fresh only while its own time says so, whatever the stream does.
//
// <section data-live-url="/live/…" data-now="2026-11-23T14:05:00Z">
//   <div class="live-number" data-measure="spo2" data-at="…" data-old-after-s="10" data-absent-after-s="60">
//     <span class="value">97<small>%</small></span> <span class="from"><span data-source>monitor 2</span>, <time data-age></time></span>
//   </div>
//   <p data-link hidden>…</p>
// </section>
// Messages of the stream: {"now": "…Z", "readings": [{"measure", "value", "source", "at", "level"?}]}; event "session": the record
// grew, and whoever listens for "session-changed" on the body may ask the server for it again.

/** @typedef {{measure: string, value: string, source: string, at: string, level?: string}} Reading */

/** "40 s", "3 min", "2 h": how old, in the coarsest unit that is still honest. @param {number} seconds */
export function age(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Fresh, old or absent, by the limits the server wrote on the tile. @param {number} seconds @param {DOMStringMap} limits */
export function stateOf(seconds, limits) {
  if (!Number.isFinite(seconds) || seconds > Number(limits.absentAfterS ?? 300)) return "absent";
  return seconds > Number(limits.oldAfterS ?? 60) ? "old" : "fresh";
}

/** The server's clock, for this browser's may be wrong. @param {HTMLElement} root */
function serverClock(root) {
  let offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;
  return {
    now: () => Date.now() + offset,
    /** @param {string} iso */
    set: (iso) => {
      const told = Date.parse(iso);
      if (Number.isFinite(told)) offset = told - Date.now();
    },
  };
}

/** @param {HTMLElement} tile @param {number} now */
function drawAge(tile, now) {
  const at = tile.dataset.at ? Date.parse(tile.dataset.at) : NaN;
  const seconds = (now - at) / 1000;
  const state = stateOf(seconds, tile.dataset);
  for (const name of ["fresh", "old", "absent"]) tile.classList.toggle(name, name === state);
  if (state === "absent") {
    tile.classList.remove("medium", "high");
    const value = tile.querySelector(".value");
    if (value) value.textContent = "--";
  }
  const words = tile.querySelector("[data-age]");
  if (!words) return;
  if (Number.isNaN(at)) words.textContent = "no reading yet";
  else if (state === "absent") words.textContent = `no reading for ${age(seconds)}`;
  else words.textContent = `${age(seconds)} ago${state === "old" ? ": old" : ""}`;
}

/** Two measures of one cuff share a tile: data-measure="systolic diastolic". @param {HTMLElement} tile @param {Map<string, Reading>} last */
function drawValue(tile, last) {
  const parts = (tile.dataset.measure ?? "").split(" ").map((measure) => last.get(measure));
  if (parts.some((part) => part === undefined)) return;
  const readings = /** @type {Reading[]} */ (parts);
  const at = readings.map((reading) => reading.at).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  if (tile.dataset.at && Date.parse(at) < Date.parse(tile.dataset.at)) return;
  const value = tile.querySelector(".value");
  if (value) {
    const unit = document.createElement("small");
    unit.textContent = tile.dataset.unit ?? value.querySelector("small")?.textContent ?? "";
    value.replaceChildren(readings.map((reading) => reading.value).join("/"), unit);
  }
  const source = tile.querySelector("[data-source]");
  if (source) source.textContent = readings[0].source;
  tile.dataset.at = at;
  for (const level of ["medium", "high"]) {
    if (readings.some((reading) => reading.level !== undefined)) {
      tile.classList.toggle(level, readings.some((reading) => reading.level === level));
    }
  }
}

/** @param {HTMLElement} root */
function follow(root) {
  const tiles = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".live-number[data-measure]")]);
  for (const tile of tiles) tile.dataset.unit ??= tile.querySelector(".value small")?.textContent ?? "";
  const clock = serverClock(root);
  const last = /** @type {Map<string, Reading>} */ (new Map());
  const drawAges = () => tiles.forEach((tile) => drawAge(tile, clock.now()));
  drawAges();
  setInterval(drawAges, 1000);
  if (!root.dataset.liveUrl) return;

  const link = /** @type {HTMLElement | null} */ (root.querySelector("[data-link]"));
  const stream = new EventSource(root.dataset.liveUrl);
  stream.onopen = () => link && (link.hidden = true);
  stream.onerror = () => link && (link.hidden = false);
  stream.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if (told.now) clock.set(told.now);
    for (const reading of told.readings ?? []) {
      const before = last.get(reading.measure);
      if (!before || Date.parse(reading.at) >= Date.parse(before.at)) last.set(reading.measure, reading);
    }
    tiles.forEach((tile) => drawValue(tile, last));
    drawAges();
  };
  stream.addEventListener("session", () => document.body.dispatchEvent(new CustomEvent("session-changed")));
}

document.querySelectorAll("[data-live-url], [data-now]").forEach((root) => follow(/** @type {HTMLElement} */ (root)));
