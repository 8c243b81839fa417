// Improves what works without it: copy buttons, and relative words beside absolute times.
(() => {
  "use strict";
  // What a button did is said once: its own new words are not read out while it has the focus.
  const said = document.createElement("p");
  said.className = "vh";
  said.setAttribute("role", "status");
  for (const box of document.querySelectorAll(".copy")) {
    const code = box.querySelector("code");
    const button = document.createElement("button");
    button.type = "button";
    const word = document.createTextNode("Copy");
    button.append(word);
    if (box.dataset.what) {
      const what = document.createElement("span");
      what.className = "vh";
      what.textContent = ` ${box.dataset.what}`;
      button.append(what);
    }
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent.trim());
        word.data = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        word.data = "Selected";
      }
      said.textContent = button.textContent;
      setTimeout(() => { word.data = "Copy"; said.textContent = ""; }, 2500);
    });
    box.append(button);
  }
  document.body.append(said);
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => { print(); });
  }
  for (const link of document.querySelectorAll("[data-drag]")) {
    // It does something on other pages only; here the page's policy would stop it.
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const hint = document.getElementById(link.getAttribute("aria-describedby"));
      hint.setAttribute("role", "status");
      hint.textContent = "It works on other pages: drag it to your bookmarks bar, and press it there on the page of your post.";
    });
  }
  // Fields that were left empty are not sent: the address says what was asked for, at once.
  document.querySelector("form.search")?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
  // Where a row of tabs does not fit, the one that is shown is.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    const [all, one] = [row.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (one.left < all.left || one.right > all.right) row.scrollLeft += one.left + one.width / 2 - all.left - all.width / 2;
  }
  const live = document.querySelector("[data-live]");
  if (live && "EventSource" in window) {
    const events = new EventSource(live.dataset.live);
    // The server's own escaped markup, the same that stands on the page.
    events.addEventListener("steps", (event) => { live.innerHTML = event.data; });
    events.addEventListener("state", () => { location.reload(); });
    // What is sent must not be cut off by a reload of what it changes.
    for (const leaves of ["submit", "pagehide"]) addEventListener(leaves, () => { events.close(); });
  }
  // A new hub's clock is most often that of whoever opens it, until they say otherwise.
  const zone = document.querySelector("[data-guess-zone]");
  if (zone && zone.value === "UTC") {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === here)) zone.value = here;
  }
  const slug = document.querySelector("[data-slug-of]");
  const title = slug && document.getElementById(slug.dataset.slugOf);
  if (title && !slug.value) {
    let touched = false;
    slug.addEventListener("input", () => { touched = true; });
    title.addEventListener("input", () => {
      if (touched) return;
      slug.value = title.value.normalize("NFKD").toLowerCase()
        .replace(/[\u0300-\u036f'’]/g, "").replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "").slice(0, 60);
    });
  }
})();
