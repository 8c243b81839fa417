// What must hold of a page, however it is looked at. Each function gives back what is wrong.
window.looks = (() => {
  "use strict";
  const CONTROLS = "a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]:not([tabindex='-1'])";
  const shown = (e) => e.checkVisibility({ checkVisibilityCSS: true }) && !e.closest(".hp");
  const style = (e) => getComputedStyle(e);
  const box = (e) => e.getBoundingClientRect();
  const named = (e) => {
    const classes = [...e.classList].map((name) => `.${name}`).join("");
    return `${e.localName}${e.id ? `#${e.id}` : ""}${classes} “${(e.innerText || e.value || "").trim().slice(0, 30)}”`;
  };
  const up = function* (e) { for (let at = e; at && at !== document.documentElement; at = at.parentElement) yield at; };
  // For screen readers only, or outside until it has the focus.
  const away = (e) => {
    for (const at of up(e)) {
      const { position, clipPath } = style(at);
      if (position === "absolute" && (clipPath !== "none" || box(at).right < 0)) return true;
    }
    return false;
  };
  const scrolls = (e) => ["auto", "scroll"].includes(style(e).overflowX);
  const controls = () => [...document.querySelectorAll(CONTROLS)].filter((e) => shown(e) && !e.disabled);

  // The page is as wide as the window: nobody has to scroll sideways.
  function wide(width) {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth && innerWidth === width) return [];
    const out = [...document.body.querySelectorAll("*")]
      .filter((e) => shown(e) && box(e).right > root.clientWidth + 1 && ![...up(e)].some(scrolls));
    return [`${root.scrollWidth} px wide: ${out.slice(-2).map(named).join(", ")}`];
  }

  // Whether a line of text is where it can be read.
  function line(rect, text) {
    for (const at of up(text.parentElement)) {
      const { display, overflowX, overflowY, textOverflow, webkitLineClamp } = style(at);
      if (display === "inline" || display === "contents") continue;
      const frame = box(at);
      const beside = rect.right > frame.right + 2 || rect.left < frame.left - 2;
      if (scrolls(at)) return null;
      const cut = overflowX !== "visible" && textOverflow !== "ellipsis";
      if (beside && (cut || at === [...up(text.parentElement)].find((e) => !style(e).display.startsWith("inline") && style(e).display !== "contents"))) {
        return `sticks out of ${named(at)}`;
      }
      if (webkitLineClamp !== "none") return null;
      if (overflowY !== "visible" && rect.bottom > frame.bottom + 2) return `is cut by ${named(at)}`;
    }
    const inside = rect.left >= -1 && rect.right <= document.documentElement.clientWidth + 1;
    return inside ? null : "is outside of the page";
  }

  // No text is cut off, sticks out of its box, or is outside of the page.
  function clipped() {
    const problems = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (!text.data.trim() || text.parentElement.closest("script,style,noscript,textarea,select,svg")) continue;
      if (!shown(text.parentElement) || away(text.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const rect of range.getClientRects()) {
        const problem = rect.width > 1 && line(rect, text);
        if (problem) { problems.push(`“${text.data.trim().slice(0, 30)}” ${problem}`); break; }
      }
    }
    return problems;
  }

  function isCovered(e) {
    const { left, right, top, bottom } = box(e);
    const within = (low, high, most) => [low + 3, (low + high) / 2, high - 3].map((at) => Math.min(Math.max(at, 1), most - 1));
    return !within(left, right, innerWidth).some((x) => within(top, bottom, innerHeight).some((y) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (e.contains(hit) || hit.contains(e) || [...e.labels ?? []].some((label) => label.contains(hit)));
    }));
  }

  // The focus can be seen on it (WCAG 2.4.7), and nothing hides it (2.4.11).
  function unseen(e) {
    const { outlineStyle, outlineWidth, outlineColor, opacity } = style(e);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || /, 0\)$/.test(outlineColor) || opacity === "0") return `${named(e)} does not show the focus`;
    const { left, right, top, bottom } = box(e);
    if (right <= 0 || left >= innerWidth || bottom <= 0 || top >= innerHeight) return `${named(e)} is off the screen with the focus`;
    return isCovered(e) ? `${named(e)} is covered when it has the focus` : null;
  }

  // Those that the Tab key comes to: of radio buttons, the chosen or the first.
  const stops = () => controls().filter((e) => {
    if (e.tabIndex < 0 || e.type !== "radio") return e.tabIndex >= 0;
    const group = controls().filter((other) => other.type === "radio" && other.name === e.name && other.form === e.form);
    return (group.find((other) => other.checked) ?? group[0]) === e;
  });

  let reached = new Set();
  let problems = [];
  // Before Tab is pressed: how many stops there are.
  function sets_out() {
    document.activeElement.blur();
    scrollTo(0, 0);
    reached = new Set();
    problems = [];
    document.addEventListener("focusin", ({ target }) => {
      reached.add(target);
      const problem = unseen(target);
      if (problem) problems.push(problem);
    });
    // A frame's own stops lie between.
    const within = [...document.querySelectorAll("iframe")].map(({ contentDocument }) => contentDocument.querySelectorAll(CONTROLS).length + 1);
    return stops().length + within.reduce((sum, count) => sum + count, 0);
  }
  // After: what was not come to, and where the focus did not show.
  const came = () => [...problems, ...stops().filter((e) => !reached.has(e)).map((e) => `Tab does not come to ${named(e)}`)];

  // Of those that look the same, the first and the last: a list has fifty of each.
  function ends(all) {
    const kinds = new Map();
    for (const e of all) {
      const kind = [...up(e)].map((at) => `${at.localName}.${at.className}`).concat(e.type, e.ariaCurrent, e.checked).join(" ");
      kinds.set(kind, [(kinds.get(kind) ?? [e])[0], e]);
    }
    return new Set([...kinds.values()].flat());
  }

  // The same without pressing, once somebody has: of all, or where they stand as before, of the ends.
  function focused(all) {
    const found = [...(all ? stops() : ends(stops()))].map((e) => { e.focus(); return unseen(e); }).filter(Boolean);
    document.activeElement.blur();
    scrollTo(0, 0);
    return found;
  }

  // On a phone a hub's tabs stand in one row, which is scrolled: the first post is on its screen.
  function rows() {
    if (innerWidth > 400) return [];
    return [...document.querySelectorAll(".tabs")].filter((row) => !row.closest(".desk-tabs")).flatMap((row) => {
      const tops = [...row.querySelectorAll("a,button")].filter(shown).map((tab) => Math.round(box(tab).top));
      return new Set(tops).size > 1 ? [`${named(row)} stands in ${new Set(tops).size} rows`] : [];
    });
  }

  // Nothing moves for those who asked for that.
  const moves = () => [
    ...document.getAnimations().map((animation) => `${named(animation.effect.target)} is moving`),
    ...[...document.querySelectorAll("a,button,article")].filter((e) => /[1-9]/.test(style(e).transitionDuration)).map((e) => `${named(e)} would move`),
  ];

  // Nothing turns or is said again while it is looked at: a machine may take longer than a wall.
  const still = () => { for (let id = setTimeout(() => {}); id > 0; id--) clearTimeout(id); };

  // Colours that fade from one scheme to the other, are there.
  const faded = () => document.getAnimations().filter((a) => a instanceof CSSTransition).forEach((a) => a.finish());

  // Letters are as large as somebody set their browser to. (The wall's are as large as its screen.)
  let usual = new Map();
  function letters(size) {
    const texts = [...document.querySelectorAll("h1,h2,h3,p,li,a,button,input,th,td,label")].filter((e) => shown(e) && !e.closest(".wall"));
    const now = new Map(texts.map((e) => [e, parseFloat(style(e).fontSize)]));
    if (size === 16) { usual = now; return []; }
    return [...now].filter(([e, px]) => px < 1.5 * usual.get(e)).map(([e, px]) => `${named(e)} stays at ${px} px where letters are twice as large`).slice(0, 3);
  }

  const RULES = {
    all: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    colours: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
  };
  // Whose contrast axe cannot tell, and we have calculated: in light, in dark.
  const TOLD = [
    ".plot text", // --muted on --paper: 6.5, 6.9
    ".dot", // a mark alone is no text to it: 5.0, 4.8 or more for each of the four
    "[name=direction]", // an arrow alone neither: --ink on --paper: 16, 14
    // What lies under a bar that stays, or is cut: told where it is not, on the same page or at 1280.
    ".embed li a", ".queue .ping *", ".wall .ex",
    // Over the shadow at an end of a row that is scrolled: --muted on --rule: 5.1, 4.8. Told at 1280.
    ".tabs a", ".tabs a *", ".tabs button", ".tabs button *",
  ].join();
  const isTold = ({ target }) => document.querySelector(target.at(-1))?.matches(TOLD);
  async function rules(which) {
    const { violations, incomplete } = await axe.run(document, { runOnly: RULES[which], resultTypes: ["violations", "incomplete"], iframes: false });
    const unsure = incomplete.filter(({ id }) => id === "color-contrast").map((rule) => ({
      ...rule, help: "it cannot tell: calculate it, and name it in looks.js", nodes: rule.nodes.filter((node) => !isTold(node)),
    }));
    return [...violations, ...unsure].flatMap(({ id, help, nodes }) => nodes.map((node) => {
      const [{ message = "" } = {}] = [...node.any, ...node.all, ...node.none];
      return `axe ${id} (${help}): ${node.target.join(" ")}: ${message}`;
    }));
  }

  return { faded, letters, wide, clipped, sets_out, came, focused, rows, moves, rules, still };
})();
