/* Beside a box with a limit: how many characters it holds. Nothing is cut or blocked. */
(() => {
  const count = (box) => Array.from(box.value.trim()).length;

  const show = (box, counter) => {
    const limit = Number(box.dataset.limit);
    const length = count(box);
    counter.textContent = `${length} / ${limit}`;
    counter.classList.toggle("plan-counter--over", length > limit);
  };

  for (const box of document.querySelectorAll("[data-limit]")) {
    const counter = document.createElement("p");
    counter.className = "plan-counter";
    counter.setAttribute("aria-hidden", "true");
    box.after(counter);
    box.addEventListener("input", () => show(box, counter));
    show(box, counter);
  }
})();
