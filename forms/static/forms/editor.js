/* In the editor of forms: the boxes of a condition offer the questions of this form, and
   the choices of the question that was picked. Whatever is typed stays possible. */
(function () {
  "use strict";

  const list = document.createElement("datalist");
  list.id = "forms-offers";
  document.body.append(list);

  function questions() {
    const found = [];
    document.querySelectorAll('[name$="-value-label"]').forEach(function (label) {
      const prefix = label.name.replace(/-label$/, "");
      const code = document.querySelector('[name="' + prefix + '-code"]');
      const isOption = /-options-\d+-value-label$/.test(label.name);
      const isWords = /-translations-\d+-value-label$/.test(label.name);
      const isGone = document.querySelector('[name="' + prefix.replace(/-value$/, "-deleted") + '"]');
      if (isOption || isWords || !label.value.trim() || (isGone && isGone.value)) return;
      found.push({ prefix: prefix, label: label.value.trim(), code: code ? code.value.trim() : "" });
    });
    return found;
  }

  function offer(box, offers) {
    list.replaceChildren();
    offers.forEach(function (each) {
      const option = document.createElement("option");
      option.value = each.value;
      option.label = each.label;
      list.append(option);
    });
    box.setAttribute("list", list.id);
    box.setAttribute("autocomplete", "off");
  }

  function asOffers(found) {
    const often = {};
    found.forEach(function (each) { often[each.label] = (often[each.label] || 0) + 1; });
    return found.map(function (each) {
      const value = often[each.label] > 1 && each.code ? each.code : each.label;
      return { value: value, label: each.code ? each.label + " (" + each.code + ")" : each.label };
    });
  }

  function choicesOf(wanted) {
    const picked = questions().find(function (each) {
      return wanted !== "" && (each.code === wanted || each.label === wanted);
    });
    if (!picked) return [];
    const start = picked.prefix + "-options-";
    const found = [];
    document.querySelectorAll('[name^="' + start + '"][name$="-value-label"]').forEach(function (label) {
      if (label.value.trim() && !label.name.includes("-translations-")) {
        found.push({ value: label.value.trim(), label: label.value.trim() });
      }
    });
    return found;
  }

  function pages() {
    const found = [];
    document.querySelectorAll('[name$="-value-title"]').forEach(function (title) {
      if (/^pages-\d+-value-title$/.test(title.name) && title.value.trim()) {
        found.push({ value: title.value.trim(), label: title.value.trim() });
      }
    });
    return found;
  }

  document.addEventListener("focusin", function (event) {
    const box = event.target;
    const name = box.name || "";
    if (box.tagName !== "INPUT" || !name.startsWith("pages-")) return;
    if (/-value-(question|at|source|on)$/.test(name) || /-questions-\d+-value$/.test(name)) {
      offer(box, asOffers(questions()));
    } else if (/-goto-\d+-value-page$/.test(name)) {
      offer(box, pages());
    } else if (/-conditions-\d+-value-value$/.test(name)) {
      const asked = document.querySelector('[name="' + name.replace(/-value$/, "-question") + '"]');
      offer(box, choicesOf(asked ? asked.value.trim() : ""));
    }
  });
})();
