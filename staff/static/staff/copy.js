// Copies what stands in a box that is shown once. Where the browser keeps its clipboard
// shut (as without HTTPS), the text is selected, so that one key copies it.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("button[data-copies]").forEach((button) => {
    const box = document.getElementById(button.dataset.copies);
    const said = button.parentElement.querySelector("[role=status]");
    const say = (words) => {
      // Said again when it is pressed again: a live region tells only what is new.
      said.textContent = "";
      setTimeout(() => { said.textContent = words; }, 50);
    };
    const select = () => {
      box.focus();
      box.select();
      return document.execCommand("copy");
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(box.value);
        say(button.dataset.done);
      } catch {
        say(select() ? button.dataset.done : button.dataset.byHand);
      }
    });
  });
});
