// The frame, its code and the tabs follow what is chosen, as they do after a press of the button.
(() => {
  "use strict";
  const form = document.querySelector("form[data-frame]");
  const frame = document.querySelector("iframe.shown");
  const code = document.getElementById("code");
  form?.addEventListener("change", () => {
    const chosen = new URLSearchParams(new FormData(form));
    for (const [name, value] of new URLSearchParams(form.dataset.frame)) {
      if (chosen.get(name) === value) chosen.delete(name);
    }
    const query = String(chosen) && `?${chosen}`;
    // “Back” leads to the page before, and through none of the frames.
    frame.contentWindow.location.replace(frame.getAttribute("src").split("?")[0] + query);
    code.textContent = code.textContent.replace(/ src="([^"?]*)[^"]*"/, (_, page) => ` src="${page}${query.replaceAll("&", "&amp;")}"`);
    for (const tab of document.querySelectorAll(".tabs a")) tab.search = query;
    history.replaceState(null, "", location.pathname + query);
  });
})();
