// Keyboard shortcuts of the facilitator's pages (WCAG 2.1.4: they can be switched off). Every page works without them.
(() => {
  "use strict";
  const KEPT = "passerelle.shortcuts";
  const read = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };
  let on = read();

  const shown = (element) => element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)];

  const apply = () => {
    all("kbd.key").forEach((key) => { key.hidden = !on; });
    all("[data-shortcut]").forEach((element) => {
      if (on) element.setAttribute("aria-keyshortcuts", element.dataset.shortcut);
      else element.removeAttribute("aria-keyshortcuts");
    });
    all("[data-shortcuts-switch]").forEach((button) => {
      button.textContent = on ? button.dataset.off : button.dataset.on;
    });
  };

  const help = document.getElementById("shortcuts");
  if (help) help.hidden = false;
  all("[data-shortcuts-switch]").forEach((button) => button.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* kept for this page only */ }
    apply();
  }));

  // A key stands for the first control on the page that carries it.
  const press = (key) => {
    const control = all(`[data-shortcut="${key}"]`).find(shown);
    if (!control) return false;
    if (control.tagName === "SUMMARY") {
      control.parentElement.open = true;
      const field = control.parentElement.querySelector("input:not([type=hidden]), select, textarea");
      (field || control).focus();
    } else {
      control.click();
    }
    return true;
  };

  const rows = all("[data-row]");
  const current = () => rows.findIndex((row) => row.contains(document.activeElement));
  const walk = (step) => {
    if (!rows.length) return false;
    const at = current();
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const typing = (target) => target.isContentEditable
    || target.matches("textarea, select, input:not([type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target instanceof Element && typing(event.target)) return;
    let done = false;
    if (event.key === "?" && help) {
      help.open = true;
      help.querySelector("summary").focus();
      done = true;
    } else if (event.repeat && !"jk".includes(event.key)) {
      return;
    } else if (event.key === "j" || event.key === "k") {
      done = walk(event.key === "j" ? 1 : -1) || press(event.key);
    } else if (event.key === "x" && current() >= 0) {
      rows[current()].querySelector("input[type=checkbox]").click();
      done = true;
    } else if ("arsu".includes(event.key)) {
      done = press(event.key);
    }
    if (done) event.preventDefault();
  });

  // One box ticks the page.
  all("[data-select-all]").forEach((box) => {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => {
      all("[data-row] input[type=checkbox]").forEach((one) => { one.checked = box.checked; });
    });
  });
  apply();
})();
