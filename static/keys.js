// The queue by keyboard: what its buttons do, and nothing else.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("[data-ping]")];
  const help = document.getElementById("keys");
  const count = document.querySelector("[data-count]");
  const said = document.createElement("p");
  said.className = "vh";
  said.setAttribute("role", "status");
  document.body.append(said);
  const say = (words) => { said.textContent = words; };
  const title = (row) => row.querySelector("h2").textContent;
  let at = -1;
  const go = (to) => {
    if (!rows.length) return;
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].tabIndex = -1;
    rows[at].focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
    say(`Post ${at + 1} of ${rows.length}: ${title(rows[at])}`);
  };
  for (const [n, row] of rows.entries()) row.addEventListener("focusin", () => { at = n; });
  const press = (button) => {
    if (!button) return;
    // After a verdict the next post stands where this one stood.
    sessionStorage.setItem("queue-row", String(at));
    button.click();
  };
  // Of those that are ticked, if any are: a key must not lose them.
  const verdict = (value) => {
    if (tell()) document.querySelector(`#bulk button[value="${value}"]`)?.click();
    else press(rows[at]?.querySelector(`.acts button[value="${value}"]`));
  };
  const tell = () => {
    const n = document.querySelectorAll(".pick input:checked").length;
    if (count) count.textContent = n ? `${n} selected` : "Tick posts to decide about them together:";
    return n;
  };
  document.addEventListener("change", (event) => { if (event.target.closest(".pick")) tell(); });
  const keys = {
    j: () => go(at + 1), ArrowDown: () => go(at + 1),
    k: () => go(at - 1), ArrowUp: () => go(at - 1),
    l: () => verdict("list"), n: () => verdict("not-here"), s: () => verdict("spam"),
    e: () => rows[at]?.querySelector("[data-edit]")?.click(),
    x: () => {
      const box = rows[at]?.querySelector(".pick input");
      if (!box) return;
      box.checked = !box.checked;
      say(`${box.checked ? "Selected" : "Not selected"}: ${title(rows[at])}. ${tell()} in all.`);
    },
    u: () => press(document.querySelector("[data-undo] button")),
    "?": () => { help.scrollIntoView({ block: "nearest" }); say(help.innerText); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("input:not([type=checkbox]),textarea,select,[contenteditable]")) return;
    const key = keys[event.key];
    if (!key) return;
    // Arrows scroll the page until somebody has begun to walk through the posts.
    if (event.key.startsWith("Arrow") && at < 0) return;
    event.preventDefault();
    key();
  });
  if (help) help.hidden = false;
  const row = sessionStorage.getItem("queue-row");
  sessionStorage.removeItem("queue-row");
  if (row !== null && Number(row) >= 0) go(Number(row));
  // After a verdict on several, the next key goes on below what is said of them.
  else if (location.hash === "#notice") at = Math.max(0, rows.indexOf(document.getElementById("notice")?.nextElementSibling)) - 1;
  tell();
})();
