// The session room and the board while they stay open. The pages work without this file: it only saves a tap on
// "Look again". Nothing clinical is decided here: what is due, held or stopped comes from the server, and is drawn.
//
// Server-sent events of /live/session/<id>/events, event name "state", data as JSON:
//   {
//     "now": "2026-11-23T09:31:02Z",            the clinic's clock when this was sent
//     "seq": 41,                                last event of the session
//     "human_seq": 37,                          last event a person wrote: the page is drawn anew when it moves
//     "phase": "dosing",
//     "link": "Monitor A: receiving",           optional
//     "values": [{"measure": "systolic", "value": "128", "unit": "mmHg", "at": "2026-11-23T09:31:00Z",
//                 "origin": "device", "source": "Monitor A", "level": ""}],   level: "", "medium" or "high"
//     "due": [{"line": "...", "text": "...", "measures": ["systolic"], "due_at": "...", "urgent": false}],
//     "next_action": {"kind": "measure", "text": "Measure systolic.", "due_at": null}
//   }
// A value that is not sent keeps what the page shows, and ages.

/** @typedef {{measure: string, value: string, unit: string, at: string, origin: string, source?: string, level?: string}} Value */
/** @typedef {{kind: string, text: string, due_at: string | null}} NextAction */
/** @typedef {{now?: string, seq: number, human_seq?: number, phase: string, link?: string, values: Value[], next_action?: NextAction}} State */

const URGENT = new Set(["stop-dose", "pause-dose", "call-prescriber"]);
const QUIET = new Set(["wait", "done"]);

/** How far the clinic's clock is ahead of this device's, in milliseconds. */
let ahead = 0;

/** @param {string | undefined} told the clinic's clock, as the server told it just now */
function setClock(told) {
  const at = told ? Date.parse(told) : NaN;
  if (!Number.isNaN(at)) ahead = at - Date.now();
}

function clinicNow() {
  return Date.now() + ahead;
}

/** @param {number} seconds @returns {string} */
function spell(seconds) {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** @param {number} seconds @returns {string} */
function until(seconds) {
  if (seconds < 0) return `${spell(-seconds)} late`;
  if (seconds < 600) return `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `in ${spell(seconds)}`;
}

/** @param {Element} within @param {string} selector @param {string} words */
function write(within, selector, words) {
  const place = within.querySelector(selector);
  if (place && place.textContent !== words) place.textContent = words;
}

/** Draw one tile's age: fresh, then old, then absent. An old value never stays as if it were current. @param {HTMLElement} tile */
function age(tile) {
  const at = Date.parse(tile.dataset.at ?? "");
  if (Number.isNaN(at)) return;
  const seconds = Math.max(0, Math.floor((clinicNow() - at) / 1000));
  const state = seconds <= Number(tile.dataset.fresh) ? "fresh" : seconds <= Number(tile.dataset.gone) ? "old" : "absent";
  tile.classList.remove("fresh", "old", "absent");
  tile.classList.add(state);
  if (state === "absent") {
    tile.classList.remove("medium", "high");
    write(tile, "[data-value]", "--");
    write(tile, "[data-change]", "");
  }
  write(tile, "[data-age]", seconds < 5 ? "now" : `${spell(seconds)} ago`);
  write(tile, "[data-state]", state === "old" ? ": old" : state === "absent" ? ": too old to show" : "");
}

/** Change against this patient's own value before the dose. @param {HTMLElement} tile @param {string[]} shown */
function change(tile, shown) {
  const before = (tile.dataset.baseline ?? "").split(" ").map(Number);
  if (!tile.dataset.baseline || before.some(Number.isNaN)) return;
  const signed = shown.map((v, i) => Number(v) - before[i]).map((d) => (d < 0 ? String(d) : `+${d}`));
  write(tile, "[data-change]", `${signed.join("/")} since before the dose`);
}

/** @param {HTMLElement} tile @param {Map<string, Value>} values */
function fill(tile, values) {
  const measures = (tile.dataset.measures ?? "").split(" ");
  const first = values.get(measures[0]);
  if (!first || Date.parse(first.at) < Date.parse(tile.dataset.at ?? "1970-01-01T00:00:00Z")) return;
  const shown = measures.map((m) => {
    const value = values.get(m);
    return value && value.at === first.at ? String(Number(value.value)) : "--";
  });
  tile.dataset.at = first.at;
  write(tile, "[data-value]", shown.join("/"));
  write(tile, "[data-source]", first.source ? `${first.source}, ` : "");
  change(tile, shown);
  const levels = measures.map((m) => values.get(m)?.level ?? "");
  tile.classList.toggle("high", levels.includes("high"));
  tile.classList.toggle("medium", levels.includes("medium") && !levels.includes("high"));
  age(tile);
}

/** @param {NextAction} next */
function showNext(next) {
  const banner = /** @type {HTMLElement | null} */ (document.getElementById("next-action"));
  if (!banner) return;
  write(banner, "[data-what]", next.text);
  const when = /** @type {HTMLElement | null} */ (banner.querySelector("[data-when]"));
  if (when) when.dataset.due = next.due_at ?? "";
  const late = Boolean(next.due_at) && Date.parse(next.due_at ?? "") < clinicNow();
  banner.classList.toggle("stop", URGENT.has(next.kind));
  banner.classList.toggle("overdue", late && !URGENT.has(next.kind));
  banner.classList.toggle("clear", QUIET.has(next.kind));
}

/** True while somebody is typing: then the page is not drawn anew under their fingers. */
function isTyping() {
  return [...document.querySelectorAll("main input, main textarea, main select")].some((field) => {
    const input = /** @type {HTMLInputElement} */ (field);
    if (input.type === "hidden") return false;
    if (input.type === "radio" || input.type === "checkbox") return input.checked !== input.defaultChecked;
    return input === document.activeElement || ("defaultValue" in input && input.value !== input.defaultValue);
  });
}

function drawAnew() {
  const notice = document.getElementById("changed");
  if (isTyping()) notice?.removeAttribute("hidden");
  else location.reload();
}

/** @param {HTMLElement} live */
function listen(live) {
  const tiles = /** @type {HTMLElement[]} */ ([...live.querySelectorAll(".live-number")]);
  const source = new EventSource(live.dataset.events ?? "");
  source.addEventListener("state", (event) => {
    /** @type {State} */
    const state = JSON.parse(event.data);
    setClock(state.now);
    const values = new Map(state.values.map((v) => [v.measure, v]));
    for (const tile of tiles) fill(tile, values);
    if (state.next_action) showNext(state.next_action);
    if (state.link) write(document.body, "#link-words", state.link);
    const human = state.human_seq ?? Number(live.dataset.humanSeq);
    if (state.phase !== live.dataset.phase || human > Number(live.dataset.humanSeq)) drawAnew();
  });
  source.addEventListener("error", () => write(document.body, "#link-words", "Not connected: these numbers stand still"));
  window.addEventListener("pagehide", () => source.close());
}

/** @param {HTMLElement} live */
function tick(live) {
  for (const tile of live.querySelectorAll(".live-number")) age(/** @type {HTMLElement} */ (tile));
  const when = /** @type {HTMLElement | null} */ (live.querySelector("[data-due]"));
  const due = Date.parse(when?.dataset.due ?? "");
  if (when) when.textContent = Number.isNaN(due) ? "" : until(Math.floor((due - clinicNow()) / 1000));
}

const live = document.getElementById("live");
if (live) {
  setClock(live.dataset.now);
  listen(live);
  setInterval(() => tick(live), 1000);
}

const again = /** @type {HTMLElement | null} */ (document.querySelector("[data-reload]"));
if (again) {
  setInterval(() => {
    if (document.visibilityState === "visible") location.reload();
  }, Number(again.dataset.reload) * 1000);
}
