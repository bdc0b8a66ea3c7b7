// What the pages do faster with a script. Nothing here is needed: every verb is a form.
(() => {
  "use strict";
  const texts = document.getElementById("texts").dataset;
  const $ = (selector, root = document) => root && root.querySelector(selector); // of nothing chosen: nothing
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const list = $("#list"), help = $("#help");

  let quiet;
  function say(text, stays) {
    clearTimeout(quiet);
    $("#say").textContent = text;
    if (!stays) quiet = setTimeout(() => { $("#say").textContent = ""; }, 6000);
  }

  // Keys are places on the keyboard (event.code), so they work in every layout.
  const rows = () => list ? all(".row", list) : [];
  const current = () => $("#case") || $(".row.here", list || document) || (held && held.here && document.getElementById(held.id)); // held: it is being swapped
  function move(step) {
    const every = rows(), at = every.indexOf(current());
    const next = every[at < 0 ? (step > 0 ? 0 : every.length - 1) : Math.min(Math.max(at + step, 0), every.length - 1)];
    if (next) choose(next);
  }
  function choose(row) {
    for (const each of all(".row.here")) each.classList.remove("here");
    row.classList.add("here");
    $("a.words", row).focus({preventScroll: true});
    row.scrollIntoView({block: "nearest"});
  }
  function press(element) { if (element) { element.focus(); element.click(); } }
  function menu(code) {
    const found = $(`[data-menu=${code}]`, current());
    if (found) { found.open = true; $("button", found).focus(); }
  }
  function write(where, hash) {
    const box = $(where), row = $("a[data-open]", current());
    if (box) box.focus(); else if (row) location.href = row.href + hash;
  }
  const reply = "#answer-text, #replies textarea"; // the first of them: what is sent from here, or only copied
  if (location.hash === "#write") ($("#answer-text") || $("#replies") || $("#main")).focus(); // R in the list
  function close() {
    for (const open of all("details.menu[open]")) { open.open = false; $("summary", open).focus(); return; }
    if (document.activeElement.matches("input, textarea, select")) document.activeElement.blur();
    else press($("a[data-up]"));
  }
  function mark(every) {
    const boxes = every ? all(".pick input") : all(".pick input", current() || document.createElement("i"));
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    counted();
  }
  function counted() {
    const n = all(".pick input:checked").length, bar = $("#bulkbar");
    if (!bar) return;
    if (n > 0) bar.open = true;
    $("#chosen").textContent = texts.chosen.replace("{n}", n);
  }
  const keys = {
    KeyJ: () => move(1), KeyK: () => move(-1),
    KeyC: () => press($("[data-key=KeyC]", current())), KeyV: () => press($("[data-key=KeyV]", current())),
    KeyZ: () => press($("[data-key=KeyZ]", current()) || $(".undone button")),
    KeyD: () => menu("KeyD"), KeyS: () => menu("KeyS"),
    KeyO: () => press($("[data-original]", current())),
    KeyX: () => mark(false), KeyA: () => mark(true),
    KeyR: () => write(reply, "#write"),
    KeyN: () => write("#note", "#note"),
    Slash: (event) => event.shiftKey ? help.showModal() : $("#q") && $("#q").focus(),
    Escape: close,
  };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.ctrlKey || event.altKey || event.metaKey || help.open || (typing && event.code !== "Escape")) return;
    if (event.code !== "Escape" && !$("#keys-on").checked) return;
    if (event.code === "KeyG") { going = Date.now(); return; }
    const go = Date.now() - going < 1500;
    going = 0;
    if (go) { press($(`.top nav a[data-go=${event.code}]`)); return; }
    const act = keys[event.code];
    if (!act || ((event.code === "KeyC" || event.code === "KeyV") && !current())) return;
    event.preventDefault();
    act(event);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-do=help]")) help.showModal();
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(document.getElementById(copying.dataset.copy), copying);
    for (const open of all("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
  });
  async function copy(box, button) {
    try {
      await navigator.clipboard.writeText(box.value);
    } catch { // there is none by plain http, nor where the browser does not let it
      box.select();
      if (!document.execCommand("copy")) return; // chosen, for Ctrl+C
      button.focus();
    }
    say(texts.copied);
  }
  // A press is for the button that a hand set out to: not the second of a double click, on what the
  // first one brought, be it a page, nor one on what was drawn under it, nor what is being sent already.
  const ready = performance.now(), drawn = new WeakMap(), aim = 500;
  const offered = (element) => all(".verbs > *, .verbs button", element).map((each) => each.textContent).join();
  document.addEventListener("click", (event) => {
    const button = event.isTrusted && event.target.closest(".verbs > *, form button"), form = button && button.closest("form");
    if (!button) return;
    const sending = event.target.closest("button") && (form.matches(".htmx-request") || $(".htmx-request", form));
    const since = Math.max(event.detail > 1 ? ready : -aim, drawn.get(button.closest("[data-id]")) || -aim);
    if (!sending && performance.now() - since >= aim) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  let sent = new WeakMap(); // forms whose answer is the next page
  addEventListener("pageshow", () => { sent = new WeakMap(); }); // somebody came back
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (event.submitter && event.submitter.formMethod || form.method) !== "post") return; // one that is sent by the script, or changes nothing
    if (performance.now() - sent.get(form) < 10000) event.preventDefault();
    else sent.set(form, performance.now());
  });
  // The length of an answer, as its network counts it.
  const lengths = {
    chars: (text) => [...text].length,
    bytes: (text) => new TextEncoder().encode(text).length,
    graphemes: (text) => window.Intl && Intl.Segmenter ? [...new Intl.Segmenter().segment(text)].length : [...text].length,
  };
  document.addEventListener("input", (event) => {
    const max = event.target.dataset.max;
    if (!max || !event.target.form) return;
    const n = lengths[event.target.dataset.unit](event.target.value.trim()), shown = $(".limit output", event.target.form);
    shown.hidden = false;
    shown.textContent = n + " / " + max;
    shown.classList.toggle("over", n > Number(max));
  });
  document.addEventListener("change", (event) => { if (event.target.matches(".pick input")) counted(); });
  const on = $("#keys-on");
  on.checked = localStorage.getItem("keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
  for (const hidden of all("[data-do=help], [data-copy]")) hidden.hidden = false;

  // A row that was swapped keeps its place and the focus, and a case what is being written in it.
  let held = null;
  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx, sent = ctx.sourceElement.closest("form"); // gone with it, unless it was refused
    held = hold(ctx.target.closest("[data-id]"));
    if (held && ctx.response.status < 400) held.written = held.written.filter((box) => !box.form || box.form !== sent);
  });
  document.addEventListener("htmx:after:swap", () => { restore(held); held = null; });
  // A press on what stands there already, and is not settled yet, would send the form and leave the page.
  document.addEventListener("htmx:before:settle", (event) => { for (const each of event.detail.newContent) htmx.process(each); });
  document.addEventListener("htmx:response:error", (event) => {
    const ctx = event.detail.ctx, status = ctx.response.status;
    if (status === 409 && ctx.hx.reswap !== "none") return; // the row, with who was first
    const ours = ctx.hx.reswap === "none" || status === 401 && plain(ctx.response);
    ctx.hx.reswap = "none"; // what a proxy or a door says takes no row's place, and knows no language
    say(ours ? ctx.text : texts.failed);
  });
  document.addEventListener("htmx:error", () => say(texts.failed));
  const plain = (answer) => (answer.headers.get("content-type") || "").startsWith("text/plain");
  const written = (root = document) => all("textarea", root).filter((box) => box.value !== box.defaultValue || (box.id === "answer-text" && box.value));
  const chosen = (root) => all("select", root).filter((box) => box.selectedIndex > 0).concat(all("[type=datetime-local]", root).filter((box) => box.value || box.validity.badInput));
  function hold(element) {
    if (!element) return null;
    const active = document.activeElement, focus = element.contains(active), box = $(".pick input", element);
    return {id: element.id, offered: offered(element), drawn: drawn.get(element), here: element.classList.contains("here"), focus, at: active && active.id, checked: box && box.checked, written: written(element).concat(chosen(element))};
  }
  function restore(was) {
    const element = was && document.getElementById(was.id);
    if (!element) return;
    drawn.set(element, was.offered === offered(element) ? was.drawn : performance.now());
    if (was.here) element.classList.add("here");
    if (was.checked) $(".pick input", element).checked = true;
    for (const box of was.written) put(box, element);
    for (const hidden of all("[data-copy]", element)) hidden.hidden = false;
    if (was.focus) ((was.at && document.getElementById(was.at)) || $("a.words", element) || $("[data-key], button", element) || element).focus({preventScroll: true});
  }
  // put gives a field its place in the new case; an answer that no form takes any more stays to
  // be copied, until there is one again.
  function put(box, element) {
    const place = document.getElementById(box.id);
    if (place) return place.replaceWith(box);
    if (!box.matches("textarea[name]")) return;
    const kept = document.createElement("label");
    kept.className = "unsent";
    kept.append(texts.unsent, box);
    $(".columns", element).before(kept);
  }

  // Changes of others: the stream names cases, the page fetches what it shows of them, and asks
  // again until it has it: a list that only looks up to date is worse than none.
  let stream = null, last = document.body.dataset.since, losing;
  const untold = new Map(), fresh = new Set();
  function lost() { losing = losing || setTimeout(() => say(texts.lost, true), 3000); } // a restart is no news
  function found() {
    if (!losing) return;
    clearTimeout(losing);
    losing = null;
    say("");
  }
  // A line says something every 20 s. One that is open and silent is broken, or kept back on its
  // way: that it was opened is no sign of life.
  let silence;
  function alive() {
    clearTimeout(silence);
    silence = setTimeout(() => { lost(); hush(); listen(); }, 50000);
  }
  function hush() {
    clearTimeout(silence);
    if (stream) stream.close();
    stream = null;
  }
  function listen() {
    if (stream || !last || document.hidden || !window.EventSource) return;
    stream = new EventSource("/events?since=" + encodeURIComponent(last));
    alive();
    stream.addEventListener("beat", () => { alive(); if (!untold.size) found(); });
    stream.onmessage = (event) => { alive(); last = event.lastEventId || last; tell(JSON.parse(event.data)); };
    stream.addEventListener("reload", (event) => {
      alive();
      if (!written().length) return location.reload();
      last = event.lastEventId || last;
      tell({id: $("#case").dataset.id, version: Infinity}); // the list has nothing to write in
    });
    stream.onerror = () => {
      lost();
      if (stream.readyState !== EventSource.CLOSED) return;
      hush();
      ask("/inbox?match=0").catch(() => {}); // who is signed out is not told so by the stream
      setTimeout(listen, 5000);
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hush(); else listen();
  });
  listen();
  async function ask(address) {
    const answer = await fetch(address, {headers: {"HX-Request": "true"}, signal: AbortSignal.timeout(30000)}); // what never comes is asked for again
    if (answer.status !== 401) return answer;
    if (!written().length) location.reload();
    lost();
    clearTimeout(losing); // the site says what to do
    say(plain(answer) ? await answer.text() : texts.lost, true);
    return answer;
  }
  function tell(change) {
    const before = untold.get(change.id);
    untold.set(change.id, {...change, new: change.new || (before && before.new)});
    catchUp();
  }
  let catching = false;
  async function catchUp() {
    if (catching) return;
    catching = true;
    while (untold.size) {
      const [id, change] = untold.entries().next().value;
      let done = false;
      try { done = await show(change); } catch { lost(); }
      if (untold.get(id) !== change) continue; // it changed once more meanwhile
      untold.delete(id);
      if (done) continue;
      untold.set(id, change); // behind the others
      setTimeout(catchUp, losing ? 5000 : 500);
      catching = false;
      return;
    }
    catching = false;
    if (stream && stream.readyState === EventSource.OPEN) found();
  }
  // show reports whether the page shows the change, or has nothing to show of it.
  async function show(change) {
    const shown = document.getElementById("c-" + change.id) || ($("#case") && $("#case").dataset.id === change.id && $("#case"));
    if (shown) return Number(shown.dataset.version) >= change.version || refresh(shown, change);
    const url = new URL(location.href), whole = list && !$("a[rel=next]") && !url.searchParams.has("after");
    // Of a list of several pages nobody knows here whether a case that it does not show is new to it.
    if (!list || fresh.has(change.id) || !(change.new || whole)) return true;
    url.searchParams.delete("after");
    url.searchParams.set("match", change.id);
    const answer = await ask(url);
    if (answer.status === 204) {
      fresh.add(change.id);
      $("#fresh a").textContent = texts.fresh.replace("{n}", fresh.size);
      $("#fresh").hidden = false;
    }
    return final(answer);
  }
  // final reports whether asking once more would answer the same.
  function final(answer) {
    if (answer.ok || answer.status === 400 || answer.status === 404) return true;
    lost();
    return false;
  }
  const writingIn = (shown) => shown.contains(document.activeElement) && document.activeElement.matches("textarea") && document.activeElement.value;
  async function refresh(shown, {id, version}) {
    const isCase = shown.id === "case";
    if (writingIn(shown) && Number(shown.dataset.told) >= version) return false;
    if ($(".htmx-request", shown)) return false; // the answer to the person's own verb brings it
    const back = isCase ? shown.dataset.back : location.pathname + location.search;
    const answer = await ask(`/case/${id}?part=${isCase ? "case" : "row"}&back=${encodeURIComponent(back)}`);
    if (!answer.ok) return final(answer);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const next = made.content.firstElementChild;
    if (!next || Number(next.dataset.version) < Number(shown.dataset.version)) return true;
    if (!shown.isConnected || $(".htmx-request", shown) || shown.matches(":active")) return false; // active: a press that has gone down needs its button until it comes up
    if (writingIn(shown)) { // nothing is drawn under their hands; who has it is said
      const state = $("header .state", next).textContent;
      if (state !== $("header .state", shown).textContent) say(state);
      $("header", shown).replaceWith($("header", next));
      shown.dataset.told = Math.max(version, Number(next.dataset.version));
      return false;
    }
    const was = hold(shown);
    shown.replaceWith(next);
    htmx.process(next);
    restore(was);
    return true;
  }

  // The clocks run.
  const lang = document.documentElement.lang;
  const unit = (n, name, display) => new Intl.NumberFormat(lang, {style: "unit", unit: name, unitDisplay: display}).format(n).replaceAll(" ", "\u00a0");
  function span(ms) {
    const minutes = Math.round(ms / 60000), hours = Math.floor(minutes / 60);
    if (ms < 60000) return unit(Math.max(0, Math.floor(ms / 1000)), "second", "short");
    if (hours >= 48) return unit(Math.round(minutes / 1440), "day", "long");
    return [hours && unit(hours, "hour", "short"), (minutes % 60 || !hours) && unit(minutes % 60, "minute", "short")].filter(Boolean).join(" ");
  }
  setInterval(() => { for (const clock of all(".line1 time")) clock.textContent = span(Date.now() - Date.parse(clock.dateTime)); }, 10000);
})();
