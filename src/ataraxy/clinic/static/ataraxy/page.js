// What every page does: nothing that a page cannot do without. No code here decides anything clinical.

/** A form that was sent is not sent a second time by a second tap. Pause and stop stay tappable for ever. */
function guardAgainstDoubleTaps() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form.closest(".dose-bar") || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
}

/** After a refused form, keyboard and screen reader start at what is wrong. */
function goToWhatIsWrong() {
  const summary = /** @type {HTMLElement | null} */ (document.querySelector(".error-summary"));
  summary?.focus();
}

// --- pause, stop and emergency without a network ------------------------------------------------------------------------
// Hazard: the network is gone, the page hangs, and nobody knows whether the tap was taken. It is kept here and sent until
// the server has it; the server knows a second one by what the session already holds, and how long ago the tap was.

const KEPT = "ataraxy-kept-taps";
const ALWAYS_TAKEN = /\/(pause|stop|emergency)\/$/;
const PATIENCE_MS = 8000;
const AGAIN_MS = 3000;
const FORGET_MS = 3_600_000; // by then it was done at the pump, and is charted from paper

/** @typedef {{url: string, body: string, at: number}} Tap */

/** @returns {Tap[]} */
function kept() {
  try {
    const taps = /** @type {Tap[]} */ (JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
    return taps.filter((tap) => Date.now() - tap.at < FORGET_MS);
  } catch {
    return [];
  }
}

/** @param {Tap[]} taps */
function keep(taps) {
  localStorage.setItem(KEPT, JSON.stringify(taps));
  sayWhatIsKept(taps.length);
}

/** @param {number} count */
function sayWhatIsKept(count) {
  let notice = document.getElementById("kept-taps");
  if (count === 0) return notice?.remove();
  if (!notice) {
    notice = document.createElement("p");
    notice.id = "kept-taps";
    notice.className = "notice stop";
    notice.setAttribute("role", "alert");
    document.querySelector("main")?.prepend(notice);
  }
  notice.textContent = "No network: your tap is kept and will be sent. Do it at the pump now; this page cannot reach it.";
}

/** The page the server answers with, or null when it could not be reached. @param {Tap} tap */
async function send(tap) {
  const body = new URLSearchParams(tap.body);
  const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value;
  if (token) body.set("csrfmiddlewaretoken", token); // it changes with each log-in
  body.set("seconds_ago", String(Math.max(0, Math.round((Date.now() - tap.at) / 1000))));
  try {
    const answer = await fetch(tap.url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok && new URL(answer.url).pathname.startsWith("/treat/session/") ? answer.url : null; // else: a log-in
  } catch {
    return null;
  }
}

async function sendWhatIsKept() {
  for (const tap of kept()) {
    const page = await send(tap);
    if (page === null) return setTimeout(sendWhatIsKept, AGAIN_MS);
    keep(kept().filter((one) => one.at !== tap.at));
    location.assign(page);
  }
}

function keepWhatTheNetworkLoses() {
  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const url = new URL(form.getAttribute("action") ?? "", location.href); // a field may be called "action"
    if (form.getAttribute("method") !== "post" || !ALWAYS_TAKEN.test(url.pathname)) return;
    event.preventDefault();
    const typed = /** @type {[string, string][]} */ ([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const tap = { url: url.href, body: new URLSearchParams(typed).toString(), at: Date.now() };
    const page = await send(tap);
    if (page !== null) return location.assign(page);
    keep([...kept(), tap]);
    setTimeout(sendWhatIsKept, AGAIN_MS);
  });
  sayWhatIsKept(kept().length);
  sendWhatIsKept();
}

guardAgainstDoubleTaps();
goToWhatIsWrong();
keepWhatTheNetworkLoses();
