/* The inbox: ticks every row of the page at once, where the button would ask the server. */
(function () {
  "use strict";
  const button = document.querySelector("[data-tick]");
  if (!button) return;
  const boxes = Array.from(button.form.querySelectorAll('input[name="pick"]'));

  function say() {
    const isAll = boxes.every(function (box) { return box.checked; });
    button.textContent = isAll ? button.dataset.none : button.dataset.all;
    return isAll;
  }

  button.addEventListener("click", function (event) {
    event.preventDefault();
    const wanted = !say();
    boxes.forEach(function (box) { box.checked = wanted; });
    say();
  });
  button.form.addEventListener("change", say);
  say();
})();
