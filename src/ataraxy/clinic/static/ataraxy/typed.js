// What is typed and not charted yet outlives its page: an emergency is tapped on the lock, the tablet changes hands, the network goes.
// Hazard: half an hour's words are gone. Hazard: the next person reads them, or sends them under their own name. Hazard: a pressure
// typed before is charted as now's, or a second time.
// Kept in this tab alone, for this person and this form; no password, no code, no tick of a dose. Whoever typed it finds it again,
// sees that it waits, and decides. The server says what was charted (a cookie with the act's own key), and that is forgotten here.

import { line } from "./page.js";

const KEPT = "ataraxy-typed";
const FORGET_MS = 12 * 3_600_000;
const OF_NOW_MS = 120_000; // typed longer ago than this, a measured value needs its time
const NOT_A_NAME = ["key", "seen", "csrfmiddlewaretoken", "confirmed"]; // hidden fields that do not say what a form is about
const SENT_ELSEWHERE = /\/(pause|stop|emergency)\/$/; // one tap: page.js keeps it
const person = document.body.dataset.person ?? "";

/** @typedef {{name: string, value: string, ticked?: boolean}} Typed */
/** @typedef {{person: string, form: string, page: string, what: string, at: number, key: string, fields: Typed[]}} Draft */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** @returns {Draft[]} */
function drafts() {
  try {
    const all = /** @type {Draft[]} */ (JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
    return all.filter((one) => Date.now() - one.at < FORGET_MS);
  } catch {
    return [];
  }
}

/** Whether the browser took it. @param {Draft[]} all */
function store(all) {
  try {
    if (all.length > 0) sessionStorage.setItem(KEPT, JSON.stringify(all));
    else sessionStorage.removeItem(KEPT);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} form */
const mine = (form) => drafts().find((one) => one.person === person && one.form === form);

/** @param {string} form */
const forget = (form) => store(drafts().filter((one) => one.person !== person || one.form !== form));

/** @param {HTMLFormElement} form */
const keyOf = (form) => /** @type {HTMLInputElement | null} */ (form.querySelector("input[type=hidden][name=key]"));

/** What a form is: where it goes, and what it is about. @param {HTMLFormElement} form */
function nameOf(form) {
  const about = [...form.querySelectorAll("input[type=hidden]")].map((one) => /** @type {HTMLInputElement} */ (one));
  const told = about.filter((one) => !NOT_A_NAME.includes(one.name)).map((one) => `${one.name}=${one.value}`);
  return [address(form).pathname, ...told.sort()].join(" ");
}

/** @param {HTMLFormElement} form */
const address = (form) => new URL(form.getAttribute("action") ?? "", location.href); // a field may be called "action"

/** A form in which somebody charts. @param {HTMLFormElement} form */
const charts = (form) => person !== "" && form.getAttribute("method") === "post" && keyOf(form) !== null && !SENT_ELSEWHERE.test(address(form).pathname);

/** @param {Field} field */
const isTick = (field) => field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  const dose = form.querySelector("input[type=hidden][name=confirmed]") !== null;
  const all = /** @type {Field[]} */ ([...form.querySelectorAll("input, textarea, select")]);
  return all.filter((one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type) && one.autocomplete !== "one-time-code" && !(dose && isTick(one)));
}

/** @param {Field} field @param {boolean} refused a page drawn again holds as given what was typed before */
function isTyped(field, refused) {
  if (field instanceof HTMLSelectElement) return refused ? field.value !== "" : ![...field.options].every((one) => one.selected === one.defaultSelected);
  if (isTick(field)) {
    const tick = /** @type {HTMLInputElement} */ (field);
    return refused ? tick.checked : tick.checked !== tick.defaultChecked;
  }
  return refused ? field.value !== "" : field.value !== /** @type {HTMLInputElement} */ (field).defaultValue;
}

/** @param {Field} field @returns {Typed} */
const told = (field) => (isTick(field) ? { name: field.name, value: field.value, ticked: /** @type {HTMLInputElement} */ (field).checked } : { name: field.name, value: field.value });

/** @param {HTMLFormElement} form */
const wasRefused = (form) => form.querySelector(".error-summary") !== null;

function heading() {
  const h1 = document.querySelector("h1")?.textContent ?? document.title;
  return h1.replace(/\s+/g, " ").trim();
}

/** Keep what stands in a form now. Whether the browser took it. @param {HTMLFormElement} form @param {string} key */
function keep(form, key = "") {
  const name = nameOf(form);
  const fields = fieldsOf(form).filter((one) => isTyped(one, wasRefused(form))).map(told);
  const others = drafts().filter((one) => one.person !== person || one.form !== name);
  if (fields.length === 0) return store(others);
  const page = location.pathname === address(form).pathname ? location.pathname + location.search : location.pathname;
  const at = mine(name)?.at ?? Date.now(); // when its first word was typed
  return store([...others, { person, form: name, page, what: heading(), at, key, fields }]);
}

/** Whether everything typed on this page is kept: asked before the lock leaves the page to another person. */
function keptAll() {
  return [...document.forms].filter(charts).every((form) => keep(form, mine(nameOf(form))?.key ?? ""));
}

// --- found again -----------------------------------------------------------------------------------------------------------

/** @param {number} at */
function ago(at) {
  const minutes = Math.round((Date.now() - at) / 60_000);
  return minutes < 1 ? "just now" : `${minutes} min ago`;
}

/** @param {string} words @param {() => void} act */
function button(words, act) {
  const made = document.createElement("button");
  [made.type, made.className, made.textContent] = ["button", "button quiet small", words];
  made.addEventListener("click", act);
  return made;
}

/** @param {HTMLFormElement} form @param {Draft} draft */
function putBack(form, draft) {
  for (const one of draft.fields) {
    const field = fieldsOf(form).find((f) => f.name === one.name && (one.ticked === undefined || f.value === one.value));
    if (!field) continue;
    if (one.ticked === undefined) field.value = one.value;
    else /** @type {HTMLInputElement} */ (field).checked = one.ticked;
  }
  const fresh = keyOf(form);
  if (fresh && draft.key) sendAsBefore(form, fresh, draft.key);
  const notice = document.createElement("div");
  notice.className = "notice caution";
  notice.dataset.foundAgain = "";
  notice.setAttribute("role", "status");
  notice.append(line(`You typed this ${ago(draft.at)}, and it is not charted. Look at it before you send it.`));
  if (draft.key) notice.append(line("It was sent, and no answer came: look in the record whether it is there."));
  if (asksForItsTime(form, draft)) notice.append(line("Say when it was measured: without a time it would count as measured now."));
  notice.append(button("Throw it away", () => {
    form.reset();
    if (fresh && draft.key) fresh.value = fresh.defaultValue;
    forget(draft.form);
    notice.remove();
  }));
  form.prepend(notice);
}

/** Sent again unchanged it is the same act, and is taken once; changed, it is another. @param {HTMLFormElement} form @param {HTMLInputElement} field @param {string} key */
function sendAsBefore(form, field, key) {
  const fresh = field.value;
  field.value = key;
  form.addEventListener("input", () => (field.value = fresh), { once: true });
}

/** Hazard: a pressure typed half an hour ago is charted as now's. @param {HTMLFormElement} form @param {Draft} draft */
function asksForItsTime(form, draft) {
  const when = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name=when]"));
  const measured = fieldsOf(form).some((one) => one.getAttribute("inputmode") && one.value);
  if (!when || when.value || !measured || Date.now() - draft.at < OF_NOW_MS) return false;
  when.required = true;
  return true;
}

/** What waits on other pages of the same session. @param {Draft[]} all */
function sayWhatWaits(all) {
  const session = /^\/treat\/session\/[^/]+\//.exec(location.pathname)?.[0];
  const here = [...document.forms].filter(charts).map(nameOf);
  const waiting = all.filter((one) => session && one.person === person && one.page.startsWith(session) && !here.includes(one.form));
  if (waiting.length === 0 || document.querySelector("[data-open-when-locked]")) return;
  const notice = document.createElement("div");
  notice.className = "notice caution";
  notice.dataset.typedElsewhere = "";
  notice.setAttribute("role", "status");
  for (const one of waiting) {
    const words = line(`You typed this ${ago(one.at)}, and it is not charted: `);
    const link = document.createElement("a");
    [link.href, link.textContent] = [one.page, one.what];
    words.append(link);
    notice.append(words);
  }
  document.querySelector("main")?.prepend(notice);
}

function charted() {
  return /(?:^|;\s*)ataraxy-charted=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

function findAgain() {
  const key = charted();
  if (key) store(drafts().filter((one) => one.key !== key));
  for (const form of [...document.forms].filter(charts)) {
    const draft = mine(nameOf(form));
    if (!draft) continue;
    if (draft.key && draft.key === keyOf(form)?.value && !wasRefused(form)) continue; // its second step: the same act
    if (wasRefused(form)) keep(form);
    else putBack(form, draft);
  }
  sayWhatWaits(drafts());
}

/** @param {Event} event */
function onTyping(event) {
  const form = /** @type {Element} */ (event.target).closest("form");
  if (form && charts(form)) keep(form);
}

if (person !== "" && !document.body.classList.contains("locked")) {
  for (const kind of ["input", "change"]) document.addEventListener(kind, onTyping);
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!event.defaultPrevented && charts(form)) keep(form, keyOf(form)?.value ?? "");
  });
  document.body.addEventListener("leaving", (event) => {
    if (!keptAll()) event.preventDefault();
  });
  findAgain();
}
