// The log-in pages: say in words what a passkey refused to do. The passkey itself is handled by django-allauth.

const CURES = {
  NotAllowedError: "The passkey was not used: it was cancelled, or it took too long. Try again, or use another way.",
  InvalidStateError: "This key is already added. Use another one.",
  SecurityError: "Passkeys need a secure address (https, or localhost). Ask whoever runs the server.",
  NotSupportedError: "This browser or device offers no passkeys. Use the authenticator app.",
};

document.addEventListener("allauth.error", (event) => {
  const { exception } = /** @type {CustomEvent} */ (event).detail;
  const words = CURES[exception?.name] ?? "The passkey could not be used. Try again, or use another way.";
  event.preventDefault();
  document.querySelector(".notice.passkey")?.remove();
  const notice = document.createElement("p");
  notice.className = "notice caution passkey";
  notice.setAttribute("role", "alert");
  notice.textContent = words;
  document.querySelector("#main form")?.before(notice);
});
