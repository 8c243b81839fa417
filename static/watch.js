// Says above a list how many posts were listed since it was opened. Nothing on the page moves.
(() => {
  "use strict";
  const line = document.querySelector("[data-watch]");
  if (!line || !("EventSource" in window)) return;
  // A tab that nobody looks at for so long gives its connection back.
  const AWAY = 120_000;
  const MOST = 99;
  const seen = new Set();
  let after = line.dataset.after;
  let isMuch = false;
  let events = null;
  let timer = 0;

  function tell() {
    const count = seen.size;
    const words = isMuch ? "New posts"
      : count > MOST ? `More than ${MOST} new posts`
      : count === 1 ? "1 new post" : `${count} new posts`;
    let link = line.firstElementChild;
    if (!link) {
      link = document.createElement("a");
      link.href = location.pathname;
      line.append(link);
    }
    link.textContent = words;
  }

  function take(event) {
    after = event.lastEventId || after;
    let post;
    try { post = JSON.parse(event.data); } catch { return; }
    if (seen.size > MOST || document.querySelector(`a[href="/p/${CSS.escape(post.id)}"]`)) return;
    seen.add(post.id);
    tell();
  }

  function stop() {
    clearTimeout(timer);
    if (events) events.close();
    events = null;
  }

  function listen() {
    clearTimeout(timer);
    if (events) return;
    events = new EventSource(`${line.dataset.watch}?after=${encodeURIComponent(after)}`);
    events.addEventListener("message", take);
    events.addEventListener("reload", (event) => {
      after = event.lastEventId || after;
      isMuch = true;
      tell();
    });
    events.addEventListener("error", () => {
      // A lost line is taken up again by the browser; after a refusal we ask again, later.
      if (!events || events.readyState !== EventSource.CLOSED) return;
      stop();
      timer = setTimeout(listen, 30_000 + Math.random() * 60_000);
    });
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      timer = setTimeout(stop, AWAY);
    } else {
      listen();
    }
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  if (!document.hidden) listen();
})();
