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
// the server has it. Each tap has its own key, so the server takes it once however often it is sent; it is dated when it was
// made. A tap that never arrived is never dropped in silence: it is shown until somebody has charted it from paper.

const KEPT = "ataraxy-kept-taps";
const ALWAYS_TAKEN = /\/(pause|stop|emergency)\/$/;
export const PATIENCE_MS = 8000;
const AGAIN_MS = 3000;
const FORGET_MS = 3_600_000; // by then it was done at the pump, and is charted from paper

/** @typedef {{url: string, body: string, at: number, key: string, what: string}} Tap */

/** @returns {Tap[]} */
export function kept() {
  try {
    return /** @type {Tap[]} */ (JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
  } catch {
    return [];
  }
}

/** @param {Tap} tap */
const tooLate = (tap) => Date.now() - tap.at >= FORGET_MS;

/** @param {Tap[]} taps */
function keep(taps) {
  localStorage.setItem(KEPT, JSON.stringify(taps));
  sayWhatIsKept(taps);
}

/** @param {Tap} tap */
const forget = (tap) => keep(kept().filter((one) => one.key !== tap.key));

/** @param {Tap[]} taps */
export function sayWhatIsKept(taps) {
  document.getElementById("kept-taps")?.remove();
  if (taps.length === 0) return;
  const notice = document.createElement("section");
  notice.id = "kept-taps";
  notice.className = "notice stop";
  notice.setAttribute("role", "alert");
  if (taps.some((tap) => !tooLate(tap))) notice.append(line("Not on record yet: your tap is kept and will be sent (no network, or nobody is logged in). Do it at the pump now; this page cannot reach it."));
  for (const tap of taps.filter(tooLate)) notice.append(lost(tap));
  (document.querySelector(".lock-cover [data-kept-here]") ?? document.querySelector("main"))?.prepend(notice);
}

/** @param {string} words */
export function line(words) {
  const paragraph = document.createElement("p");
  paragraph.textContent = words;
  return paragraph;
}

/** A tap that can no longer be sent, until somebody says that it is charted. @param {Tap} tap */
function lost(tap) {
  const paragraph = line(`Not recorded: ${tap.what}, tapped ${new Date(tap.at).toLocaleString()}. Chart it from paper. `);
  const done = document.createElement("button");
  done.type = "button";
  done.className = "button quiet";
  done.textContent = "It is charted";
  done.addEventListener("click", () => forget(tap));
  paragraph.append(done);
  return paragraph;
}

/** The token of whoever is logged in now; the open page's own may be another one's. */
export function token() {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value;
}

/** A version 4 UUID; `crypto.randomUUID` is there only on an encrypted page. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page the server answers with, or null when it could not be reached. @param {Tap} tap */
async function send(tap) {
  const body = new URLSearchParams(tap.body);
  const current = token();
  if (current) body.set("csrfmiddlewaretoken", current); // it changes with each log-in
  body.set("tap", tap.key);
  body.set("seconds_ago", String(Math.max(0, Math.round((Date.now() - tap.at) / 1000))));
  try {
    const answer = await fetch(tap.url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok && new URL(answer.url).pathname.startsWith("/treat/session/") ? answer.url : null; // else: a log-in
  } catch {
    return null;
  }
}

/** Go on to the page of a tap that was taken. Under a lock only to an emergency's card: what is typed below it stays. @param {string} page */
function arrive(page) {
  const covered = document.body.classList.contains("covered");
  if (!covered || new URL(page).pathname.endsWith("/emergency/")) return location.assign(page);
  document.body.dispatchEvent(new CustomEvent("tap-taken"));
}

/** One that is not taken never holds up those behind it. */
async function sendWhatIsKept() {
  /** @type {string | null} */
  let taken = null;
  for (const tap of kept()) {
    if (tooLate(tap)) continue;
    const page = await send(tap);
    if (page === null) continue;
    taken = page;
    forget(tap);
  }
  const left = kept();
  sayWhatIsKept(left); // what grew too old meanwhile is said
  if (taken !== null) return arrive(taken);
  if (left.some((tap) => !tooLate(tap))) setTimeout(sendWhatIsKept, AGAIN_MS);
}

function keepWhatTheNetworkLoses() {
  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const url = new URL(form.getAttribute("action") ?? "", location.href); // a field may be called "action"
    const verb = ALWAYS_TAKEN.exec(url.pathname)?.[1];
    if (form.getAttribute("method") !== "post" || !verb) return;
    event.preventDefault();
    const typed = /** @type {[string, string][]} */ ([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const pressed = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (pressed?.name) typed.push([pressed.name, pressed.value]);
    const tap = { url: url.href, body: new URLSearchParams(typed).toString(), at: Date.now(), key: newKey(), what: verb };
    const page = await send(tap);
    if (page !== null) return arrive(page);
    keep([...kept(), tap]);
    setTimeout(sendWhatIsKept, AGAIN_MS);
  });
  sayWhatIsKept(kept());
  sendWhatIsKept();
}

/** A link to send is copied with one tap; without this, it is selected by hand. */
function offerToCopy() {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById(button.dataset.copy ?? ""));
    if (!field || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    });
  }
}

guardAgainstDoubleTaps();
offerToCopy();
goToWhatIsWrong();
keepWhatTheNetworkLoses();
