// Leave at once and let "back" not return here: by the button, or by pressing Shift three
// times within two seconds. Without this script the button is a plain link.
const WITHIN = 2000;
const link = document.querySelector("[data-leave]");
let presses = [];

function leave() {
  document.body.hidden = true;
  document.title = "";
  location.replace(link.href);
}

if (link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    if (event.repeat) return;
    const now = Date.now();
    presses = [...presses.filter((moment) => now - moment < WITHIN), now];
    if (presses.length >= 3) leave();
  });
}
