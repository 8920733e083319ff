/* What the interface does without asking the server. One listener a kind of event on the document, wired by data attributes of
   components/, so it survives re-renders and page changes. No dependencies, no eval, no markup from strings. */
(() => {
  "use strict";
  const doc = document, root = doc.documentElement, win = window;
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const near = (target, sel) => (target instanceof Element ? target.closest(sel) : null);
  const on = (type, fn, capture = false) => doc.addEventListener(type, fn, capture);
  const typing = (el) => !!near(el, "input:not([type=radio]):not([type=checkbox]),textarea,select,[contenteditable=true]");
  const visible = (el) => el.getClientRects().length > 0;
  const make = (tag, cls, text) => {
    const el = doc.createElement(tag);
    if (cls) el.className = cls;
    if (text) el.textContent = text;
    return el;
  };
  const param = (name) => new URLSearchParams(location.search).get(name);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const set = (el, value) => {
    const proto = el instanceof HTMLTextAreaElement ? HTMLTextAreaElement : el instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(proto.prototype, "value").set.call(el, value);
    el.dispatchEvent(new Event("input", { bubbles: true }));
    el.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /* --- theme: system, light or dark; the inline head script has set the class before the first paint --- */
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    let kept = null;
    try { kept = localStorage.getItem("theme"); } catch { /* the cookie remembers it then */ }
    return kept || (doc.cookie.match(/(?:^|; )theme=(\w+)/) || [])[1] || "system";
  };
  const paint = () => {
    const theme = chosen(), dark = theme === "dark" || (theme === "system" && system.matches);
    if (root.classList.contains("dark") !== dark) root.classList.toggle("dark", dark);
    if (root.style.colorScheme !== (dark ? "dark" : "light")) root.style.colorScheme = dark ? "dark" : "light";
    const meta = $("meta[name=theme-color]");
    if (meta) meta.content = dark ? "#141210" : "#f7f6f3";
    $$("[data-theme-set]").forEach((el) => el.setAttribute("aria-checked", String(el.dataset.themeSet === theme)));
  };
  system.addEventListener("change", paint);
  win.addEventListener("storage", paint);

  /* --- live region and toasts: one of each, outside the tree that React owns --- */
  let region, toasts;
  const say = (text) => {
    if (!region) {
      region = make("div", "sr-only");
      region.setAttribute("role", "status");
      doc.body.append(region);
    }
    region.textContent = text;
  };
  const toast = (text, label, action) => {
    if (!toasts) {
      toasts = make("div", "toasts");
      toasts.setAttribute("role", "status");
      toasts.dataset.testid = "toasts";
      doc.body.append(toasts);
    }
    const el = make("div"), words = make("span", "", text);
    let left = 5000, started, timer;
    const go = () => { started = Date.now(); timer = setTimeout(() => el.remove(), left); };
    const hold = () => { clearTimeout(timer); left = Math.max(1500, left - (Date.now() - started)); };
    el.dataset.testid = "toast";
    el.append(words);
    if (action) {
      const button = make("button", "", label || "Undo");
      button.type = "button";
      button.addEventListener("click", () => { action(); el.remove(); });
      el.append(button);
    }
    el.addEventListener("pointerenter", hold);
    el.addEventListener("pointerleave", go);
    el.addEventListener("focusin", hold);
    el.addEventListener("focusout", go);
    while (toasts.children.length > 1) toasts.firstChild.remove();
    toasts.append(el);
    go();
  };
  const carry = () => $$("[data-toast]").forEach((el) => {
    const key = el.dataset.toast, text = $("[data-toast-text]", el)?.textContent, who = el.dataset.testid;
    if (!text || sessionStorage[who] === key) return;
    sessionStorage[who] = key;
    const undo = $("[data-toast-undo]", el);
    toast(text, undo?.textContent, undo && (() => undo.click()));
  });

  /* --- tabs --- */
  const open = (box, slug, { focus = false, push = false } = {}) => {
    const all = $$("[data-tab]", box).filter((tab) => tab.closest("[data-tabs]") === box);
    const tab = all.find((el) => el.dataset.tab === slug) || all[0];
    if (!tab) return;
    all.forEach((el) => {
      const is = el === tab, panel = doc.getElementById(el.getAttribute("aria-controls"));
      el.setAttribute("aria-selected", String(is));
      el.tabIndex = is ? 0 : -1;
      // Columns are hidden by a mark of their own: what is "hidden" no style can show where there is room.
      if (panel && box.dataset.columns) panel.dataset.away = String(!is);
      else if (panel) panel.hidden = !is;
      // Columns that stand in a row: a chosen one comes to its left end, and the page stays where it is.
      if (panel && is && push && box.dataset.columns === "true") {
        const row = panel.parentElement;
        row.scrollLeft += panel.getBoundingClientRect().left - row.getBoundingClientRect().left;
      }
    });
    if (focus) { tab.focus(); tab.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    if (push) {
      const url = new URL(location.href);
      if (tab === all[0]) url.searchParams.delete(box.dataset.tabs);
      else url.searchParams.set(box.dataset.tabs, tab.dataset.tab);
      history.replaceState(history.state, "", url);
    }
  };
  const current = (box) => $("[data-tab][aria-selected=true]", box)?.dataset.tab;
  const restoreTabs = () => $$("[data-tabs]").forEach((box) => {
    const wanted = param(box.dataset.tabs);
    if (wanted ? current(box) !== wanted : box.dataset.seen !== location.pathname) open(box, wanted);
    box.dataset.seen = location.pathname;
  });

  /* --- the evidence pair --- */
  const lit = new Map(), key = (box) => location.pathname + box.dataset.evidence;
  const numbers = (el) => el.dataset.claim.split(" "), carries = (el, n) => numbers(el).includes(n);
  const claims = (box) => $$(".cl[data-claim]", box);
  const light = (box, n, { scroll = false, focus = false } = {}) => {
    $$("[data-claim]", box).forEach((el) => {
      const is = carries(el, n);
      el.toggleAttribute("data-lit", is);
      if (el.classList.contains("claim-row")) is ? el.setAttribute("aria-current", "true") : el.removeAttribute("aria-current");
    });
    lit.set(key(box), n);
    const span = $(`.sp[data-claim~="${CSS.escape(n)}"]`, box), claim = claims(box).find((el) => el.dataset.claim === n);
    let pane = span?.parentElement;
    while (pane && pane !== box && !(pane.scrollHeight > pane.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(pane).overflowY))) pane = pane.parentElement;
    if (scroll && pane && pane !== box) {
      const top = pane.scrollTop + span.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 2 + span.offsetHeight / 2;
      pane.scrollTo({ top, behavior: calm() ? "auto" : "smooth" });
    }
    if (focus && claim) { claim.focus({ preventScroll: true }); claim.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" }); }
  };
  const restoreEvidence = () => $$("[data-evidence]").forEach((box) => {
    const first = claims(box)[0]?.dataset.claim, all = $$("[data-claim]", box), has = (n) => all.some((el) => carries(el, n));
    const want = [lit.get(key(box)), box.dataset.start, first].find(has);
    if (want && all.some((el) => el.hasAttribute("data-lit") !== carries(el, want))) light(box, want);
  });
  const step = (by) => {
    const box = $$("[data-evidence]").find(visible);
    if (!box) return false;
    const seen = claims(box).filter(visible), at = seen.findIndex((el) => el.dataset.claim === lit.get(key(box)));
    const next = seen[Math.min(seen.length - 1, Math.max(0, at + by))];
    if (next) light(box, next.dataset.claim, { scroll: true, focus: true });
    return !!next;
  };
  const peek = (box, n) => {
    const span = $(`.sp[data-claim~="${CSS.escape(n)}"]`, box);
    if (!span || !matchMedia("(max-width: 900px)").matches) return;
    const sheet = make("dialog", "dlg bg-raised p-4 text-ink shadow-dialog open:grid gap-3"), copy = (near(span, "[data-block]") || span.parentElement).cloneNode(true);
    const close = make("button", "inline-flex h-11 items-center justify-center rounded-sm border border-line-strong bg-surface px-4 font-medium", "Close");
    $$("[id]", copy).concat(copy).forEach((el) => el.removeAttribute("id"));
    $$("[data-claim]", copy).forEach((el) => el.toggleAttribute("data-lit", carries(el, n)));
    sheet.setAttribute("aria-label", `Source of claim ${n}`);
    sheet.dataset.testid = "source-sheet";
    close.type = "button";
    close.dataset.close = "true";
    sheet.append(make("h2", "text-md font-semibold", `Source of claim ${n}`), copy, close);
    sheet.addEventListener("close", () => sheet.remove());
    doc.body.append(sheet);
    sheet.showModal();
  };

  /* --- dialogs --- */
  const dirty = (box) => $$("input:not([type=hidden]):not([role=combobox]),textarea", box).some((el) => el.type !== "radio" && el.type !== "checkbox" && el.value !== el.defaultValue);
  const show = (id) => {
    const box = doc.getElementById(id);
    if (!(box instanceof HTMLDialogElement) || box.open) return;
    shut();
    $("#more[open]")?.close();
    box.showModal();
    if (id === "palette") { const q = $("[role=combobox]", box); q.value = ""; filter(box, ""); q.focus(); }
  };

  // A dialog that the server opens: for whoever pressed its button (data-asks), once its key (data-show) changes; an empty key closes it.
  let asked = null;
  const turns = new Map();
  const ask = (id) => { asked = { id, key: doc.getElementById(id)?.dataset.show }; };
  const answer = () => {
    $$("dialog[data-show='']").forEach((box) => { if (box.open) box.close(); });
    const box = asked && doc.getElementById(asked.id);
    if (box?.dataset.show && box.dataset.show !== asked.key) { asked = null; show(box.id); }
    $$("dialog[data-turn]").forEach((one) => {
      if (one.open && turns.has(one.id) && turns.get(one.id) !== one.dataset.turn) one.close();
      turns.set(one.id, one.dataset.turn);
    });
  };

  /* --- comments: the words that are marked in a part go into the form of a new one --- */
  let marked = null, unmark;
  const mark = () => {
    const found = doc.getSelection(), range = found?.rangeCount && !found.isCollapsed ? found.getRangeAt(0) : null;
    const of = (node) => near(node instanceof Element ? node : node.parentElement, "[data-part-text]");
    const part = range && of(range.startContainer);
    clearTimeout(unmark);
    if (!part || part !== of(range.endContainer)) { unmark = setTimeout(() => { marked = null; }, 500); return; }
    const words = (until) => {
      const copy = until.cloneContents();
      $$("[data-aside]", copy).forEach((el) => el.remove());
      return copy.textContent;
    };
    const before = doc.createRange();
    before.selectNodeContents(part);
    before.setEnd(range.startContainer, range.startOffset);
    marked = { part: part.dataset.partText, quote: words(range).slice(0, 500), start: [...words(before)].length };
  };
  const about = (el) => {
    const box = doc.getElementById(el.dataset.open), said = marked && marked.part === el.dataset.says && marked.quote.trim() ? marked : null;
    if (!box) return;
    $("[name=part]", box).value = el.dataset.says;
    $("[name=start]", box).value = said ? said.start : "";
    $("[name=quote]", box).value = said ? said.quote : "";
    $("[data-quoted]", box).textContent = said ? said.quote : "";
    $("[data-said-about]", box).textContent = said ? "" : el.dataset.saysName || "";
  };

  /* --- menus --- */
  const items = (menu) => $$("[role^=menuitem]:not([aria-disabled=true])", menu).filter(visible);
  const shut = (back) => $$("[data-menu][aria-expanded=true]").forEach((button) => {
    button.setAttribute("aria-expanded", "false");
    doc.getElementById(button.getAttribute("aria-controls")).hidden = true;
    if (back) button.focus();
  });
  const drop = (button, last) => {
    const menu = doc.getElementById(button.getAttribute("aria-controls"));
    if (!menu) return;
    shut();
    button.setAttribute("aria-expanded", "true");
    menu.hidden = false;
    items(menu).at(last ? -1 : 0)?.focus();
  };

  /* --- command palette --- */
  const filter = (box, text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean), input = $("[role=combobox]", box);
    $$("[role=option]", box).forEach((el) => {
      const hay = `${el.textContent} ${el.dataset.words || ""}`.toLowerCase();
      el.hidden = !words.every((word) => hay.includes(word));
    });
    $$("[role=group]", box).forEach((group) => { group.hidden = !$("[role=option]:not([hidden])", group); });
    const none = $("[data-none]", box);
    if (none) none.hidden = !!$("[role=option]:not([hidden])", box);
    point(box, $("[role=option]:not([hidden])", box), input);
  };
  const point = (box, option, input = $("[role=combobox]", box)) => {
    $$("[role=option]", box).forEach((el) => el.setAttribute("aria-selected", String(el === option)));
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
  };
  const pick = (box) => {
    const option = $("[role=option][aria-selected=true]:not([hidden])", box);
    if (!option) return;
    box.close();
    if (option.dataset.press) doc.querySelector(`[data-testid="${CSS.escape(option.dataset.press)}"]`)?.click();
    else if (option.dataset.themeSet) theme(option.dataset.themeSet);
    else $("a,button", option)?.click();
  };
  const theme = (value) => {
    try { localStorage.setItem("theme", value); } catch { /* the cookie remembers it then */ }
    doc.cookie = `theme=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    paint();
  };

  /* --- uploads --- */
  const value = (zone) => $("[data-drop-value]", zone);
  const keep = (zone) => set(value(zone), $$("[data-file-id]", zone).map((el) => el.dataset.fileId).join(","));
  const place = (zone, label, text) => {
    const rows = $("[data-drop-rows]", zone), row = make("div", "file"), inside = make("span", "file-in");
    const name = make("span", "file-name", label), meta = make("span", "file-meta", text), stop = make("button", "file-stop", "✕");
    if (zone.dataset.dropMultiple !== "true") $$(".file", rows).forEach((old) => { old.stop?.(); old.remove(); });
    row.dataset.testid = "upload-row";
    name.title = label;
    stop.type = "button";
    stop.dataset.testid = "upload-stop";
    stop.addEventListener("click", () => { row.stop?.(); row.remove(); keep(zone); $("[data-drop-input]", zone).focus(); });
    inside.append(name, meta);
    row.append(inside, stop);
    rows.append(row);
    const end = (state, words, id) => {
      row.dataset.state = state;
      meta.textContent = words;
      stop.setAttribute("aria-label", `Remove ${label}`);
      if (id) { row.dataset.fileId = id; keep(zone); }
    };
    return { row, inside, meta, stop, end };
  };
  const given = () => $$("[data-drop-given]").forEach((zone) => {
    const ids = zone.dataset.dropGiven, names = (zone.dataset.dropFile || "").split("\n");
    if (!ids || zone.given === ids) return;
    zone.given = ids;
    ids.split(",").forEach((id, i) => place(zone, names[i] || "File").end("done", "Added before", id));
  });
  const send = (zone, file) => {
    const { row, inside, meta, stop, end } = place(zone, file.name, "Starting"), bar = make("span", "file-bar"), fill = make("i");
    const xhr = new XMLHttpRequest(), body = new FormData(), started = Date.now();
    let half = false;
    keep(zone);
    row.dataset.state = "sending";
    stop.setAttribute("aria-label", `Stop uploading ${file.name}`);
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", `Uploading ${file.name}`);
    ["min", "max", "now"].forEach((key) => bar.setAttribute(`aria-value${key}`, key === "max" ? "100" : "0"));
    bar.append(fill);
    inside.append(bar);
    const ended = (state, text, id) => { bar.remove(); end(state, text, id); say(`${file.name}: ${text}`); };
    row.stop = () => xhr.abort();
    xhr.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const share = Math.round((100 * event.loaded) / event.total), left = Math.ceil(((Date.now() - started) / 1000) * (event.total / Math.max(1, event.loaded) - 1));
      fill.style.width = `${share}%`;
      bar.setAttribute("aria-valuenow", share);
      meta.textContent = share < 100 ? `${share}%, ${left < 90 ? `${left} s` : `${Math.ceil(left / 60)} min`} left` : "Reading the file";
      if (share >= 50 && !half) { half = true; say(`${file.name}: half way`); }
    });
    xhr.addEventListener("load", () => {
      let answer = null;
      try { answer = JSON.parse(xhr.responseText); } catch { /* not ours: told below */ }
      if (xhr.status >= 200 && xhr.status < 300 && answer?.id) {
        return ended("done", [answer.kind_label, answer.size_label].filter(Boolean).join(", ") || "Added", answer.id);
      }
      if (xhr.status === 401) return ended("failed", "You are logged out. Log in in another tab, then add the file again.");
      ended("failed", answer?.error?.message || "The file did not arrive. Nothing was saved; add it again.");
    });
    xhr.addEventListener("error", () => ended("failed", "The connection dropped. Nothing was saved; add the file again."));
    xhr.open("POST", zone.dataset.drop);
    xhr.setRequestHeader("Accept", "application/json");
    body.append("file", file);
    say(`Uploading ${file.name}`);
    xhr.send(body);
  };
  const take = (zone, files) => { const all = [...files]; (zone.dataset.dropMultiple === "true" ? all : all.slice(-1)).forEach((file) => send(zone, file)); };
  const holds = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const zones = () => $$("[data-drop]").filter(visible);
  on("dragover", (event) => { if (holds(event) && zones().length) { event.preventDefault(); doc.body.dataset.dragging = "true"; } });
  on("dragleave", (event) => { if (!event.relatedTarget) delete doc.body.dataset.dragging; });
  on("drop", (event) => {
    delete doc.body.dataset.dragging;
    const zone = near(event.target, "[data-drop]") || zones()[0];
    if (!holds(event) || !zone) return;
    event.preventDefault();
    take(zone, event.dataTransfer.files);
  });

  /* --- validation: on leaving a field, then on every key once it has failed; a sentence that says what to do --- */
  const wrong = (el) => {
    const label = doc.querySelector(`label[for="${CSS.escape(el.id)}"]`)?.firstChild?.textContent?.trim() || el.getAttribute("aria-label") || "this";
    const v = el.validity;
    if (el.dataset.dropValue) {
      const zone = near(el, "[data-drop]");
      if ($("[data-state=sending]", zone)) return "The file is still on its way. Wait a moment, or stop it.";
      return el.dataset.required === "true" && !el.value ? "Add a file first." : "";
    }
    if (!v || v.valid) return el.required && !el.value.trim() ? `Fill in “${label}”.` : "";
    if (v.valueMissing) return el.type === "checkbox" ? `Tick “${label}”.` : `Fill in “${label}”.`;
    if (v.typeMismatch) return el.type === "email" ? "Enter an e-mail address like name@company.com." : "Enter a web address that starts with https://.";
    if (v.tooShort) return `Use at least ${el.minLength} characters; this has ${el.value.length}.`;
    if (v.rangeUnderflow || v.rangeOverflow || v.badInput) return el.min && el.max ? `Enter a number from ${el.min} to ${el.max}.` : "Enter a number.";
    return el.validationMessage;
  };
  const check = (el) => {
    const text = wrong(el), place = doc.querySelector(`[data-invalid="${CSS.escape(el.id || el.name)}"]`);
    if (place) { place.hidden = !text; $("span", place).textContent = text; }
    if (text) el.setAttribute("aria-invalid", "true"); else el.removeAttribute("aria-invalid");
    el.dataset.failed = text ? "true" : "";
    return !text;
  };
  const fieldsOf = (form) => [...form.elements].filter((el) => el.name && !el.disabled && (el.dataset.dropValue || (el.type !== "hidden" && el.willValidate)));
  on("focusout", (event) => {
    const el = event.target;
    // Not on the way to the send button: a sentence that appears would move it from under the pointer.
    if (el.form?.dataset.validate && el.name && el.value && el.dataset.dropInput === undefined && event.relatedTarget?.type !== "submit") check(el);
  });
  on("input", (event) => {
    const el = event.target;
    if (el.form?.dataset.validate && (el.dataset.failed || el.dataset.dropValue)) check(el);
    if (el.form?.dataset.preview) look(el.form);
    if (el.getAttribute?.("role") === "combobox") { const box = near(el, "dialog"); if (box) filter(box, el.value); }
  });
  // A form with data-preview is sent as a look at what it means, soon after each change.
  // What was typed comes back when a posted form is refused; no password, no code.
  const typed = "input[name]:not([type=hidden],[autocomplete*=password],[autocomplete*=code])";
  let back;
  try { back = param("error") && JSON.parse(sessionStorage[location.pathname]); delete sessionStorage[location.pathname]; } catch {}
  const recall = () => {
    if (back && $("form[data-validate]")) back = back.forEach(([name, value]) => doc.getElementsByName(name).forEach((el) => el.value || set(el, value)));
  };
  let looking;
  const look = (form) => { clearTimeout(looking); looking = setTimeout(() => form.isConnected && form.requestSubmit($("button[value=preview]", form)), 250); };
  on("submit", (event) => {
    const form = event.target, intent = form.elements.namedItem("intent"), means = event.submitter?.value || "";
    if (intent) intent.value = means;
    if (means !== "preview") clearTimeout(looking);
    if (form.dataset.validate) {
      const bad = fieldsOf(form).filter((el) => !check(el));
      if (bad.length) {
        event.preventDefault();
        event.stopPropagation();
        const first = bad[0].dataset.dropValue ? $("[data-drop-input]", near(bad[0], "[data-drop]")) : bad[0];
        const folded = near(first, "details:not([open])");
        if (folded) folded.open = true;
        return first.focus();
      }
    }
    if (form.hasAttribute("action")) {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "true";
      try { sessionStorage[location.pathname] = JSON.stringify($$(typed, form).map((el) => [el.name, el.value])); } catch {}
      $("[type=submit]", form)?.setAttribute("aria-busy", "true");
    }
  }, true);
  win.addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; $("[type=submit]", form)?.setAttribute("aria-busy", "false"); }));

  /* --- clicks --- */
  on("selectionchange", mark);
  on("click", (event) => { if (near(event.target, "[aria-busy=true]:is(button,a)") || near(event.target, "a[aria-disabled=true]")) { event.preventDefault(); event.stopPropagation(); } }, true);
  on("click", async (event) => {
    const at = event.target, find = (sel) => near(at, sel);
    let el;
    if ((el = find("[data-theme-set]")) && !find("[role=option]")) theme(el.dataset.themeSet);
    if ((el = find("a[href*='#']")) && el.pathname === location.pathname) {
      const to = doc.getElementById(el.hash.slice(1));
      if (to) { if (!to.hasAttribute("tabindex")) to.tabIndex = -1; to.focus({ preventScroll: to.tagName === "SECTION" }); }
    }
    if ((el = find("[data-tab]"))) open(el.closest("[data-tabs]"), el.dataset.tab, { push: true });
    if ((el = find("[data-claim]")) && find("[data-evidence]")) {
      const box = find("[data-evidence]");
      light(box, numbers(el)[0], { scroll: true });
      if (el.classList.contains("cl")) peek(box, el.dataset.claim);
    }
    if ((el = find("[data-asks]"))) ask(el.dataset.asks);
    if ((el = find("[data-says]"))) about(el);
    if ((el = find("[data-open]"))) { event.preventDefault(); show(el.dataset.open); }
    if ((el = find("[data-close]"))) el.closest("dialog")?.close();
    if ((el = find("dialog a[href]"))) el.closest("dialog").close();
    if (at instanceof HTMLDialogElement && at.open && !dirty(at)) {
      const box = at.getBoundingClientRect();
      if (event.detail && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)) at.close();
    }
    if ((el = find("[data-menu]"))) el.getAttribute("aria-expanded") === "true" ? shut(true) : drop(el);
    else if (!find("[role=menu]") || find("[role^=menuitem]:not([role=menuitemradio])")) shut();
    if ((el = find("#palette [role=option]"))) { const box = el.closest("dialog"); if (!find("a,button")) { point(box, el); pick(box); } else box.close(); }
    if ((el = find("[data-reveal]"))) {
      const input = doc.getElementById(el.dataset.reveal), shown = input.type === "text";
      input.type = shown ? "password" : "text";
      el.setAttribute("aria-pressed", String(!shown));
      el.title = shown ? "Show password" : "Hide password";
    }
    if ((el = find("[data-copy]"))) {
      const text = el.dataset.copy;
      try { await navigator.clipboard.writeText(text); toast("Copied"); } catch { toast("Your browser did not let us copy. Select the text and copy it."); }
    }
  });
  on("change", (event) => {
    const input = near(event.target, "[data-drop-input]");
    if (input?.files.length) { take(near(input, "[data-drop]"), input.files); input.value = ""; }
  });
  on("mouseover", (event) => {
    const el = near(event.target, "[data-evidence] [data-claim]");
    if (el && !el.hasAttribute("data-lit")) light(el.closest("[data-evidence]"), numbers(el)[0], { scroll: !el.classList.contains("sp") });
    const option = near(event.target, "#palette [role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") point(option.closest("dialog"), option);
  });
  on("focusin", (event) => { const el = near(event.target, "[data-evidence] [data-claim]"); if (el && !el.hasAttribute("data-lit")) light(el.closest("[data-evidence]"), numbers(el)[0], { scroll: true }); });
  on("cancel", (event) => { if (event.target instanceof HTMLDialogElement && dirty(event.target)) event.preventDefault(); }, true);

  /* --- keys --- */
  const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  on("keydown", (event) => {
    const { key, target } = event, mod = event.ctrlKey || event.metaKey;
    if (mod && !event.shiftKey && !event.altKey && key.toLowerCase() === "k" && $("#palette")) { event.preventDefault(); const box = $("#palette"); return box.open ? box.close() : show("palette"); }
    if (mod && key === "Enter") {
      const form = target.form || near(target, "form") || $$("form[data-hotsubmit]").find(visible);
      const button = form && $("[type=submit]", form);
      if (button && button.getAttribute("aria-busy") !== "true" && !button.disabled) { event.preventDefault(); form.requestSubmit(button); }
      return;
    }
    const tab = near(target, "[data-tab]");
    if (tab) {
      const box = tab.closest("[data-tabs]"), all = $$("[data-tab]", box).filter((el) => el.closest("[data-tabs]") === box), at = all.indexOf(tab);
      const to = key === "Home" ? 0 : key === "End" ? all.length - 1 : key === "ArrowRight" || key === "ArrowLeft" ? (at + MOVES[key] + all.length) % all.length : -1;
      if (to >= 0) { event.preventDefault(); return open(box, all[to].dataset.tab, { focus: true, push: true }); }
      if (key === "Enter") { event.preventDefault(); return doc.getElementById(tab.getAttribute("aria-controls"))?.focus(); }
    }
    const button = near(target, "[data-menu]");
    if (button && (key === "ArrowDown" || key === "ArrowUp")) { event.preventDefault(); return drop(button, key === "ArrowUp"); }
    const menu = near(target, "[role=menu]");
    if (menu) {
      const all = items(menu), at = all.indexOf(near(target, "[role^=menuitem]"));
      if (key === "Escape" && $("[data-menu][aria-expanded=true]")) { event.preventDefault(); return shut(true); }
      if (key === "Tab") return shut();
      const to = key === "Home" ? 0 : key === "End" ? all.length - 1 : key in MOVES ? (at + MOVES[key] + all.length) % all.length : -1;
      if (to >= 0) { event.preventDefault(); return all[to]?.focus(); }
      if (key.length === 1 && key !== " " && !mod) return all.slice(at + 1).concat(all).find((el) => el.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus();
    }
    if (near(target, "#palette") && target.getAttribute("role") === "combobox") {
      const box = $("#palette"), all = $$("[role=option]:not([hidden])", box), at = all.findIndex((el) => el.getAttribute("aria-selected") === "true");
      if (key === "ArrowDown" || key === "ArrowUp") { event.preventDefault(); return point(box, all[(at + MOVES[key] + all.length) % all.length]); }
      if (key === "Enter") { event.preventDefault(); return pick(box); }
      return;
    }
    if (mod || event.altKey || typing(target) || $("dialog[open]") || menu) return;
    if (key === "?" && $("#shortcuts")) { event.preventDefault(); return show("shortcuts"); }
    if (key === "j" || key === "k") { if (step(key === "j" ? 1 : -1)) event.preventDefault(); return; }
    if ((key === "Enter" || key === " ") && near(target, ".cl[role=button]")) { event.preventDefault(); return target.click(); }
    const hot = key.length === 1 && $$(`[data-key="${CSS.escape(key.toLowerCase())}"]`).find(visible);
    if (hot) { event.preventDefault(); hot.click(); }
  });

  /* --- what follows from the page: codes and zones, focus after a page change --- */
  const codes = () => $$("[data-errors]").forEach((box) => {
    const code = param(box.dataset.errors === "done" ? "done" : "error"), all = $$("[data-error]", box), hit = all.find((el) => el.dataset.error === code) || all.find((el) => el.dataset.error === "");
    box.hidden = !code;
    all.forEach((el) => { el.hidden = el !== hit; });
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  // The token of a mail's link leaves the address at once, for a form that takes it, and stays in this tab until that was sent.
  const linked = () => {
    const token = param("token"), kept = `link:${location.pathname}`, all = $$("input[data-link-token]");
    if (!all[0]) return;
    try {
      if (token) {
        sessionStorage.setItem(kept, token);
        const url = new URL(location.href);
        url.searchParams.delete("token");
        history.replaceState(history.state, "", url);
      }
      all.forEach((el) => { const value = sessionStorage.getItem(kept) || ""; if (el.value !== value) el.value = value; });
      if (param("done")) sessionStorage.removeItem(kept);
    } catch { all.forEach((el) => { if (token && el.value !== token) el.value = token; }); }
  };
  // How hard a new password is to guess: its length, with runs and repetitions counted once. The server has the last word.
  const strength = (el) => {
    const box = doc.querySelector(`[data-strength="${CSS.escape(el.id)}"]`);
    if (!box) return;
    const plain = el.value.toLowerCase().replace(/(?:0123|1234|2345|3456|4567|5678|6789|abcd|qwer|asdf|zxcv|pass(?:word)?|(?:19|20)\d\d)\d*/g, "*").replace(/(.{1,8}?)\1+/g, "$1");
    const left = Math.min(plain.length, 2 * new Set(plain).size), level = !el.value ? 0 : el.value.length < el.minLength || left < 8 ? 1 : left < 14 ? 2 : 3;
    box.dataset.level = level;
    $("[data-strength-text]", box).textContent = ["", el.value.length < el.minLength ? "Too short" : "Easy to guess", "Fair", "Good"][level];
  };
  on("input", (event) => { if (event.target.type !== "checkbox" && event.target.id) strength(event.target); });
  const hidden = () => {
    linked();
    $$("input[data-timezone]").forEach((el) => { if (el.value !== zone) el.value = zone; });
    const next = param("next") || "";
    $$("input[data-next]").forEach((el) => { const to = /^\/(?![/\\])/.test(next) ? next : ""; if (el.value !== to) el.value = to; });
    $$("a[data-keep-query]").forEach((el) => { if (location.search && !el.href.includes("?") && next) el.search = `?next=${encodeURIComponent(next)}`; });
    $$("a[data-provider]").forEach((el) => {
      const to = new URL(el.href);
      to.searchParams.set("timezone", zone);
      if (/^\/(?![/\\])/.test(next)) to.searchParams.set("next", next);
      if (el.search !== to.search) el.search = to.search;
    });
    $$("form[data-validate]").forEach((form) => { form.noValidate = true; });
  };
  let path = location.pathname;
  const arrive = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    shut();
    let tries = 40;
    const old = $("h1");
    const look = () => {
      const title = $("h1");
      if (title && (title !== old || tries < 20)) { if (!title.hasAttribute("tabindex")) title.tabIndex = -1; return title.focus({ preventScroll: true }); }
      if (tries--) setTimeout(look, 50);
    };
    setTimeout(look, 50);
  };
  /* --- running steps count up, by the server's clock --- */
  let clock, ahead = 0;
  const count = () => {
    const at = $("[data-clock]")?.dataset.clock;
    if (at > 0 && at !== clock) { clock = at; ahead = Date.now() - at; }
    $$("[data-since]").forEach((el) => {
      const s = Math.max(0, ((Date.now() - ahead - el.dataset.since) / 1000) | 0), text = s < 60 ? `${s} s` : `${(s / 60) | 0} min ${s % 60} s`;
      if (el.textContent !== text) el.textContent = text;
    });
  };
  let queued = false;
  const sync = () => {
    queued = false;
    paint(); arrive(); restoreTabs(); restoreEvidence(); hidden(); recall(); codes(); carry(); answer(); given(); count();
  };
  // With the next frame; a covered tab gets none.
  const soon = () => { if (!queued) { queued = true; requestAnimationFrame(sync); setTimeout(() => queued && sync(), 150); } };
  const start = () => {
    new MutationObserver(soon).observe(doc, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-toast", "data-show", "data-turn", "data-claim", "data-clock", "class"] });
    sync();
    setInterval(count, 1000);
  };
  win.addEventListener("popstate", soon);
  if (doc.readyState === "loading") on("DOMContentLoaded", start); else start();
  if ("serviceWorker" in navigator && (location.protocol === "https:" || location.hostname === "localhost")) win.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
})();
