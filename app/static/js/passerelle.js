// Enhancements only: every page works without this file.
(() => {
  "use strict";

  // A changed filter or order applies at once; without script the button does it.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // On a narrow screen what is looked for comes before the filters: they start closed there.
  const narrow = window.matchMedia("(max-width: 56rem)");
  const foldFilters = () => {
    document.querySelectorAll(".facets > details, .narrow-fold").forEach((fold) => {
      if (fold.dataset.wide === undefined) fold.dataset.wide = String(fold.open);
      fold.open = narrow.matches ? false : fold.dataset.wide === "true";
    });
  };
  foldFilters();
  narrow.addEventListener("change", foldFilters);

  // Completion of the search box, as the WAI-ARIA combobox pattern describes it.
  const complete = (input) => {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0] ? input.labels[0].textContent : "");
    list.hidden = true;
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    let timer = 0;
    let chosen = -1;
    const close = () => {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      chosen = index;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
      if (index >= 0) input.setAttribute("aria-activedescendant", list.children[index].id);
      else input.removeAttribute("aria-activedescendant");
    };
    const show = (texts) => {
      list.replaceChildren(...texts.map((text, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${i}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = text;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          input.value = text;
          input.form.requestSubmit();
        });
        return item;
      }));
      chosen = -1;
      list.hidden = texts.length === 0;
      input.setAttribute("aria-expanded", String(texts.length > 0));
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      const text = input.value;
      if (text.trim().length < 2) { close(); return; }
      timer = setTimeout(async () => {
        try {
          const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`);
          if (answer.ok && input.value === text) show((await answer.json()).suggestions);
        } catch { close(); }
      }, 150);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const count = list.children.length;
      if (event.key === "ArrowDown") { event.preventDefault(); mark((chosen + 1) % count); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark((chosen - 1 + count) % count); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
      else if (event.key === "Enter" && chosen >= 0) { input.value = list.children[chosen].textContent; close(); }
    });
    input.addEventListener("blur", close);
  };
  document.querySelectorAll("input[data-suggest]").forEach(complete);
})();
