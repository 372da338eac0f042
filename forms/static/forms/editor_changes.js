/* In the editor of forms: what is renamed keeps the conditions that name it, and nobody
   removes something that others need without being asked. */
(function () {
  "use strict";

  const editor = window.formsEditor;
  if (!editor) return;
  const QUESTION = /^pages-\d+-value-fields-\d+-value(-fields-\d+-value)?$/;
  const OPTION = /^(.*)-options-\d+-value-label$/;
  const REFERENCE = /^[{｛]\s*(.+?)\s*[}｝]$/;

  function isName(name) {
    return /^pages-\d+-value-title$/.test(name) || (/-value-(label|code)$/.test(name) && (
      QUESTION.test(name.replace(/-(label|code)$/, "")) || OPTION.test(name)) && !name.includes("-translations-"));
  }

  document.addEventListener("focusin", function (event) {
    if (isName(event.target.name || "")) event.target.dataset.formsBefore = event.target.value.trim();
  });

  document.addEventListener("change", function (event) {
    const named = event.target;
    const before = named.dataset ? named.dataset.formsBefore : "";
    if (!before || !isName(named.name || "") || before === named.value.trim()) return;
    editor.look();
    const now = named.value.trim() || (/-code$/.test(named.name) ? editor.text(named.name.replace(/-code$/, "-label")) : "");
    if (!now) return;
    named.dataset.formsBefore = now;
    if (/-title$/.test(named.name)) renamePage(before, now);
    else if (OPTION.test(named.name)) renameChoice(named.name.match(OPTION)[1], before, now);
    else renameQuestion(before, now);
  });

  function renamePage(before, now) {
    editor.boxes(/-goto-\d+-value-page$/).forEach(function (each) {
      if (each.value.trim() === before) editor.write(each, now);
    });
  }

  function renameQuestion(before, now) {
    const isStillThere = editor.questions().some(function (each) { return each.label === before || each.code === before; });
    if (isStillThere) return;
    editor.references().forEach(function (each) {
      const parts = each.value.split(".");
      if (each.value.trim() === before) editor.write(each, now);
      else if (parts.length === 2 && parts.includes(before)) {
        editor.write(each, parts.map(function (part) { return part === before ? now : part; }).join("."));
      }
    });
    editor.values().forEach(function (each) {
      const found = each.value.trim().match(REFERENCE);
      if (found && found[1] === before) editor.write(each, "{" + now + "}");
    });
  }

  function asksAbout(value, all) {
    const asked = editor.box(value.name.replace(/-value$/, "-question"));
    return asked && editor.meant(asked.value.trim(), editor.offered(asked, all));
  }

  function renameChoice(prefix, before, now) {
    const all = editor.questions();
    editor.values().forEach(function (each) {
      const question = asksAbout(each, all);
      if (!question || question.prefix !== prefix) return;
      const parts = editor.split(each.value, [{ label: before, code: "" }, ...editor.choices(question)]);
      if (!parts.includes(before)) return;
      editor.write(each, parts.map(function (part) { return part === before ? now : part; }).join("、"));
    });
  }

  /* Who would be left without what is removed: the names of their questions or pages. */
  function users(child, all) {
    const inside = all.filter(function (each) { return child.contains(each.box); });
    const found = [];
    function add(each) {
      if (child.contains(each) || editor.isGone(each.name)) return;
      const owner = editor.ownerOf(each.name);
      const name = editor.text(owner + "-label") || editor.text(owner + "-title");
      if (!found.includes(name)) found.push(name);
    }
    editor.references().forEach(function (each) {
      const wanted = each.value.trim();
      const meant = editor.meant(wanted, editor.offered(each, all)) || editor.inRows(wanted, all, all);
      if (inside.includes(meant)) add(each);
    });
    editor.values().forEach(function (each) {
      const other = each.value.trim().match(REFERENCE);
      if (other && inside.includes(editor.meant(other[1], all))) add(each);
    });
    const title = child.querySelector('[name$="-value-title"]');
    if (title && /^pages-\d+-value-title$/.test(title.name)) {
      editor.boxes(/-goto-\d+-value-page$/).forEach(function (each) {
        if (title.value.trim() && each.value.trim() === title.value.trim()) add(each);
      });
    }
    return inside.length || title ? found : found.concat(usersOfChoice(child, all));
  }

  function usersOfChoice(child, all) {
    const label = child.querySelector('[name$="-value-label"]');
    const option = label && label.name.match(OPTION);
    if (!option) return [];
    const found = editor.values().filter(function (each) {
      const question = asksAbout(each, all);
      return question && question.prefix === option[1] && !editor.isGone(each.name) &&
        editor.split(each.value, editor.choices(question)).includes(label.value.trim());
    });
    return found.map(function (each) { return editor.text(editor.ownerOf(each.name) + "-label"); }).filter(Boolean);
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest('[data-streamfield-action="DELETE"]');
    const child = button && button.closest("[data-streamfield-child]");
    const named = child && child.querySelector('[name$="-value-title"], [name$="-value-label"]');
    if (!named || !isName(named.name) || !named.value.trim()) return;
    editor.look();
    const names = { name: named.value.trim(), users: users(child, editor.questions()).map(function (each) { return "・" + each; }).join("\n") };
    const words = names.users ? editor.WORDS.used : editor.WORDS.remove;
    if (window.confirm(editor.words(words, names))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
