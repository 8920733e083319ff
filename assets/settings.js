/* Pictures and forms that warn before something typed is lost. Loaded only by the settings pages that have such parts. */
(() => {
  "use strict";
  if (window.coexaiSettings) return;
  window.coexaiSettings = true;
  const doc = document, win = window;
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const near = (target, sel) => (target instanceof Element ? target.closest(sel) : null);
  const on = (type, fn, capture = false) => doc.addEventListener(type, fn, capture);

  /* --- pictures: sent as soon as one is chosen; the page is told by a click on its hidden button --- */
  on("change", async (event) => {
    const input = event.target;
    if (!input.dataset?.picture || !input.files.length) return;
    const box = near(input, "[data-picture-box]"), said = $("[data-picture-error]", box), body = new FormData();
    const say = (text) => { said.textContent = text; said.hidden = !text; };
    body.append("file", input.files[0]);
    input.value = "";
    say("");
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(input.dataset.picture, { method: "PUT", body });
      if (answer.ok) $("[data-picture-done]", box).click();
      else say((await answer.json().catch(() => null))?.error?.message || "That did not work. Nothing was changed; try again.");
    } catch { say("The connection dropped. Nothing was changed; try again."); }
    box.removeAttribute("aria-busy");
  });

  /* --- forms that warn before what was typed is lost: data-guard changes when the server has it --- */
  const unsaved = () => $$("form[data-guard]").filter((form) => form.touchedAt === form.dataset.guard);
  const touch = (event) => { const form = near(event.target, "form[data-guard]"); if (form) form.touchedAt = form.dataset.guard; };
  on("input", touch);
  on("change", touch);
  on("click", (event) => { if (near(event.target, "[data-touches]")) touch(event); });
  win.addEventListener("beforeunload", (event) => { if (unsaved().length) event.preventDefault(); });
  on("click", (event) => {
    const link = near(event.target, "a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.pathname === location.pathname || !unsaved().length) return;
    if (win.confirm("Leave without saving? What you changed on this page is lost.")) $$("form[data-guard]").forEach((form) => { form.touchedAt = undefined; });
    else { event.preventDefault(); event.stopPropagation(); }
  }, true);
})();
