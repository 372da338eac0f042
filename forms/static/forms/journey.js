/* Comfort only: every page works without this file, and the server decides alone.
   It shows and hides questions as answers change, and moves the focus to what is wrong. */
(function () {
  "use strict";

  const form = document.getElementById("page-form");
  const known = form ? JSON.parse(form.dataset.known || "{}") : {};

  function isHidden(control) {
    for (let at = control.closest("[data-when]"); at; at = at.parentElement.closest("[data-when]")) {
      if (at.hidden) return true;
    }
    return false;
  }

  function textOf(control) {
    if (control.tagName !== "SELECT") return control.value.trim();
    const option = control.selectedOptions[0];
    if (!option || option.hidden || option.value === "") return "";
    return control.hasAttribute("data-by-name") ? option.text.trim() : option.value;
  }

  /* What is answered now, as a list; null: only the server can tell. */
  function typed(key) {
    const controls = form.querySelectorAll('[name="' + key + '"]');
    if (!controls.length) {
      if (!(key in known)) return null;
      const earlier = known[key];
      if (earlier === null) return [];
      return [].concat(earlier).map(plain);
    }
    const values = [];
    for (const control of controls) {
      const isTicked = control.type === "radio" || control.type === "checkbox";
      if (isHidden(control)) continue;
      const text = textOf(control);
      if (text === "" && control.hasAttribute("data-derived")) return null;
      if ((!isTicked || control.checked) && text !== "") values.push(text);
    }
    const other = form.querySelector('[name="' + key + '-other"]');
    if (other && other.value.trim() !== "" && !isHidden(other)) return [other.value.trim()];
    return values;
  }

  function plain(value) {
    if (value === null || typeof value !== "object") return value;
    return value.key || value.name || value.text || "";
  }

  function isReadByServer(key) {
    return form.querySelector('[name="' + key + '"][data-read="server"]') !== null;
  }

  function comparable(rule, value) {
    return rule.as === "number" ? Number(String(value).normalize("NFKC")) : value;
  }

  const opposite = {
    is_not: "is", not_in: "in", not_contains: "contains", not_answered: "answered",
    at_least: "less", at_most: "greater"
  };

  /* null: only the server can tell (days, times, kana, phone numbers are read there). */
  function leaf(rule) {
    const given = typed(rule.key);
    if (given === null) return null;
    if (rule.op === "answered") return given.length > 0;
    if (rule.op === "not_answered") return given.length === 0;
    if (rule.as && rule.as !== "number") return null;
    if (isReadByServer(rule.key)) return null;
    const wanted = rule.of ? typed(rule.of) : [].concat(rule.value);
    if (wanted === null || (rule.of && isReadByServer(rule.of))) return null;
    if (opposite[rule.op]) {
      const isSize = rule.op === "at_least" || rule.op === "at_most";
      if (isSize && (!given.length || !wanted.length)) return false;
      return !compared(opposite[rule.op], rule, given, wanted);
    }
    return compared(rule.op, rule, given, wanted);
  }

  function compared(op, rule, givenTexts, wantedTexts) {
    const given = givenTexts.map(function (part) { return comparable(rule, part); });
    const wanted = wantedTexts.map(function (part) { return comparable(rule, part); });
    if (!given.length || !wanted.length) return false;
    if (op === "is") return given.length === 1 && given[0] === wanted[0];
    if (op === "in") return wanted.some(function (part) { return given.includes(part); });
    if (op === "contains") {
      return given.some(function (part) {
        return part === wanted[0] || (given.length === 1 && String(part).includes(wanted[0]));
      });
    }
    if (op === "greater") return given.some(function (part) { return part > wanted[0]; });
    return given.some(function (part) { return part < wanted[0]; });
  }

  function holds(rule) {
    if (rule.not) {
      const inner = holds(rule.not);
      return inner === null ? null : !inner;
    }
    if (rule.all || rule.any) {
      const decisive = Boolean(rule.any);
      const parts = (rule.any || rule.all).map(holds);
      if (parts.includes(decisive)) return decisive;
      return parts.includes(null) ? null : !decisive;
    }
    return leaf(rule);
  }

  function follow() {
    let changed = false;
    document.querySelectorAll("[data-when]").forEach(function (element) {
      const isAsked = holds(JSON.parse(element.dataset.when));
      if (isAsked === null) return;
      changed = changed || element.hidden === isAsked;
      element.hidden = !isAsked;
      if (element.tagName === "OPTION") element.disabled = !isAsked;
      const shown = element.querySelector("[data-shown]");
      if (shown) shown.value = isAsked ? "1" : "0";
    });
    return changed;
  }

  /* A question may wait for one that stands below it: the emergency numbers do. */
  function refresh() {
    for (let round = 0; round < 9 && follow(); round += 1);
  }

  function lengthOf(text) {
    if (!window.Intl || !Intl.Segmenter) return Array.from(text).length;
    return Array.from(new Intl.Segmenter("ja", { granularity: "grapheme" }).segment(text)).length;
  }

  function count(box) {
    const limit = document.getElementById(box.id + "-limit");
    if (!limit || !limit.dataset.max) return;
    let left = limit.querySelector("[data-count]");
    if (!left) {
      left = document.createElement("span");
      left.dataset.count = "";
      limit.append(" ", left);
    }
    const rest = Number(limit.dataset.max) - lengthOf(box.value);
    left.textContent = (rest < 0 ? limit.dataset.over : limit.dataset.left).replace("#", Math.abs(rest));
    left.classList.toggle("field__error", rest < 0);
  }

  if (form) {
    form.addEventListener("input", refresh);
    form.addEventListener("change", refresh);
    form.addEventListener("input", function (event) {
      if (event.target.tagName === "TEXTAREA") count(event.target);
    });
    form.querySelectorAll("textarea").forEach(count);
    refresh();
  }
  const first = document.getElementById("error-summary") || document.getElementById("new-questions") ||
    document.getElementById("added-questions");
  if (first) first.focus();
})();
