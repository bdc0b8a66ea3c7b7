// The search. Its index is a file of the site, read when somebody first asks; nothing leaves the page.
"use strict";
(() => {
  const field = document.getElementById("q"), found = document.getElementById("found");
  const root = new URL(".", document.currentScript.src), lang = document.documentElement.lang;

  // fold makes alike what people write alike: case, accents of Latin letters, ё and е, ґ and г, every apostrophe.
  const fold = s => s.toLowerCase().normalize("NFD").replace(/([a-z])[\u0300-\u036f]+/g, "$1").normalize("NFC")
    .replace(/ё/g, "е").replace(/ґ/g, "г").replace(/ѝ/g, "и").replace(/[’'ʼ`´\u0301]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  // stem leaves the beginning that the forms of a word share: скарга, скарги, скарг; alert, alerts.
  const stem = w => /[а-яіїє]/.test(w) ? w.slice(0, Math.max(4, w.length - (w.length < 8 ? 2 : 3))) : w.length > 4 ? w.replace(/(es|s|ing|ed)$/, "") : w;

  let index;
  const load = () => index ??= new Promise((done, failed) => {
    const s = document.createElement("script");
    s.src = new URL("search-index.js", root);
    s.onload = () => done(window.searchIndex.map(([url, lang, title, id, heading, words]) =>
      ({url, lang, title, id, heading, words, in: [heading, title, words].map(s => " " + fold(s) + " ")})));
    s.onerror = () => { index = undefined; failed(new Error("no index")); };
    document.head.append(s);
  });

  // weigh is how well a place fits: every word must begin one of its words. What stands in a heading, side by side,
  // or in a short text, weighs more.
  function weigh(place, asked) {
    const short = 1 / (1 + place.words.length / 1500), worth = [8, 3, 2 * short];
    let sum = 0;
    for (const w of asked) {
      const begun = " " + stem(w);
      const best = Math.max(...place.in.map((text, i) =>
        worth[i] * (text.includes(" " + w + " ") ? 2 : text.includes(" " + w) ? 1.5 : text.includes(begun) ? 1 : 0)));
      if (!best) return 0;
      sum += best;
    }
    const together = place.in.findIndex(text => text.includes(" " + asked.join(" ")));
    if (asked.length > 1 && together >= 0) sum += 3 * worth[together] + 5;
    return place.lang === lang ? sum * 3 : place.lang === "en" ? sum * 2 : sum;
  }

  // excerpt is what stands around the first of the words, the word marked.
  function excerpt(words, asked) {
    const low = words.toLowerCase().replace(/ё/g, "е").replace(/ґ/g, "г");
    const at = asked.map(w => low.search(new RegExp("(?<![\\p{L}\\p{N}])" + stem(w), "u"))).filter(i => i >= 0).sort((a, b) => a - b)[0] ?? -1;
    const begin = at < 40 ? 0 : words.lastIndexOf(" ", at - 30) + 1, cut = words.slice(begin, begin + 130);
    if (at < 0) return [cut];
    const end = at + words.slice(at).match(/^[\p{L}\p{N}]+/u)[0].length, mark = document.createElement("mark");
    mark.textContent = words.slice(at, end);
    return [(begin ? "… " : "") + words.slice(begin, at), mark, words.slice(end, Math.max(end, begin + 130)), words.length > begin + 130 ? " …" : ""];
  }

  function element(name, ...inside) {
    const e = document.createElement(name);
    e.append(...inside);
    return e;
  }

  async function look() {
    const said = field.value, asked = fold(said).split(" ").filter(Boolean);
    if (!asked.length) return found.replaceChildren();
    const places = (await load()).map(place => [weigh(place, asked), place]).filter(([n]) => n > 0).sort(([a], [b]) => b - a).slice(0, 20);
    if (said !== field.value) return; // somebody went on writing
    found.replaceChildren(...places.map(([, place]) => {
      const link = element("a", element("b", place.heading), place.heading === place.title ? "" : " · " + place.title, element("small", ...excerpt(place.words, asked)));
      link.href = new URL(place.url + "#" + place.id, root);
      link.lang = place.lang;
      return link;
    }));
    if (!places.length) found.append(element("p", found.dataset.none));
    found.scrollTop = 0;
  }

  field.closest("[hidden]").hidden = false;
  field.addEventListener("focus", () => load().catch(() => {}), {once: true});
  field.addEventListener("input", look);
  document.addEventListener("click", e => { if (!e.target.closest("search") || e.target.closest("#found a")) found.replaceChildren(); });
  document.addEventListener("keydown", e => {
    const links = [...found.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { e.preventDefault(); field.focus(); }
    else if (e.key === "Escape" && e.target.closest?.("search")) { found.replaceChildren(); field.value = ""; field.focus(); }
    else if (e.key === "Enter" && e.target === field && links.length) links[0].click();
    else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && e.target.closest?.("search") && links.length) {
      e.preventDefault();
      const to = at + (e.key === "ArrowDown" ? 1 : -1);
      (to < 0 ? field : links[Math.min(to, links.length - 1)]).focus();
    }
  });

  // What scrolls sideways is reached by the keyboard, too.
  for (const e of document.querySelectorAll("pre, table")) if (e.scrollWidth > e.clientWidth) e.tabIndex = 0;
})();
