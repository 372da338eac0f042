/* In the editor of forms: a condition is picked, not typed. The question, the choice and
   the page are chosen from those of this form; the whole condition stands below as a
   sentence; what is renamed keeps its conditions; who removes something that others need
   is asked first. The boxes that Wagtail posts stay what they are: text. */
(function () {
  "use strict";

  if (!window.formsEditor) return;
  const {
    WORDS, look, boxes, box, text, words, isGone, questions, stands, offered, nameOf, meant, inRows, kindOf,
    choices, worded, comparisons, split, write, references, values,
  } = window.formsEditor;
  let isLoaded = false; // what was saved before stays as it is until somebody picks
  const filled = new WeakMap();

  /* A list to pick from in place of a box; the box keeps what is posted. */
  function pickerOf(asking) {
    let picker = asking.previousElementSibling;
    if (picker && picker.dataset.formsPicker !== undefined) return picker;
    picker = document.createElement("select");
    picker.dataset.formsPicker = "";
    picker.id = asking.id + "-pick";
    if (!labelOf(asking)) picker.setAttribute("aria-label", WORDS.choose);
    picker.addEventListener("change", function () { write(asking, picker.value); });
    asking.before(picker);
    turn(asking, picker, true);
    return picker;
  }

  /* Show the list or the box; the label belongs to what is shown, the help to the box. */
  function turn(asking, picker, isList) {
    picker.hidden = !isList;
    asking.hidden = isList;
    const help = asking.closest("[data-contentpath]").querySelector("[data-field-help]");
    if (help) help.hidden = isList;
    const label = labelOf(asking);
    if (label) label.htmlFor = isList ? picker.id : asking.id;
  }

  function labelOf(asking) {
    const around = asking.closest("[data-contentpath]");
    return around && around.querySelector(":scope > label, :scope > .w-field > label");
  }

  function fill(picker, groups, current, empty) {
    const signature = JSON.stringify([groups.map(function (group) { return [group.title, group.options.map(function (one) { return [one.value, one.label]; })]; }), current]);
    if (filled.get(picker) === signature && picker.value === current) return;
    filled.set(picker, signature);
    const known = [];
    const parts = [new Option(empty, "")];
    groups.forEach(function (group) {
      const options = group.options.map(function (each) {
        known.push(each.value);
        return new Option(each.label, each.value);
      });
      if (!group.title) { parts.push(...options); return; }
      const around = document.createElement("optgroup");
      around.label = group.title;
      around.append(...options);
      parts.push(around);
    });
    if (current && !known.includes(current)) parts.push(new Option(words(WORDS.unknown, { name: current }), current));
    picker.replaceChildren(...parts);
    picker.value = current;
  }

  function offerQuestions(asking, all) {
    const found = offered(asking, all);
    const groups = [];
    found.forEach(function (each) {
      const title = text(each.page + "-title");
      if (!groups.length || groups[groups.length - 1].page !== each.page) groups.push({ page: each.page, title: title || "–", options: [] });
      const group = each.group ? all.find(function (one) { return one.prefix === each.group; }) : null;
      groups[groups.length - 1].options.push({
        value: nameOf(each, all, asking), each: each,
        label: (group && each.group ? group.label + "：" : "") + each.label + (each.code ? " (" + each.code + ")" : ""),
      });
    });
    const picked = meant(asking.value.trim(), found) || inRows(asking.value.trim(), found, all);
    const value = picked ? nameOf(picked, all, asking) : asking.value.trim();
    fill(pickerOf(asking), groups, value, /-(source|on)$/.test(asking.name) ? WORDS.none_picked : WORDS.choose);
  }

  function offerPages(asking) {
    const found = boxes(/^pages-\d+-value-title$/).filter(function (title) {
      return title.value.trim() && stands(asking, title) && !isGone(title.name);
    });
    const options = found.map(function (title) { return { value: title.value.trim(), label: title.value.trim() }; });
    fill(pickerOf(asking), [{ title: "", options: options }], asking.value.trim(), WORDS.review);
  }

  function offerValues(asking, all) {
    const prefix = asking.name.replace(/-value$/, "");
    const named = box(prefix + "-question");
    const operator = box(prefix + "-comparison");
    const each = meant(named ? named.value.trim() : "", offered(named || asking, all));
    const around = asking.closest("[data-contentpath]");
    const several = around.querySelector("[data-forms-several]");
    if (several) several.remove();
    if (each) {
      const fitting = comparisons(each);
      const isNew = isLoaded && operator.dataset.formsAsked !== each.prefix;
      operator.dataset.formsAsked = each.prefix;
      if (isNew && !fitting.includes(operator.value)) write(operator, fitting[0]);
      Array.from(operator.options).forEach(function (option) {
        option.hidden = option.disabled = !fitting.includes(option.value) && option.value !== operator.value;
      });
    }
    around.hidden = ["answered", "not_answered"].includes(operator.value) || Boolean(each && each.kind === "confirm");
    const labels = each ? choices(each) : [];
    const picker = pickerOf(asking);
    const isList = ["in", "not_in"].includes(operator.value);
    turn(asking, picker, labels.length > 0);
    picker.hidden = !labels.length || isList;
    if (labels.length && isList) offerSeveral(asking, labels);
    else if (labels.length) fill(picker, [{ title: "", options: labels.map(function (one) { return { value: one.label, label: one.label }; }) }], worded(asking.value.trim(), labels), WORDS.choose);
    else suggest(asking, each, all);
  }

  function offerSeveral(asking, labels) {
    const around = document.createElement("fieldset");
    around.dataset.formsSeveral = "";
    const marked = split(asking.value, labels);
    labels.forEach(function (one) {
      const label = one.label;
      const line = document.createElement("label");
      const mark = document.createElement("input");
      mark.type = "checkbox";
      mark.checked = marked.includes(label);
      mark.value = label;
      line.append(mark, " " + label);
      around.append(line);
      mark.addEventListener("change", function () {
        const all = Array.from(around.querySelectorAll("input")).filter(function (one) { return one.checked; });
        write(asking, all.map(function (one) { return one.value; }).join("、"));
      });
    });
    asking.before(around);
  }

  const list = document.createElement("datalist");
  list.id = "forms-offers";
  document.body.append(list);

  function suggest(asking, each, all) {
    asking.setAttribute("list", list.id);
    asking.setAttribute("autocomplete", "off");
    asking.placeholder = each ? WORDS.examples[kindOf(each)] || "" : "";
    if (document.activeElement !== asking) return;
    const kin = each ? offered(asking, all).filter(function (one) { return one !== each && kindOf(one) === kindOf(each); }) : [];
    const values = kin.map(function (one) { return "{" + nameOf(one, all, asking) + "}"; });
    if (each && each.kind === "date") values.unshift(WORDS.today);
    list.replaceChildren(...values.map(function (value) { return new Option(value, value); }));
  }

  /* A condition as the sentence that stands on the map as well. */
  function leaf(prefix, all) {
    if (text(prefix.replace(/-value$/, "-deleted"))) return "";
    const named = box(prefix + "-question");
    if (!named || !named.value.trim()) return "";
    const each = meant(named.value.trim(), offered(named, all));
    const operator = text(prefix + "-comparison") || "is";
    let value = text(prefix + "-value");
    if (each && each.kind === "confirm") value = WORDS.checked;
    const reference = value.match(/^[{｛]\s*(.+?)\s*[}｝]$/);
    const other = reference && meant(reference[1], all);
    if (other) value = other.label;
    else if (each && ["in", "not_in"].includes(operator)) value = split(value, choices(each)).join("・");
    else if (each) value = worded(value, choices(each));
    return words(WORDS.comparisons[operator], { question: each ? each.label : named.value, value: value || "…" });
  }

  function rule(prefix, all) {
    const parts = [];
    for (let at = 0; box(prefix + "-conditions-" + at + "-value-question"); at += 1) parts.push(leaf(prefix + "-conditions-" + at + "-value", all));
    for (let at = 0; box(prefix + "-groups-" + at + "-value-match"); at += 1) {
      const inner = text(prefix + "-groups-" + at + "-deleted") ? "" : rule(prefix + "-groups-" + at + "-value", all);
      parts.push(inner && "（" + inner + "）");
    }
    const match = text(prefix + "-match");
    const said = parts.filter(Boolean).join(match === "all" ? WORDS.and : WORDS.or);
    return said && match === "none" ? words(WORDS.none, { conditions: said }) : said;
  }

  function say(around, place, sentence) {
    let line = around.querySelector(":scope > [data-forms-sentence]");
    if (!line && !sentence) return;
    if (!line) {
      line = document.createElement(place);
      line.dataset.formsSentence = "";
      around.append(line);
    }
    if (line.textContent !== sentence) line.textContent = sentence;
  }

  function sentences(all) {
    boxes(/-match$/).forEach(function (match) {
      if (/-groups-\d+-value-match$/.test(match.name)) return;
      const sentence = rule(match.name.replace(/-match$/, ""), all);
      const around = match.closest("[data-contentpath]").parentElement;
      say(around, "p", sentence && words(WORDS.sentence, { conditions: sentence }));
      let panel = match.closest("section[data-panel]");
      for (let up = 0; panel && up < 2; up += 1) {
        const heading = panel.querySelector(":scope > .w-panel__header [data-panel-heading]");
        const isOwn = panel.parentElement.matches("[data-streamfield-child]") && /-value$/.test(match.name.replace(/-match$/, "")) && up === 0;
        const own = heading && heading.querySelector("[data-panel-heading-text]");
        if (heading && !(own && own.textContent.trim())) say(heading, "span", sentence);
        if (!isOwn || !/-(required_when|when)-\d+-value-match$/.test(match.name)) break;
        panel = panel.parentElement.closest("section[data-panel]");
      }
    });
  }

  function refresh() {
    look();
    const all = questions();
    references().forEach(function (asking) { offerQuestions(asking, all); });
    values().forEach(function (asking) { offerValues(asking, all); });
    boxes(/-goto-\d+-value-page$/).forEach(offerPages);
    sentences(all);
    nameTheButtons();
    isLoaded = true;
  }

  /* What the ＋ at the end of a list adds. */
  function nameTheButtons() {
    document.querySelectorAll("button.c-sf-add-button").forEach(function (button) {
      const around = button.closest("[data-streamfield-stream-container], [data-streamfield-list-container]");
      const count = around && around.parentElement.querySelector(":scope > input[name$='-count']");
      const kind = count && count.name.match(/^pages-.*?(fields|options|conditions|groups|goto|checks|translations|questions|allowed)-count$|^(pages|translations)-count$/);
      const name = kind && WORDS.add[kind[1] || kind[2]];
      if (!name) return;
      if (button.title !== name) button.title = name;
      if (!around.lastElementChild.contains(button)) delete button.dataset.formsAdd;
      else if (button.dataset.formsAdd !== name) button.dataset.formsAdd = name;
    });
  }

  let waiting = 0;
  function soon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 200);
  }
  document.addEventListener("input", soon);
  document.addEventListener("change", soon);
  document.addEventListener("click", function () { window.setTimeout(soon, 400); });
  document.addEventListener("focusin", function (event) {
    if (!/-conditions-\d+-value-value$/.test(event.target.name || "")) return;
    look();
    offerValues(event.target, questions());
  });
  window.addEventListener("load", soon);
})();
