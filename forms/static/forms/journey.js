/* Comfort only: every page works without this file, and the server decides alone.
   It shows and hides questions as answers change, and moves the focus to what is wrong. */
(function () {
  "use strict";

  const form = document.getElementById("page-form");
  const known = form ? JSON.parse(form.dataset.known || "{}") : {};

  function typed(key) {
    const controls = form.querySelectorAll('[name="' + key + '"]');
    if (!controls.length) {
      const earlier = known[key];
      if (earlier === undefined || earlier === null) return [];
      return [].concat(earlier.name === undefined ? earlier : earlier.name);
    }
    const values = [];
    controls.forEach(function (control) {
      const isTicked = control.type === "radio" || control.type === "checkbox";
      const wrapper = control.closest("[data-when]");
      if (wrapper && wrapper.hidden) return;
      if ((!isTicked || control.checked) && control.value.trim() !== "") {
        values.push(control.value.trim());
      }
    });
    return values;
  }

  function comparable(rule, value) {
    return rule.as === "number" ? Number(value.normalize("NFKC")) : value;
  }

  /* null: only the server can tell (days and times are read there). */
  function leaf(rule) {
    if (rule.as === "date" || rule.as === "time") return null;
    const given = typed(rule.key).map(function (part) { return comparable(rule, part); });
    if (rule.op === "answered") return given.length > 0;
    const wanted = [].concat(rule.value).map(function (part) {
      return comparable(rule, String(part));
    });
    const isOnly = given.length === 1 && given[0] === wanted[0];
    if (rule.op === "is") return isOnly;
    if (rule.op === "is_not") return !isOnly;
    if (rule.op === "in") return wanted.some(function (part) { return given.includes(part); });
    if (rule.op === "contains") {
      return given.some(function (part) {
        return part === wanted[0] || (given.length === 1 && String(part).includes(wanted[0]));
      });
    }
    if (rule.op === "greater") return given.some(function (part) { return part > wanted[0]; });
    return given.some(function (part) { return part < wanted[0]; });
  }

  function holds(rule) {
    if (rule.all || rule.any) {
      const parts = (rule.all || rule.any).map(holds);
      if (parts.includes(null)) return null;
      return rule.all ? parts.every(Boolean) : parts.some(Boolean);
    }
    return leaf(rule);
  }

  function refresh() {
    document.querySelectorAll("[data-when]").forEach(function (element) {
      const isAsked = holds(JSON.parse(element.dataset.when));
      if (isAsked === null) return;
      element.hidden = !isAsked;
      const shown = element.querySelector("[data-shown]");
      if (shown) shown.value = isAsked ? "1" : "0";
    });
  }

  if (form) {
    form.addEventListener("input", refresh);
    form.addEventListener("change", refresh);
    refresh();
  }
  const first = document.getElementById("error-summary") || document.getElementById("new-questions");
  if (first) first.focus();
})();
