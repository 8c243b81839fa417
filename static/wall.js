// Turns the wall's posts, and fetches what is new. It never leaves the page for one that it has not
// fetched: without a network, or while the server restarts, it shows what it has.
(() => {
  "use strict";
  const TURN = 12_000;
  const LOOK = 30_000;
  const LONGEST = 120_000;
  const address = new URL(location.href);
  address.searchParams.delete("at");
  const frame = () => document.querySelector("[data-wall]");
  const posts = () => [...document.querySelectorAll("[data-post]")];
  const shown = () => Math.max(0, posts().findIndex((post) => !post.hidden));
  let failed = 0;
  let refused = 0;
  let isPaused = false;
  let turns = 0;
  let turning = 0;
  let looking = 0;
  let events = null;
  let last = "";

  function show(at) {
    const all = posts();
    if (!all.length) return;
    const next = (at + all.length) % all.length;
    all.forEach((post, i) => { post.hidden = i !== next; });
    // A little to the side each time, so that nothing burns in.
    document.querySelectorAll("[data-dots] i").forEach((dot, i) => { dot.classList.toggle("on", i === next); });
    frame().className = `wall turned drift${turns++ % 4}`;
  }

  function turn() {
    clearTimeout(turning);
    turning = setTimeout(() => {
      if (!isPaused) show(shown() + 1);
      turn();
    }, TURN);
  }

  // What decides whether this page can show the other: style, script, accent.
  const face = (page) => [...page.head.querySelectorAll("link[href^='/assets/'], script[src^='/assets/'], style")]
    .map((part) => part.getAttribute("href") || part.getAttribute("src") || part.textContent)
    .filter((part) => /^(\/assets\/|:root\{--accent)/.test(part)).join("\n");

  const read = (text) => new DOMParser().parseFromString(text, "text/html");
  const isWall = (text) => Boolean(read(text).querySelector("[data-wall]"));

  function take(text) {
    if (text === last) return;
    const page = read(text);
    const fresh = page.querySelector("[data-wall]");
    if (!fresh || fresh.dataset.wall !== frame().dataset.wall) throw new Error("not the wall");
    if (face(page) !== face(document)) {
      location.replace(address);
      return;
    }
    last = text;
    const before = posts();
    const newest = before[0]?.dataset.post;
    const current = before[shown()]?.dataset.post;
    frame().replaceChildren(...document.importNode(fresh, true).childNodes);
    document.title = page.title;
    ready();
    const after = posts();
    const stays = after.findIndex((post) => post.dataset.post === current);
    // What has just been listed is shown at once.
    show(after[0]?.dataset.post !== newest || stays < 0 ? 0 : stays);
    turn();
  }

  // The server says that this wall is not shown any more: neither are its posts.
  function clear() {
    document.querySelector("[data-posts]")?.replaceChildren();
    last = "";
  }

  async function look() {
    clearTimeout(looking);
    try {
      const answer = await fetch(address, { cache: "no-cache", signal: AbortSignal.timeout(10_000) });
      refused = [403, 404, 410].includes(answer.status) ? refused + 1 : 0;
      if (refused > 1) clear();
      if (!answer.ok) throw new Error(answer.status);
      const text = await answer.text();
      // Under another name it goes on there.
      if (answer.redirected && isWall(text)) {
        location.replace(answer.url);
        return;
      }
      take(text);
      failed = 0;
      listen();
    } catch {
      failed++;
    }
    const wait = failed ? Math.min(LONGEST, 5_000 * 2 ** (failed - 1)) : LOOK;
    looking = setTimeout(look, wait * (0.75 + Math.random() / 2));
  }

  // Told at once where that works; else found at the next look.
  function listen() {
    const live = frame().dataset.live;
    if (!("EventSource" in window) || events && events.readyState !== EventSource.CLOSED) return;
    events = new EventSource(live);
    const soon = () => {
      clearTimeout(looking);
      looking = setTimeout(look, Math.random() * 1_000);
    };
    events.addEventListener("message", soon);
    events.addEventListener("reload", soon);
  }

  function pause(wanted) {
    isPaused = wanted;
    const button = document.querySelector("[data-pause]");
    button.textContent = wanted ? "Go on" : "Pause";
  }

  function ready() {
    const button = document.querySelector("[data-pause]");
    button.hidden = false;
    button.addEventListener("click", () => { pause(!isPaused); });
    pause(isPaused);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowRight") { show(shown() + 1); turn(); }
    if (event.key === "ArrowLeft") { show(shown() - 1); turn(); }
  });
  // The pointer and the button go away when nobody moves.
  let asleep = 0;
  addEventListener("pointermove", () => {
    document.documentElement.classList.add("awake");
    clearTimeout(asleep);
    asleep = setTimeout(() => { document.documentElement.classList.remove("awake"); }, 3_000);
  });
  addEventListener("online", look);
  addEventListener("pagehide", () => { events?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  ready();
  turn();
  listen();
  looking = setTimeout(look, LOOK);
})();
