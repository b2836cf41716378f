// The lock over an open page: it covers the page where it is, so that what is typed and not sent is still there afterwards.
// Hazard: the lock falls without a network and takes the stop button with it; or it takes half an hour's note.
// It needs no network to fall. Pause, stop and emergency stay in front; the server keeps its own lock by its own clock.

import { kept, line, PATIENCE_MS, sayWhatIsKept, token } from "./page.js";

const SAY_MS = 60_000; // how often the server hears that somebody is here
const LOOK_MS = 5000;
const AGAIN_MS = 5000;
const NEWS_MS = 10_000;
const STILL_MS = 30_000; // three answers missing is standing still
const TOUCHED = "ataraxy-touched"; // the last touch on any page of this browser
const OPENED = "ataraxy-opened"; // whose password opened the lock on another page
const NO_NETWORK = "No network: this cannot be done now. Pause, stop and emergency are kept and sent later; do them at the pump now.";
const NOTHING_KEPT = "This browser keeps nothing: what is typed below would be gone. Unlock and send it, or switch once more to lose it.";

const { person = "", lockAfterMin = "0" } = document.body.dataset;
const idleMs = Number(lockAfterMin) * 60_000;
const staysOpen = () => document.querySelector("[data-open-when-locked]") !== null; // a wall's board, an emergency's card

let touched = Date.now();
let said = 0; // at once after each page: pages that follow each other quickly are somebody, too
let heard = Date.now(); // when the server last knew of somebody here
let told = false;
let warned = false;
/** @type {{title: string, scroll: number, focus: Element | null} | null} */
let below = null;

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} words */
function tellOtherPages(key, words) {
  try {
    localStorage.setItem(key, words);
  } catch {
    /* this page alone knows */
  }
}

function isIdle() {
  const now = Date.now();
  const elsewhere = Number(recall(TOUCHED));
  return idleMs > 0 && now - Math.max(touched, elsewhere <= now ? elsewhere : 0) >= idleMs;
}

/** The answer, or null when the server could not be reached. @param {string} url @param {Record<string, string>} fields */
async function post(url, fields = {}) {
  const body = new URLSearchParams(fields);
  const current = token();
  if (current) body.set("csrfmiddlewaretoken", current);
  try {
    return await fetch(url, { method: "POST", body, redirect: "manual", headers: { "X-In-Place": "yes" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return null;
  }
}

function touch() {
  if (below) return;
  if (isIdle()) return fall();
  const now = Date.now();
  if (now - touched > 1000) tellOtherPages(TOUCHED, String(now));
  touched = now;
  if (now - said < SAY_MS) return;
  said = now;
  sayHere();
}

/** Whether the server knows now that somebody is here; the page covers itself when it says that it is locked. */
async function sayHere() {
  const answer = await post("/people/here/");
  if (answer?.status === 204) heard = Date.now();
  if (answer === null) said = Date.now() - SAY_MS + AGAIN_MS;
  if (answer?.status === 423 && !staysOpen()) cover();
  return answer;
}

function fall() {
  if (!staysOpen()) cover();
  if (!told) tellServer();
}

async function tellServer() {
  told = true;
  const answer = await post("/people/lock/", { idle: "yes" });
  if (answer === null && (below || staysOpen())) setTimeout(tellServer, AGAIN_MS);
}

// --- the cover -----------------------------------------------------------------------------------------------------------

const inFront = (/** @type {Element} */ one) => one.matches(".lock-cover, .dose-bar, script, template");

function cover() {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("lock-cover"));
  if (below || !template) return;
  below = { title: document.title, scroll: scrollY, focus: document.activeElement };
  document.title = "Locked · Ataraxy";
  document.body.classList.add("covered");
  for (const one of document.body.children) if (!inFront(one)) one.toggleAttribute("inert", true);
  document.body.prepend(template.content.cloneNode(true));
  quietLinks();
  scrollTo(0, 0);
  listen();
  sayWhatIsKept(kept());
  followNews();
}

function uncover() {
  if (!below) return;
  document.querySelector(".lock-cover")?.remove();
  for (const one of document.body.children) one.toggleAttribute("inert", false);
  document.body.classList.remove("covered");
  for (const link of document.querySelectorAll(".dose-bar a[data-href]")) {
    link.setAttribute("href", link.getAttribute("data-href") ?? "");
    link.removeAttribute("data-href");
  }
  document.title = below.title;
  scrollTo(0, below.scroll);
  if (below.focus instanceof HTMLElement) below.focus.focus({ preventScroll: true });
  below = null;
  told = false;
  touched = heard = Date.now();
  tellOtherPages(TOUCHED, String(touched));
  sayWhatIsKept(kept());
  document.body.dispatchEvent(new CustomEvent("unlocked"));
}

/** A link of the bar would leave the page, and what is typed in it; the one to an emergency leads to its taps here. */
function quietLinks() {
  for (const link of document.querySelectorAll(".dose-bar a[href]:not([data-href])")) {
    const href = link.getAttribute("href") ?? "";
    link.setAttribute("data-href", href);
    if (href.endsWith("#emergency")) link.setAttribute("href", "#danger");
    else link.removeAttribute("href");
  }
}

/** @param {string} words */
function sayTrouble(words) {
  const place = document.getElementById("cover-trouble");
  if (place) place.textContent = words;
}

/** @param {Response | null} answer */
async function whyNot(answer) {
  if (answer === null) return NO_NETWORK;
  if (answer.status === 422) return answer.text();
  if (answer.status === 409) return "Somebody else is logged in here now. This page opens with the password of its own person.";
  return "The server does not know this log-in any more. Take down what you need by hand, then switch person and log in.";
}

function listen() {
  const field = /** @type {HTMLInputElement} */ (document.getElementById("cover-password"));
  field.focus();
  field.form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post("/people/unlock/", { password: field.value, person });
    field.value = "";
    if (answer?.status !== 204) return sayTrouble(await whyNot(answer));
    tellOtherPages(OPENED, `${person} ${Date.now()}`);
    uncover();
  });
  const change = /** @type {HTMLFormElement} */ (document.querySelector(".lock-cover [data-switch]"));
  change.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await askForNews()) === null) return sayTrouble(NO_NETWORK);
    const kept = document.body.dispatchEvent(new CustomEvent("leaving", { cancelable: true })); // typed.js keeps what is typed
    if (!kept && !warned) {
      warned = true;
      return sayTrouble(NOTHING_KEPT);
    }
    for (const [name, value] of [["csrfmiddlewaretoken", token() ?? ""], ["next", location.pathname + location.search]]) {
      const hidden = document.createElement("input");
      [hidden.type, hidden.name, hidden.value] = ["hidden", name, value];
      change.append(hidden);
    }
    change.submit();
  });
  document.querySelector(".lock-cover")?.addEventListener("click", async (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    if (!link) return;
    event.preventDefault();
    if ((await askForNews()) === null) return sayTrouble(NO_NETWORK);
    location.assign(link.getAttribute("href") ?? "");
  });
}

// --- what stays in front is kept new ---------------------------------------------------------------------------------------

let news = Date.now();
let following = false;
const isLockPage = document.body.classList.contains("locked");
const wantsNews = () => below !== null || isLockPage || staysOpen();

async function askForNews() {
  try {
    const answer = await fetch("/people/danger/", { redirect: "manual", headers: { "X-In-Place": "yes" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? answer.text() : "";
  } catch {
    return null;
  }
}

/** What somebody reads and taps; a token that changed is no news. @param {Element | null} part */
const sense = (part) => part && part.textContent?.replace(/\s+/g, " ") + [...part.querySelectorAll("form")].map((form) => form.getAttribute("action")).join();

/** @param {string} html */
function draw(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const danger = document.getElementById("danger");
  const newer = fresh.getElementById("danger");
  if (danger && newer && sense(danger) !== sense(newer)) danger.replaceWith(newer);
  const bar = document.querySelector(".dose-bar");
  const newBar = fresh.querySelector(".dose-bar");
  if (sense(bar) !== sense(newBar)) {
    bar?.remove();
    if (newBar) document.body.append(newBar);
  }
  if (below || isLockPage) quietLinks();
}

async function look() {
  const html = await askForNews();
  if (!wantsNews()) return;
  if (html) {
    news = Date.now();
    draw(html);
  }
  const still = Date.now() - news;
  document.querySelectorAll("#danger [data-still]").forEach((one) => one.toggleAttribute("hidden", still < STILL_MS));
  document.querySelectorAll("#danger [data-still-for]").forEach((one) => (one.textContent = `${Math.round(still / 1000)} s`));
}

async function followNews() {
  if (following) return;
  following = true;
  news = Date.now();
  while (wantsNews()) {
    await look();
    await new Promise((done) => setTimeout(done, NEWS_MS));
  }
  following = false;
}

// --- nothing typed is sent into a lock ---------------------------------------------------------------------------------------

const ALWAYS_TAKEN = /\/(pause|stop|emergency)\/$/;

/** Whether the server may have locked without this page's knowing; then it is asked before anything typed is sent.
 * On an emergency's card every step is taken behind the lock too, but for its end. @param {SubmitEvent} event */
function mayBeLocked(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (below || form.getAttribute("method") !== "post" || ALWAYS_TAKEN.test(form.getAttribute("action") ?? "")) return false;
  const ends = event.submitter?.getAttribute("name") === "end";
  if (staysOpen()) return ends && Date.now() - heard > AGAIN_MS;
  return idleMs > 0 && Date.now() - heard >= idleMs - SAY_MS;
}

/** @param {SubmitEvent} event */
async function askBeforeSending(event) {
  if (!mayBeLocked(event)) return;
  const form = /** @type {HTMLFormElement} */ (event.target);
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await sayHere();
  if (answer === null) {
    const notice = document.createElement("div");
    notice.className = "notice caution";
    notice.setAttribute("role", "alert");
    notice.append(line("No network: not sent. What is typed is still here; send it again."));
    form.prepend(notice);
  } else if (answer.status === 423) {
    cover();
  } else {
    heard = Date.now();
    form.requestSubmit(/** @type {HTMLElement | null} */ (event.submitter));
  }
}

function lockWhenNobodyIsHere() {
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, touch, { passive: true, capture: true });
  const tick = () => {
    if (!below && isIdle()) fall();
  };
  setInterval(tick, LOOK_MS);
  for (const kind of ["visibilitychange", "pageshow"]) window.addEventListener(kind, tick, { capture: true });
  window.addEventListener("storage", (event) => {
    if (event.key === OPENED && person && event.newValue?.startsWith(`${person} `)) uncover();
  });
  document.addEventListener("submit", askBeforeSending, { capture: true });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (below) event.preventDefault();
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.xhr.status === 423) fall();
  });
}

document.body.addEventListener("tap-taken", () => {
  document.querySelectorAll(".lock-cover [data-taken]").forEach((one) => {
    one.textContent = `Taken at ${new Date().toLocaleTimeString()}: it is on record. Do it at the pump too.`;
    one.toggleAttribute("hidden", false);
  });
  look();
});

if (isLockPage) {
  quietLinks();
  followNews();
} else {
  lockWhenNobodyIsHere();
  if (wantsNews()) followNews();
}
