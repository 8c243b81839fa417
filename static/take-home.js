// Says how far a download is, while it runs.
(() => {
  "use strict";
  const box = document.querySelector("[data-taking]");
  const form = document.querySelector("main form.form");
  const bar = box.querySelector("progress");
  const says = box.querySelector("[data-says]");
  const head = box.querySelector("h2");
  const told = document.querySelector("[data-told]");
  let seen = !box.hidden;
  let looks = 0;
  async function look() {
    looks += 1;
    let now;
    try {
      const answer = await fetch(box.dataset.taking);
      if (!answer.ok) return;
      now = await answer.json();
    } catch { return; }
    if (now.running) {
      seen = true;
      box.hidden = false;
      head.textContent = "Being taken home";
      [bar.max, bar.value] = [now.total, now.done];
      says.textContent = now.says;
    } else if (seen || looks > 5) {
      box.hidden = !seen;
      if (!seen) return;
      [bar.max, bar.value] = [1, now.whole ? 1 : 0];
      head.textContent = now.whole ? "Taken home" : "Not taken home";
      says.textContent = now.whole ? `Done: ${now.whole}.` : "It broke off: download it again.";
      told.textContent = says.textContent;
      return;
    }
    setTimeout(look, 1000);
  }
  form.addEventListener("submit", () => {
    [seen, looks] = [false, 0];
    setTimeout(look, 500);
  });
  if (seen) look();
})();
