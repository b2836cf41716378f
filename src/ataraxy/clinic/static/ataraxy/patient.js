// A patient answers on a telephone. Hazard: the network is gone, the browser leaves the page, and half an hour's answers with it;
// nobody types them twice, and what they would have told is never heard. So the way is tried before the page is left.
// Nothing is kept on the device: it may be the clinic's, or a family's.

import { line } from "./page.js";

const PATIENCE_MS = 8000;

/** Whether the clinic can be reached now; it asks for a picture, which is nobody's act. */
async function isReached() {
  const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
  try {
    return (await fetch(icon?.href ?? "/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}

/** @param {HTMLFormElement} form */
function sayNotSent(form) {
  form.querySelector("[data-not-sent]")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice caution";
  notice.dataset.notSent = "";
  notice.setAttribute("role", "alert");
  notice.append(line("Not sent: the clinic cannot be reached just now. Everything you answered is still here. Leave this page open, and tap again in a moment."));
  form.append(notice); // beside the button that was tapped
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener(
  "submit",
  async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.getAttribute("method") !== "post" || form.dataset.reached) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    const reached = await isReached();
    delete form.dataset.asking;
    if (!reached) return sayNotSent(form);
    form.dataset.reached = "yes";
    form.requestSubmit(/** @type {HTMLElement | null} */ (event.submitter));
    delete form.dataset.reached;
  },
  { capture: true },
);
