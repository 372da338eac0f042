/* The form that is being edited, as it stands on the screen: its questions in their
   order, the choices of each, and what a box may name. Read by the scripts beside it. */
(function () {
  "use strict";

  const holder = document.getElementById("forms-editor-words");
  if (!holder) return;
  const WORDS = JSON.parse(holder.textContent);
  const QUESTION = /^pages-\d+-value-fields-\d+-value(-fields-\d+-value)?$/;
  const PICKED = /(-conditions-\d+-value-question|-value-at|-value-source|-value-on|-questions-\d+-value)$/;
  const READ = ["heading", "information", "urgent", "stop"];
  const SIZES = ["greater", "at_least", "less", "at_most"];

  let byName = new Map();
  let places = new Map();

  /* Every box that is posted for the pages, by its name: looked up once, read often. */
  function look() {
    byName = new Map();
    places = new Map();
    const form = document.querySelector("form[data-edit-form]");
    Array.from(form ? form.elements : []).forEach(function (each, at) {
      if (!each.name || !each.name.startsWith("pages-")) return;
      byName.set(each.name, each);
      places.set(each, at);
    });
  }
  function boxes(pattern) {
    return Array.from(byName.values()).filter(function (each) { return pattern.test(each.name); });
  }
  function box(name) { return byName.get(name) || null; }
  function text(name) { const found = box(name); return found ? found.value.trim() : ""; }
  function words(sentence, names) {
    return sentence.replace(/%\((\w+)\)s/g, function (_all, name) { return names[name]; });
  }
  function isGone(name) {
    let at = "";
    return name.split("-value").slice(0, -1).some(function (part) {
      at += part;
      const gone = text(at + "-deleted") !== "";
      at += "-value";
      return gone;
    });
  }

  /* The questions of the form in their order, as they stand on the screen. */
  function questions() {
    const found = [];
    const often = {};
    boxes(/-value-label$/).forEach(function (label) {
      const prefix = label.name.replace(/-label$/, "");
      if (!QUESTION.test(prefix) || isGone(label.name)) return;
      const kind = text(prefix.replace(/-value$/, "-type"));
      if (READ.includes(kind)) return;
      const group = prefix.match(/^(pages-\d+-value-fields-\d+-value)-fields-/);
      found.push({
        prefix: prefix, kind: kind, box: label, label: label.value.trim(),
        code: text(prefix + "-code"), group: group ? group[1] : "",
        page: prefix.match(/^pages-\d+-value/)[0],
      });
      const scope = found[found.length - 1].group + label.value.trim();
      often[scope] = (often[scope] || 0) + 1;
    });
    found.forEach(function (each) { each.isAlone = often[each.group + each.label] === 1; });
    return found;
  }

  function ownerOf(name) {
    const found = name.match(/^(pages-\d+-value-fields-\d+-value-fields-\d+-value|pages-\d+-value-fields-\d+-value)-/);
    return found ? found[1] : name.match(/^pages-\d+-value/)[0];
  }

  function stands(first, second) { return places.get(first) < places.get(second); }

  const FITS = { sum: ["number"], difference: ["number"], count: ["count"], age: ["date"], days: ["date"] };

  /* What a box may name: what is asked before it; in a group, before it in the row too. */
  function offered(asking, all) {
    const owner = ownerOf(asking.name);
    const row = owner.match(/^(.*)-fields-\d+-value$/);
    const group = row && QUESTION.test(row[1]) ? row[1] : "";
    const isSum = /-questions-\d+-value$/.test(asking.name);
    return all.filter(function (each) {
      const isItself = each.prefix === owner || each.prefix === group;
      const isAside = each.group && each.group !== group && !(isSum && each.group !== owner);
      if (!each.label || isItself || isAside || !stands(each.box, asking)) return false;
      if (/-value-at$/.test(asking.name)) return asking.name.startsWith(each.page + "-");
      if (/-value-(source|on)$/.test(asking.name)) return each.kind === "date";
      const fitting = isSum && FITS[text(owner + "-operation")];
      if (fitting) return fitting.includes(kindOf(each));
      return true;
    });
  }

  function nameOf(each, all, asking) {
    const name = !each.isAlone && each.code ? each.code : each.label;
    if (!each.group || !/-questions-\d+-value$/.test(asking.name)) return name;
    const group = all.find(function (one) { return one.prefix === each.group; });
    return (group.code || group.label) + "." + (each.code || each.label);
  }

  function meant(wanted, found) {
    if (!wanted) return undefined;
    return found.find(function (each) { return each.code === wanted; }) ||
      found.find(function (each) { return each.label === wanted; });
  }

  /* A question in the rows of a group, as a calculation names it: group.question */
  function inRows(wanted, found, all) {
    const [group, ...rest] = wanted.split(".");
    return found.find(function (each) {
      const outer = each.group && all.find(function (one) { return one.prefix === each.group; });
      return outer && [outer.code, outer.label].includes(group) && [each.code, each.label].includes(rest.join("."));
    });
  }

  function kindOf(each) {
    if (each.kind === "repeat") return "count";
    if (each.kind !== "calculated") return each.kind;
    return text(each.prefix + "-operation") === "join" ? "text" : "number";
  }

  /* The choices of a question: their words, and the codes that may stand for them. */
  function choices(each) {
    const kind = each.kind;
    if (kind === "yes_no") {
      const more = box(each.prefix + "-with_unknown");
      return WORDS.fixed.yes_no.slice(0, more && more.checked ? 3 : 2);
    }
    if (kind === "grade") return WORDS.fixed.grade;
    if (kind === "consent") {
      return WORDS.fixed.consent.map(function (choice) {
        return { code: choice.code, label: text(each.prefix + "-" + choice.code + "_label") || choice.label };
      });
    }
    const found = [];
    for (let at = 0; box(each.prefix + "-options-" + at + "-value-label"); at += 1) {
      const prefix = each.prefix + "-options-" + at + "-value";
      if (text(prefix + "-label") && !isGone(prefix + "-label")) found.push({ label: text(prefix + "-label"), code: text(prefix + "-code") });
    }
    return found;
  }

  /* The words of what a condition names by its words or by its code. */
  function worded(value, options) {
    const found = options.find(function (one) { return one.label === value || (one.code && one.code === value); });
    return found ? found.label : value;
  }

  function comparisons(each) {
    const kind = kindOf(each);
    const asked = ["answered", "not_answered"];
    if (["number", "count", "date", "time"].includes(kind)) return ["is", "is_not", "in", "not_in", ...SIZES, ...asked];
    if (kind === "checkboxes") return ["contains", "not_contains", "in", "not_in", ...asked];
    if (["radio", "select", "yes_no", "grade", "consent"].includes(kind)) return ["is", "is_not", "in", "not_in", ...asked];
    if (kind === "confirm") return ["is", "is_not"];
    if (kind === "file") return asked;
    return ["is", "is_not", "in", "not_in", "contains", "not_contains", ...asked];
  }

  function write(target, value) {
    if (target.value === value) return;
    target.value = value;
    ["input", "change"].forEach(function (name) { target.dispatchEvent(new Event(name, { bubbles: true })); });
  }

  /* The words of several choices in a row; a choice may have a comma of its own. */
  function split(value, options) {
    const parts = value.split(/([,、，])/);
    const found = [];
    for (let at = 0; at < parts.length; at += 2) {
      let end = parts.length;
      const said = function () { return parts.slice(at, end).join("").trim(); };
      const isKnown = function () { return options.some(function (one) { return one.label === said() || one.code === said(); }); };
      while (end > at + 1 && !isKnown()) end -= 2;
      found.push(worded(said(), options));
      at = end - 1;
    }
    return found.filter(Boolean);
  }

  function references() { return boxes(PICKED); }
  function values() { return boxes(/-conditions-\d+-value-value$/); }

  window.formsEditor = {
    WORDS, look, boxes, box, text, words, isGone, questions, ownerOf, stands, offered, nameOf, meant, inRows,
    kindOf, choices, worded, comparisons, split, write, references, values,
  };
})();
