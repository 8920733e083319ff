/* Passkeys: a button with data-passkey="create" or "get" asks the server for options, the browser for an answer, and sends its form with it.
   Loaded only by the pages that have such a button. Nothing is evaluated, nothing is shown that is not text. */
(() => {
  "use strict";
  if (window.coexaiPasskeys) return;
  window.coexaiPasskeys = true;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const say = (form, words) => {
    const place = form.querySelector("[data-passkey-error]");
    place.hidden = !words;
    place.querySelector("span").textContent = words;
  };
  const ask = async (button, form) => {
    const sent = await fetch(button.dataset.options, {
      method: "POST",
      headers: { Accept: "application/json" },
    });
    const answer = await sent.json();
    if (answer?.error?.code === "FRESH_LOGIN_NEEDED") location.assign(`/confirm?next=${encodeURIComponent(location.pathname)}`);
    if (!sent.ok) throw new Error(answer?.error?.message || "That did not work. Nothing was changed; try again.");
    const options = { ...answer, challenge: bytes(answer.challenge) };
    if (button.dataset.passkey === "create") {
      options.user = { ...answer.user, id: bytes(answer.user.id) };
      options.excludeCredentials = keys(answer.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = keys(answer.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  };
  const WORDS = {
    NotAllowedError: "No passkey was given. Try again when you are ready.",
    InvalidStateError: "This device has a passkey for your account already.",
    SecurityError: "Passkeys work only at the web address that this instance was set up with.",
    NotSupportedError: "This device cannot make such a passkey.",
    AbortError: "No passkey was given. Try again when you are ready.",
    TypeError: "The connection dropped. Nothing was changed; try again.",
  };
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-passkey]");
    if (!button || button.getAttribute("aria-busy") === "true") return;
    const form = button.closest("form");
    if (!window.PublicKeyCredential) return say(form, "This browser has no passkeys. Use a code.");
    say(form, "");
    button.setAttribute("aria-busy", "true");
    try {
      const made = await ask(button, form);
      const response = {};
      PARTS.forEach((part) => { if (made.response[part]) response[part] = text(made.response[part]); });
      form.elements.credential.value = JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
      form.requestSubmit();
    } catch (error) {
      say(form, WORDS[error.name] || error.message);
    } finally {
      button.setAttribute("aria-busy", "false");
    }
  });
})();
