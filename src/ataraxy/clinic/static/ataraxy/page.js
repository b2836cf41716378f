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

guardAgainstDoubleTaps();
goToWhatIsWrong();
