// The board: the countdowns run, and a board that gets no news says so. Nothing is decided here, and no alarm is made here.
// Hazard: a board that stands still is read as now.

const STILL_AFTER_S = 30; // the board asks anew every 10 s; three answers missing is standing still

/** "in 4:16", "in 12 min", "3 min late". @param {number} seconds */
export function until(seconds) {
  const whole = Math.trunc(Math.abs(seconds));
  const long = whole < 90 ? `${whole} s` : whole < 5400 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  if (seconds < 0) return `${long} late`;
  return whole < 600 ? `in ${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}` : `in ${long}`;
}

function follow() {
  const board = () => /** @type {HTMLElement | null} */ (document.querySelector("#board"));
  let heard = performance.now();
  let told = Date.parse(board()?.dataset.now ?? "");
  document.body.addEventListener("htmx:afterSwap", () => {
    const now = Date.parse(board()?.dataset.now ?? "");
    if (Number.isFinite(now) && now !== told) [told, heard] = [now, performance.now()];
  });
  setInterval(() => {
    const since = (performance.now() - heard) / 1000;
    const still = since > STILL_AFTER_S;
    document.body.classList.toggle("stands-still", still);
    document.querySelectorAll("[data-still]").forEach((p) => p.toggleAttribute("hidden", !still));
    document.querySelectorAll("[data-still-for]").forEach((span) => (span.textContent = `${Math.round(since)} s`));
    for (const when of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-due]"))) {
      when.textContent = until((Date.parse(when.dataset.due ?? "") - told) / 1000 - since);
    }
  }, 1000);
}

follow();
