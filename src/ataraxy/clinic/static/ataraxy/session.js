// The session page: live numbers grow old in front of your eyes. Nothing is decided here, and no alarm is made here.
// Hazard: a stale probe reads as normal. A number is fresh only while its own time says so, whatever the stream does.
//
// <section data-live-url="/live/session/…/events" data-now="2026-11-23T14:05:00Z">
//   <div class="live-number" data-measure="spo2" data-unit="%" data-at="…" data-old-after-s="15" data-absent-after-s="60">
//     <span class="value">97<small>%</small></span> <span class="from"><span data-source>monitor 2</span>, <span data-age></span></span>
//   </div>
//   <p data-link hidden>…</p>
// </section>
// The stream's event "state": {"now", "seq", "values": [{"measure", "value", "unit", "at", "source", "level", "absent"}]}. When seq
// grows the record grew: "session-changed" is fired on the body, and fragments may ask the server for themselves again.
// Tiles are looked up anew each time, because such a fragment replaces them.

/** @typedef {{measure: string, value: string | null, unit: string, at: string, source: string, level?: string, absent?: string}} Reading */

const LEVELS = ["medium", "high"];
const STATES = ["fresh", "old", "absent"];

/** "40 s", "3 min", "2 h": how old, in the coarsest unit that is still honest. @param {number} seconds */
export function age(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Fresh, old or absent, by the limits the server wrote on the tile. @param {number} seconds @param {DOMStringMap} tile */
export function stateOf(seconds, tile) {
  if (tile.withdrawn || !Number.isFinite(seconds) || seconds > Number(tile.absentAfterS ?? 60)) return "absent";
  return seconds > Number(tile.oldAfterS ?? 15) ? "old" : "fresh";
}

function tiles() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".live-number[data-measure]")]);
}

/** @param {HTMLElement} tile @param {string} words */
function write(tile, words) {
  const value = tile.querySelector(".value");
  if (!value) return;
  const unit = document.createElement("small");
  unit.textContent = tile.dataset.unit ?? ""; // written by the server, so that a value that comes back keeps its unit
  value.replaceChildren(words, ...(words === "--" ? [] : [unit]));
}

/** @param {HTMLElement} tile @param {number} now */
function drawAge(tile, now) {
  const seconds = (now - Date.parse(tile.dataset.at ?? "")) / 1000;
  const state = stateOf(seconds, tile.dataset);
  for (const name of STATES) tile.classList.toggle(name, name === state);
  if (state === "absent") {
    tile.classList.remove(...LEVELS);
    write(tile, "--");
  }
  const words = tile.querySelector("[data-age]");
  if (!words) return;
  if (!Number.isFinite(seconds)) words.textContent = "no reading yet";
  else if (tile.dataset.withdrawn) words.textContent = "the monitor gives no value";
  else if (state === "absent") words.textContent = `no reading for ${age(seconds)}`;
  else words.textContent = `${age(seconds)} ago${state === "old" ? ": old" : ""}`;
}

/** Both halves of a pressure share a tile, and only halves of one moment are shown as a pair.
 * @param {HTMLElement} tile @param {Map<string, Reading>} last */
function drawValue(tile, last) {
  const parts = (tile.dataset.measure ?? "").split(" ").map((measure) => last.get(measure));
  const first = parts[0];
  if (!first || (tile.dataset.at && Date.parse(first.at) < Date.parse(tile.dataset.at))) return;
  if (first.value === null && !first.absent) return; // merely too old: the tile's own limits say when it is gone
  tile.dataset.at = first.at;
  if (first.absent) tile.dataset.withdrawn = "yes"; // and not for a value that merely grew too old
  else delete tile.dataset.withdrawn;
  write(tile, parts.map((part) => (part && part.at === first.at && part.value) || "--").join("/"));
  const source = tile.querySelector("[data-source]");
  if (source) source.textContent = first.source;
  for (const level of LEVELS) tile.classList.toggle(level, parts.some((part) => part?.level === level));
}

function follow() {
  const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-live-url]"));
  const clinicAhead = () => {
    const told = /** @type {HTMLElement | null} */ (document.querySelector("[data-now]"))?.dataset.now;
    return told ? Date.parse(told) - Date.now() : 0;
  };
  let ahead = clinicAhead(); // the clinic's clock, for this browser's may be wrong
  let seq = -1;
  const drawAges = () => tiles().forEach((tile) => drawAge(tile, Date.now() + ahead));
  drawAges();
  setInterval(drawAges, 1000);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.id === "live" || target.matches("[data-now]")) ahead = clinicAhead(); // the fragment is newer than the stream
    drawAges();
  });
  if (!root?.dataset.liveUrl) return;

  const link = (/** @type {boolean} */ lost) =>
    document.querySelectorAll("[data-link]").forEach((p) => p.toggleAttribute("hidden", !lost));
  const DRIFT_S = 60; // two clocks never agree to the second; past a minute somebody should know
  const clock = (/** @type {number} */ seconds) => {
    document.querySelectorAll("[data-clock]").forEach((p) => p.toggleAttribute("hidden", Math.abs(seconds) <= DRIFT_S));
    const words = `${age(Math.abs(seconds))} ${seconds > 0 ? "fast" : "slow"}`;
    document.querySelectorAll("[data-clock-words]").forEach((span) => (span.textContent = words));
  };
  const url = root.dataset.liveUrl;
  const connect = () => {
    const opened = new EventSource(url);
    opened.onopen = () => link(false);
    opened.onerror = () => link(true);
    opened.addEventListener("state", draw);
    return opened;
  };
  const draw = (/** @type {Event} */ event) => {
    const state = JSON.parse(/** @type {MessageEvent} */ (event).data);
    if (state.now) ahead = Date.parse(state.now) - Date.now();
    const last = new Map((state.values ?? []).map((/** @type {Reading} */ reading) => [reading.measure, reading]));
    tiles().forEach((tile) => drawValue(tile, last));
    drawAges();
    clock(state.monitor?.clock_ahead_s ?? 0);
    if (seq >= 0 && state.seq > seq) document.body.dispatchEvent(new CustomEvent("session-changed"));
    seq = state.seq;
  };
  let stream = connect();
  document.body.addEventListener("unlocked", () => {
    if (stream.readyState === EventSource.CLOSED) stream = connect(); // a locked log-in is told nothing
    document.body.dispatchEvent(new CustomEvent("session-changed"));
  });
}

follow();
