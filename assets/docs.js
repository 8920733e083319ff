/* The API reference (/docs/api): theme before the first paint, then languages, copying, the filter and the place in the contents.
   Without it everything is shown and every link works. */
(() => {
  "use strict";
  const doc = document, root = doc.documentElement;
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const make = (tag, props) => Object.assign(doc.createElement(tag), props);
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* for this page only, then */ } };

  /* --- theme: as app.js keeps it --- */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => kept("theme") || (doc.cookie.match(/(?:^|; )theme=(\w+)/) || [])[1] || "system";
  const paint = () => {
    const on = chosen() === "dark" || (chosen() === "system" && dark.matches);
    root.classList.toggle("dark", on);
    root.style.colorScheme = on ? "dark" : "light";
    const meta = $("meta[name=theme-color]");
    if (meta) meta.content = on ? "#141210" : "#f7f6f3";
  };
  root.classList.add("js");
  paint();
  dark.addEventListener("change", paint);
  addEventListener("storage", paint);

  /* --- curl or Python, for the whole page --- */
  const NAMES = { curl: "curl", python: "Python" };
  const speak = (language) => {
    root.dataset.language = language in NAMES ? language : "curl";
    $$("[data-speak]").forEach((el) => el.setAttribute("aria-pressed", String(el.dataset.speak === root.dataset.language)));
  };
  speak(kept("docs-language"));

  const start = () => {
    const nav = $("#nav"), menu = $("#menu"), filter = $("#filter"), theme = $("#theme");
    [theme, $(".filter"), menu].forEach((el) => { el.hidden = false; });
    const narrow = matchMedia("(max-width: 860px)");
    const fit = () => { menu.hidden = !narrow.matches; };
    narrow.addEventListener("change", fit);
    fit();

    theme.value = chosen();
    theme.addEventListener("change", () => {
      keep("theme", theme.value);
      doc.cookie = `theme=${theme.value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
      paint();
    });

    $$(".code").forEach((box) => {
      const bar = $(".bar", box);
      if (!bar) return;
      if (box.parentElement.classList.contains("sample")) {
        bar.firstElementChild.remove();
        const group = make("div", { role: "group", ariaLabel: "Language" });
        group.append(...Object.entries(NAMES).map(([name, text]) => {
          const el = make("button", { type: "button", textContent: text });
          el.dataset.speak = name;
          return el;
        }));
        bar.append(group);
      }
      bar.append(make("button", { type: "button", className: "copy", textContent: "Copy" }));
    });
    speak(root.dataset.language);

    const said = make("div", { className: "sr", role: "status" });
    doc.body.append(said);
    const copy = async (el) => {
      let word = "Copied";
      try { await navigator.clipboard.writeText($("code", el.closest(".code")).textContent); } catch { word = "Select and copy"; }
      el.textContent = said.textContent = word;
      setTimeout(() => { el.textContent = "Copy"; said.textContent = ""; }, 2000);
    };

    const open = (on) => {
      nav.toggleAttribute("data-open", on);
      menu.setAttribute("aria-expanded", String(on));
      menu.textContent = on ? "Close" : "Contents";
    };
    doc.addEventListener("click", (event) => {
      const el = event.target.closest("button, a");
      if (!el) return;
      if (el.dataset.speak) {
        const before = el.getBoundingClientRect().top, box = el.closest(".sample");
        keep("docs-language", el.dataset.speak);
        speak(el.dataset.speak);
        const now = $(`[data-lang="${el.dataset.speak}"] [data-speak="${el.dataset.speak}"]`, box);
        now.focus({ preventScroll: true });
        scrollBy({ top: now.getBoundingClientRect().top - before, behavior: "instant" });
      } else if (el.classList.contains("copy")) copy(el);
      else if (el === menu) { open(!nav.hasAttribute("data-open")); }
      else if (nav.contains(el)) open(false);
    });
    doc.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && nav.hasAttribute("data-open")) { open(false); menu.focus(); }
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea")) {
        event.preventDefault();
        if (narrow.matches) open(true);
        filter.focus();
      }
    });

    /* --- the filter: every word has to be in the name, the path or the method --- */
    const links = $$("li a", nav).map((el) => [el, `${el.textContent} ${el.dataset.path || ""}`.toLowerCase()]);
    const sift = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      links.forEach(([el, text]) => {
        const fits = words.every((word) => text.includes(word));
        el.parentElement.hidden = !fits;
        count += fits;
      });
      $$(".part", nav).forEach((part) => { part.hidden = !$("li:not([hidden])", part); });
      $("#none").hidden = count > 0;
      $("#found").textContent = words.length ? `${count} found` : "";
    };
    filter.addEventListener("input", sift);
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && filter.value) { event.stopPropagation(); filter.value = ""; sift(); }
      if (event.key === "Enter") $("li:not([hidden]) a", nav)?.click();
    });

    /* --- where the reader is --- */
    const places = links.map(([el]) => [el, doc.getElementById(el.hash.slice(1))]).filter(([, place]) => place);
    let current, queued = false;
    const look = () => {
      queued = false;
      const end = innerHeight + scrollY >= root.scrollHeight - 2;
      const at = end ? places.at(-1) : places.findLast(([, place]) => place.getBoundingClientRect().top < 120) || places[0];
      if (at[0] === current) return;
      current?.removeAttribute("aria-current");
      current = at[0];
      current.setAttribute("aria-current", "location");
      const box = nav.getBoundingClientRect(), link = current.getBoundingClientRect();
      if (link.height && (link.top < box.top + 64 || link.bottom > box.bottom)) nav.scrollTop += link.top - box.top - box.height / 3;
    };
    addEventListener("scroll", () => { if (!queued) { queued = true; requestAnimationFrame(look); } }, { passive: true });
    look();
  };
  if (doc.readyState === "loading") doc.addEventListener("DOMContentLoaded", start); else start();
})();
