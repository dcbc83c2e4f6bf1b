// The page is complete without this script. It adds what a reader of many cases wants: a search, filters that can be linked
// to (#q=ping&v=fail), links that open a case (#NAME/5.6), keys (/ searches, j and k go from case to case), a switch of theme,
// buttons that copy.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // A page from disk may be denied storage; then the theme lasts as long as the page.
  const storage = {
    get() { try { return localStorage.getItem("wsspec-theme"); } catch { return null; } },
    set(theme) { try { localStorage.setItem("wsspec-theme", theme); } catch { /* see above */ } },
  };
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (systemDark.matches ? "dark" : "light")) === "dark";
  const saved = storage.get();
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;

  document.addEventListener("DOMContentLoaded", () => {
    const byId = (id) => document.getElementById(id);
    for (const hidden of document.querySelectorAll(".script[hidden]")) hidden.hidden = false;

    const theme = byId("theme");
    const showTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
    theme.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      storage.set(root.dataset.theme);
      showTheme();
    });
    systemDark.addEventListener("change", showTheme);
    showTheme();

    // Cases, with what the filters ask about.
    const peers = [...document.querySelectorAll(".peer")];
    const chapters = [...document.querySelectorAll(".chapter")].map((node) => ({
      node, open: node.open, peer: node.closest(".peer").dataset.peer, number: node.dataset.chapter,
    }));
    const cases = chapters.flatMap((chapter) => [...chapter.node.querySelectorAll(".case")].map((node) => ({
      node, chapter, verdict: node.dataset.verdict, change: node.dataset.change, differs: "differs" in node.dataset,
      requirements: (node.dataset.requirements ?? "").split(" "),
      get text() {
        const parts = [node.querySelector("summary"), ...node.querySelectorAll(".finding, .notes, .checks, .also, .judgement")];
        const text = parts.map((part) => part.textContent).join(" ").toLowerCase();
        Object.defineProperty(this, "text", { value: text });
        return text;
      },
    })));

    const search = byId("search");
    const chips = { v: [...document.querySelectorAll(".chip[data-verdict]")], g: [...document.querySelectorAll(".chip[data-change]")] };
    const nameOf = (chip) => chip.dataset.verdict ?? chip.dataset.change;
    const differs = byId("differs");
    const selects = { p: byId("peer"), c: byId("chapter"), r: byId("requirement") };
    const pressed = (button) => button?.getAttribute("aria-pressed") === "true";
    const press = (button, on) => button?.setAttribute("aria-pressed", String(on));

    // The filters as a query: q text, v verdicts, g what the gate says, p peer, c chapter, r requirement, d differs from wstest.
    const query = () => {
      const q = new URLSearchParams();
      if (search.value.trim()) q.set("q", search.value.trim());
      for (const [key, group] of Object.entries(chips)) {
        const names = group.filter(pressed).map(nameOf);
        if (names.length) q.set(key, names.join(","));
      }
      for (const [key, select] of Object.entries(selects)) if (select?.value) q.set(key, select.value);
      if (pressed(differs)) q.set("d", "1");
      return q;
    };
    const setQuery = (q) => {
      search.value = q.get("q") ?? "";
      for (const [key, group] of Object.entries(chips)) {
        const names = (q.get(key) ?? "").split(",");
        for (const chip of group) press(chip, names.includes(nameOf(chip)));
      }
      for (const [key, select] of Object.entries(selects)) if (select) select.value = q.get(key) ?? "";
      press(differs, q.has("d"));
      apply();
    };

    const apply = () => {
      const q = query();
      const active = q.size > 0;
      const words = (q.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      const verdicts = q.get("v")?.split(","), changes = q.get("g")?.split(",");
      let shown = 0;
      const chaptersShown = new Set();
      for (const one of cases) {
        const match = (!verdicts || verdicts.includes(one.verdict))
          && (!changes || changes.includes(one.change))
          && (!q.has("p") || one.chapter.peer === q.get("p"))
          && (!q.has("c") || one.chapter.number === q.get("c"))
          && (!q.has("r") || one.requirements.includes(q.get("r")))
          && (!q.has("d") || one.differs)
          && words.every((word) => one.text.includes(word));
        one.node.hidden = !match;
        if (match) {
          shown++;
          chaptersShown.add(one.chapter);
        }
      }
      for (const chapter of chapters) {
        const some = chaptersShown.has(chapter);
        chapter.node.hidden = active && !some;
        chapter.node.open = active ? some : chapter.open;
      }
      for (const peer of peers) peer.hidden = active && ![...chaptersShown].some((c) => c.peer === peer.dataset.peer);
      byId("shown").textContent = active ? `${shown} of ${cases.length} cases` : `${cases.length} cases`;
      byId("clear").hidden = !active;
      document.querySelector(".nothing").hidden = shown > 0 || !active;
    };

    const changed = () => {
      apply();
      const q = query().toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
      history.replaceState(null, "", q ? "#" + q : location.pathname + location.search);
    };
    const clear = () => {
      setQuery(new URLSearchParams());
      changed();
    };

    // The address leads to an element, or is a query.
    const follow = () => {
      const hash = location.hash.slice(1);
      // People type the slashes of a peer's name as they are.
      const target = byId(hash) ?? byId(hash.replace(/\/(?=.*\/)/g, "%2F"));
      if (target?.closest("main")) return reveal(target);
      if (/^[qvgpcrd]=/.test(hash)) {
        setQuery(new URLSearchParams(hash));
        document.querySelector(".filters").scrollIntoView();
      } else if (!hash) setQuery(new URLSearchParams());
    };
    const reveal = (target) => {
      if (target.closest("[hidden]")) setQuery(new URLSearchParams());
      for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
      const summary = target.closest(".case")?.querySelector("summary");
      // Again for some frames: cases that come into view may have another height than was guessed.
      const show = (frames) => {
        (summary ?? target).scrollIntoView();
        if (frames) requestAnimationFrame(() => show(frames - 1));
      };
      show(4);
      summary?.focus({ preventScroll: true });
    };

    search.addEventListener("input", changed);
    for (const chip of [...chips.v, ...chips.g, differs]) chip?.addEventListener("click", () => { press(chip, !pressed(chip)); changed(); });
    for (const select of Object.values(selects)) select?.addEventListener("change", changed);
    byId("clear").addEventListener("click", () => { clear(); search.focus(); });
    byId("clear-all").addEventListener("click", () => { clear(); search.focus(); });
    // The first step opens the chapters, the second the cases in them; to close goes the other way.
    byId("expand").addEventListener("click", () => {
      const closed = chapters.filter((c) => !c.node.hidden && !c.node.open);
      for (const chapter of closed) chapter.node.open = true;
      if (!closed.length) for (const one of cases) if (!one.node.hidden) one.node.open = true;
    });
    byId("collapse").addEventListener("click", () => {
      const open = cases.filter((one) => one.node.open);
      for (const one of open) one.node.open = false;
      if (!open.length) for (const chapter of chapters) chapter.node.open = false;
    });

    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        search.focus();
      } else if (event.key === "Escape" && event.target === search) clear();
      else if ((event.key === "j" || event.key === "k") && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) step(event.key === "j" ? 1 : -1);
    });
    // The next case that is not hidden, in the order of the page; it is not opened.
    const step = (by) => {
      const here = document.activeElement.closest(".case");
      let at = cases.findIndex((one) => one.node === here);
      if (at < 0 && by < 0) return;
      do at += by; while (cases[at]?.node.hidden);
      if (cases[at]) focus(cases[at].node);
    };
    const focus = (node) => {
      node.closest(".chapter").open = true;
      const summary = node.querySelector("summary");
      summary.focus({ preventScroll: true });
      summary.scrollIntoView({ block: "nearest" });
    };
    for (const code of document.querySelectorAll(".again code")) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "quiet copy", textContent: "Copy" });
      code.after(button);
    }
    document.addEventListener("click", async (event) => {
      const button = event.target.closest(".copy");
      if (!button) return;
      const code = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      } catch {
        getSelection().selectAllChildren(code); // the reader can copy it
      }
    });

    // What a link leads to must not end up behind the filters.
    const bar = document.querySelector(".filters");
    new ResizeObserver(() => {
      const height = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
      root.style.setProperty("--filters", `${height}px`);
    }).observe(bar);

    addEventListener("hashchange", follow);
    apply();
    // Again once the browser has gone to the fragment by itself.
    if (location.hash) {
      follow();
      addEventListener("load", follow);
    }
  });
})();
