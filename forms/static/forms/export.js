/* How far a large export is, without reloading: the page asks while it is under way. */
(function () {
  "use strict";
  function look() {
    var here = document.getElementById("export-state");
    if (!here || !here.hasAttribute("data-under-way")) return;
    fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var next = page.getElementById("export-state");
        if (next && !here.contains(document.activeElement)) here.replaceWith(document.importNode(next, true));
        else if (next && !next.hasAttribute("data-under-way")) here.replaceWith(document.importNode(next, true));
      })
      .catch(function () { /* the button shows the present state as well */ })
      .finally(function () { setTimeout(look, 3000); });
  }
  setTimeout(look, 2000);
})();
