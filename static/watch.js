// Says above a list how many posts were listed since it was opened, and marks them once they were
// asked for. Nothing on the page moves.
(() => {
  "use strict";
  const line = document.querySelector("[data-watch]");
  if (!line) return;
  // What the page before knew, from the press on the line to the next load.
  const BEFORE = "listed-since";
  const linkOf = (post) => post.querySelector('a[href^="/p/"]')?.getAttribute("href");

  function remember() {
    const known = [...document.querySelectorAll("article.ping")].map(linkOf);
    const before = { path: location.pathname, after: line.dataset.after, known };
    try { sessionStorage.setItem(BEFORE, JSON.stringify(before)); } catch { /* nothing is marked */ }
  }

  function mark() {
    let before;
    try {
      before = JSON.parse(sessionStorage.getItem(BEFORE));
      sessionStorage.removeItem(BEFORE);
    } catch { return; }
    if (before?.path !== location.pathname) return;
    const since = Math.floor(parseInt(before.after, 10) / 1e6) * 1e3;
    let count = 0;
    for (const post of document.querySelectorAll("article.ping")) {
      // What moved up as another left is not new.
      const isNew = Date.parse(post.querySelector("time")?.dateTime) >= since;
      if (!isNew || before.known.includes(linkOf(post))) continue;
      const word = document.createElement("span");
      word.className = "new-post";
      word.textContent = "New";
      post.classList.add("is-new");
      post.prepend(word);
      count += 1;
    }
    if (!count) return;
    const said = document.createElement("span");
    said.className = "vh";
    line.append(said);
    // Screen readers say what changes in a line that they know.
    setTimeout(() => {
      said.textContent = count === 1 ? "1 post is new, and marked" : `${count} posts are new, and marked`;
    }, 500);
  }

  mark();
  if (!("EventSource" in window)) return;
  // A page that nobody looks at for so long stops listening.
  const AWAY = 5_000;
  const MOST = 99;
  const address = line.dataset.watch;
  // A browser opens six connections to a site and no more: one page listens for all that show the
  // same list. Where that cannot be arranged, each listens for itself.
  const canShare = Boolean(navigator.locks && "BroadcastChannel" in window);
  const seen = new Set();
  // The newest post that is known; its mark begins with when it was listed.
  let after = line.dataset.after;
  let isMuch = false;
  // From listening, or waiting for a turn to, until nobody looks any more.
  let turn = null;
  let others = null;
  let events = null;
  let timer = 0;

  const isLater = (mark, than) => parseInt(mark, 10) > parseInt(than, 10);

  function tell() {
    const count = seen.size;
    const words = isMuch ? "New posts"
      : count > MOST ? `More than ${MOST} new posts`
      : count === 1 ? "1 new post" : `${count} new posts`;
    let link = line.querySelector("a");
    if (!link) {
      link = document.createElement("a");
      link.href = location.pathname;
      link.addEventListener("click", remember);
      line.replaceChildren(link);
    }
    link.textContent = words;
  }

  function take({ type, id, data }) {
    const isNew = isLater(id, after);
    if (isNew) after = id;
    if (type === "reload") {
      // Else it is for another page, which knew less.
      isMuch ||= isNew;
      if (isNew) tell();
      return;
    }
    let post;
    try { post = JSON.parse(data); } catch { return; }
    if (seen.size > MOST || seen.has(post.id) || document.querySelector(`a[href="/p/${CSS.escape(post.id)}"]`)) return;
    seen.add(post.id);
    tell();
  }

  function open(from) {
    events?.close();
    events = new EventSource(`${address}?after=${encodeURIComponent(from)}`);
    const share = ({ type, lastEventId, data }) => {
      const said = { type, id: lastEventId, data };
      others?.postMessage(said);
      take(said);
    };
    events.addEventListener("message", share);
    events.addEventListener("reload", share);
    events.addEventListener("error", () => {
      // A lost line is taken up again by the browser; after a refusal we ask again, later.
      if (events?.readyState !== EventSource.CLOSED) return;
      stop();
      timer = setTimeout(listen, 30_000 + Math.random() * 60_000);
    });
  }

  function stop() {
    clearTimeout(timer);
    turn?.abort();
    others?.close();
    events?.close();
    turn = others = events = null;
  }

  function listen() {
    clearTimeout(timer);
    if (turn) return;
    turn = new AbortController();
    if (!canShare) {
      open(after);
      return;
    }
    const { signal } = turn;
    others = new BroadcastChannel(address);
    others.addEventListener("message", ({ data }) => {
      if (data.type !== "here") take(data);
      // A page that was away, or was loaded before what was told last, is told all since.
      else if (events && isLater(after, data.id)) open(data.id);
    });
    others.postMessage({ type: "here", id: after });
    navigator.locks.request(address, { signal }, () => new Promise((done) => {
      signal.addEventListener("abort", done);
      open(after);
    })).catch(() => {});
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(stop, AWAY);
    else listen();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  if (!document.hidden) listen();
})();
