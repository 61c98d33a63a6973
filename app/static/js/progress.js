// Follows a job: moves the bar, and loads the page again when the job ends. Without script the page refreshes itself.
(() => {
  "use strict";
  const box = document.querySelector("[data-poll]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-text]");
  const number = new Intl.NumberFormat(document.documentElement.lang === "fr" ? "fr-CA" : "en-CA");
  let pause = 1000;
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (state.state !== "waiting" && state.state !== "running") { location.reload(); return; }
      if (state.total) {
        bar.max = state.total;
        bar.value = state.done;
        text.textContent = text.dataset.text.replace("{done}", number.format(state.done)).replace("{total}", number.format(state.total));
      }
      pause = 1000;
    } catch { pause = Math.min(pause * 2, 15000); }
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
})();
