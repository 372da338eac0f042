/* Keeps what is typed on the server while it is being typed. Without this file it is
   kept at every step all the same. Nothing is stored in the browser. */
(function () {
  "use strict";

  const form = document.getElementById("page-form");
  if (!form || !window.fetch) return;
  const said = form.querySelector("[data-saved]");
  const failed = form.querySelector("[data-not-saved]");
  const mark = form.elements.save_mark;
  const opened = mark.value.split(":")[0];
  const AFTER = 2000;
  const AGAIN = 15000;
  let count = 0;
  let timer = null;
  let running = null;
  let changed = false;
  let isLeaving = false;

  function later(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, milliseconds);
  }

  function next() {
    count += 1;
    mark.value = opened + ":" + count;
  }

  function save() {
    if (isLeaving || running || !changed) return;
    changed = false;
    next();
    const data = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string") data.append(name, value);
    });
    data.append("save", "1");
    running = new AbortController();
    window.fetch(window.location.pathname, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      signal: running.signal
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (answer) {
      said.textContent = answer.text;
      said.hidden = false;
      failed.hidden = true;
    }).catch(function () {
      if (isLeaving) return;
      changed = true;
      said.hidden = true;
      // An alert only once it says something: the empty one is not for screen readers.
      failed.setAttribute("role", "alert");
      failed.hidden = false;
      later(AGAIN);
    }).finally(function () {
      running = null;
      if (changed && failed.hidden) later(AFTER);
    });
  }

  function touch() {
    changed = true;
    later(AFTER);
  }

  form.addEventListener("input", touch);
  form.addEventListener("change", touch);
  form.addEventListener("submit", function () {
    isLeaving = true;
    window.clearTimeout(timer);
    if (running) running.abort();
    next();
  });
  window.addEventListener("pageshow", function () { isLeaving = false; });
})();
