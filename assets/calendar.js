/* The calendar: entries that are dragged with mouse or finger, and the keys of its grid. Loaded by the calendar page only.
   A drop is shown ahead as a copy that nobody else knows; data-answered changes once the server has decided, and the copy goes. */
(() => {
  "use strict";
  if (window.coexaiCalendar) return;
  window.coexaiCalendar = true;
  const doc = document, win = window;
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const near = (target, sel) => (target instanceof Element ? target.closest(sel) : null);
  const visible = (el) => el.getClientRects().length > 0;
  const typing = (el) => !!near(el, "input,textarea,select,[contenteditable=true]");
  const here = () => $("[data-calendar]") || $("[data-calendar-new]");
  const HOLD = 350, SLIP = 8, EDGE = 64, PATIENCE = 15000;

  const say = (text) => { const place = $("[data-calendar-said]"); if (place) place.textContent = text; };
  const days = () => $$("[data-calendar] [data-day], [data-day][data-testid^=strip-]").filter(visible);
  const cells = () => $$("[data-calendar=grid] [data-day]").filter(visible);
  const cellOf = (day) => cells().find((el) => el.dataset.day === day);
  const shift = (day, by) => { const at = new Date(`${day}T00:00:00Z`); at.setUTCDate(at.getUTCDate() + by); return at.toISOString().slice(0, 10); };
  const shiftMonth = (day, by) => {
    const [year, month, date] = day.split("-").map(Number), last = new Date(Date.UTC(year, month + by, 0)).getUTCDate();
    return new Date(Date.UTC(year, month - 1 + by, Math.min(date, last))).toISOString().slice(0, 10);
  };

  /* --- a move: the form is sent, and the entry stands on its new day until the answer is here --- */
  let waiting = null, wanted = null, asked = null;
  const settle = () => {
    clearTimeout(waiting?.timer);
    waiting = null;
    $$("[data-ghost]").forEach((el) => el.remove());
    $$("[data-moving]").forEach((el) => el.removeAttribute("data-moving"));
  };
  const ahead = (entry, day) => {
    const list = days().filter((el) => el.dataset.day === day).map((el) => $("[data-entries]", el)).find(Boolean);
    settle();
    waiting = { id: entry.dataset.entry, answered: answered(), day };
    waiting.timer = setTimeout(() => { settle(); say("No answer came. The entry is where it was; try again."); }, PATIENCE);
    $$(`[data-entry="${CSS.escape(entry.dataset.entry)}"]`).forEach((el) => { el.dataset.moving = "true"; });
    if (!list) return;
    const copy = entry.cloneNode(true);
    ["data-entry", "data-moving", "data-asks", "data-testid", "data-movable"].forEach((name) => copy.removeAttribute(name));
    copy.dataset.ghost = "true";
    copy.setAttribute("aria-busy", "true");
    list.append(copy);
  };
  const answered = () => $("[data-calendar]")?.dataset.answered;
  const fill = (form, entry, day, clock) => {
    for (const [name, value] of Object.entries({ entry: entry.dataset.entry, version: entry.dataset.version, day, clock })) form.elements.namedItem(name).value = value;
  };
  const move = (entry, day) => {
    const form = $("form[data-move]");
    if (!form || !day || day === entry.dataset.at) return;
    fill(form, entry, day, "");
    ahead(entry, day);
    say(`Moving “${entry.dataset.title}”`);
    form.requestSubmit();
  };
  const ask = (entry) => {
    const form = $("form[data-move]"), box = near(form, "dialog");
    if (!box || !entry.dataset.movable) return;
    fill(form, entry, entry.dataset.at, entry.dataset.clockAt);
    $("[data-move-title]", box).textContent = entry.dataset.title;
    asked = entry;
    box.showModal();
    $("[type=date]", form).focus();
  };
  doc.addEventListener("submit", (event) => {
    const form = near(event.target, "form[data-move]"), box = near(form, "dialog");
    if (!form || !box.open) return;
    const day = form.elements.namedItem("day").value, entry = asked;
    box.close();
    if (entry?.isConnected && day) { wanted = { entry: entry.dataset.entry }; ahead(entry, day); }
  }, true);

  /* --- dragging: a mouse begins after a few pixels, a finger after it has rested --- */
  let drag = null, swallow = false;
  const lift = () => {
    const box = drag.entry.getBoundingClientRect(), copy = drag.entry.cloneNode(true);
    ["data-entry", "data-testid", "data-asks", "id"].forEach((name) => copy.removeAttribute(name));
    copy.setAttribute("aria-hidden", "true");
    Object.assign(copy.style, { position: "fixed", left: `${box.left}px`, top: `${box.top}px`, width: `${Math.min(box.width, 280)}px`, zIndex: 70, pointerEvents: "none", boxShadow: "var(--sh-pop)", borderRadius: "var(--r-xs)", opacity: "1", transform: "rotate(1deg)" });
    if (getComputedStyle(copy).backgroundColor === "rgba(0, 0, 0, 0)") copy.style.backgroundColor = "var(--surface)";
    drag.copy = copy;
    drag.on = true;
    drag.entry.style.opacity = "0.4";
    doc.body.append(copy);
    doc.body.style.userSelect = "none";
    doc.body.style.cursor = "grabbing";
    win.getSelection()?.removeAllRanges();
    navigator.vibrate?.(10);
    say(`Dragging “${drag.entry.dataset.title}”`);
  };
  const over = (x, y) => {
    const day = near(doc.elementFromPoint(x, y), "[data-day]");
    if (day === drag.over) return;
    drag.over?.removeAttribute("data-over");
    drag.over = day;
    if (day) day.dataset.over = "true";
  };
  const drop = (good) => {
    if (!drag) return;
    const { entry, copy, over: day, on } = drag;
    clearTimeout(drag.timer);
    day?.removeAttribute("data-over");
    copy?.remove();
    entry.style.opacity = "";
    doc.body.style.userSelect = doc.body.style.cursor = "";
    drag = null;
    if (!on) return;
    swallow = true;
    setTimeout(() => { swallow = false; });
    if (good && day) move(entry, day.dataset.day);
    else say("Nothing was moved.");
  };
  doc.addEventListener("pointerdown", (event) => {
    const entry = near(event.target, "[data-entry][data-movable]");
    if (!entry || event.button || drag || !event.isPrimary) return;
    drag = { entry, x: event.clientX, y: event.clientY, atX: event.clientX, atY: event.clientY, touch: event.pointerType !== "mouse", on: false };
    if (drag.touch) drag.timer = setTimeout(() => drag && lift(), HOLD);
  });
  doc.addEventListener("pointermove", (event) => {
    if (!drag || !event.isPrimary) return;
    drag.atX = event.clientX; drag.atY = event.clientY;
    const gone = Math.hypot(drag.atX - drag.x, drag.atY - drag.y);
    if (!drag.on) {
      if (gone < (drag.touch ? SLIP : 5)) return;
      if (drag.touch) return drop(false);
      lift();
    }
    event.preventDefault();
    drag.copy.style.translate = `${drag.atX - drag.x}px ${drag.atY - drag.y}px`;
    over(drag.atX, drag.atY);
    edge();
  });
  // Near the edge the page goes on.
  const edge = () => {
    if (!drag?.on || drag.rolling) return;
    const by = drag.atY < EDGE ? -12 : drag.atY > win.innerHeight - EDGE ? 12 : 0;
    if (!by) return;
    drag.rolling = true;
    win.scrollBy(0, by);
    requestAnimationFrame(() => { if (drag) { drag.rolling = false; over(drag.atX, drag.atY); edge(); } });
  };
  doc.addEventListener("pointerup", () => drop(true));
  doc.addEventListener("pointercancel", () => drop(false));
  win.addEventListener("blur", () => drop(false));
  doc.addEventListener("touchmove", (event) => { if (drag?.on) event.preventDefault(); }, { passive: false });
  doc.addEventListener("contextmenu", (event) => { if (drag?.touch) event.preventDefault(); });
  doc.addEventListener("dragstart", (event) => { if (near(event.target, "[data-entry]")) event.preventDefault(); });
  doc.addEventListener("click", (event) => { if (swallow) { swallow = false; event.preventDefault(); event.stopPropagation(); } }, true);

  // The empty part of a day plans something for it.
  doc.addEventListener("click", (event) => {
    const cell = near(event.target, "[data-calendar=grid] [data-day]");
    if (cell && !near(event.target, "button,a")) $("[data-add]", cell)?.click();
  });

  /* --- keys --- */
  const focusDay = (day) => {
    const cell = cellOf(day);
    if (!cell) return false;
    cells().forEach((el) => { el.tabIndex = el === cell ? 0 : -1; });
    cell.focus();
    return true;
  };
  const turn = (to, day) => { const link = $$(`[data-calendar-go=${to}]`).find(visible); if (link) { wanted = day ? { day } : null; link.click(); } };
  const go = (from, day) => { if (!focusDay(day)) turn(day < from ? "previous" : "next", day); };
  const plan = (cell) => ($("[data-add]", cell || doc.createElement("i")) || $("[data-calendar-new]"))?.click();
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  doc.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Escape" && drag) { event.preventDefault(); event.stopPropagation(); return drop(false); }
    if (event.ctrlKey || event.metaKey || event.altKey || !here() || typing(target) || $("dialog[open]") || near(target, "[role=menu]")) return;
    const cell = near(target, "[data-calendar=grid] [data-day]"), entry = near(target, "[data-entry]"), letter = key.toLowerCase();
    const done = () => { event.preventDefault(); event.stopPropagation(); };
    if (letter === "n") { done(); return plan(cell); }
    if (letter === "t") { done(); return turn("today"); }
    if (letter === "m" && (entry || cell)) {
      const one = entry || $("[data-entry]", cell);
      if (one) { done(); ask(one); }
      return;
    }
    if (!cell) return;
    const day = cell.dataset.day, inside = $$("[data-entry]", cell);
    if (entry) {
      const at = inside.indexOf(entry);
      if (key === "Escape") { done(); return cell.focus(); }
      if (key === "ArrowDown" || key === "ArrowUp") {
        done();
        const next = inside[at + (key === "ArrowDown" ? 1 : -1)];
        return next ? next.focus() : go(day, shift(day, STEPS[key]));
      }
    }
    if (key in STEPS) { done(); return go(day, shift(day, STEPS[key])); }
    if (key === "PageDown" || key === "PageUp") { done(); return go(day, shiftMonth(day, key === "PageDown" ? 1 : -1)); }
    if (key === "Home" || key === "End") {
      done();
      const row = $$("[data-day]", near(cell, "[role=row]"));
      return focusDay(row[key === "Home" ? 0 : row.length - 1].dataset.day);
    }
    if ((key === "Enter" || key === " ") && !entry && target === cell) {
      done();
      if (!inside.length) return plan(cell);
      return inside.length === 1 ? inside[0].click() : inside[0].focus();
    }
  }, true);
  doc.addEventListener("focusin", (event) => {
    const cell = near(event.target, "[data-calendar=grid] [data-day]");
    if (cell && cell.tabIndex !== 0) cells().forEach((el) => { el.tabIndex = el === cell ? 0 : -1; });
  });

  /* --- what the server has drawn --- */
  const sync = () => {
    if (waiting && answered() !== waiting.answered) settle();
    // Somebody else's look may come before our answer: what is there needs no copy.
    if (waiting && $$(`[data-entry="${CSS.escape(waiting.id)}"]`).some((el) => el.dataset.at === waiting.day)) settle();
    if (wanted?.day && focusDay(wanted.day)) wanted = null;
    if (wanted?.entry && !waiting) {
      const entry = $$(`[data-entry="${CSS.escape(wanted.entry)}"]`).find(visible);
      wanted = null;
      entry?.focus();
    }
  };
  new MutationObserver(sync).observe(doc.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-answered", "data-day", "data-at"] });
})();
