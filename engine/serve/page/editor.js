// The editor of a recipe's text: CodeMirror where the server has it, a plain text field elsewhere. Both
// show problems at their lines, and are told what else the page changes in the text.

import {h, put} from "./dom.js";

const kAssets = "/assets/editor/";
const kStyles = ["codemirror.css", "show-hint.css"];
// In order; the text can be edited without the last ones.
const kNeeded = ["codemirror.js", "lua.js"],
  kWelcome = ["show-hint.js", "matchbrackets.js", "comment.js"];
let loaded = null;

/**
 * @param {HTMLElement} place
 * @param {{hasEditor: boolean, label: string, change: function, save: function, complete: function}} options
 *   `change()` after every change of the reader's; `complete(before)` as Registry.suggestions (completion.js)
 * @returns {Promise<CodeEditor|PlainEditor>}
 */
export async function createEditor(place, options) {
  if (options.hasEditor) {
    try {
      await (loaded ??= load());
      return new CodeEditor(place, options);
    } catch {
      loaded = null; // the plain field does as well
    }
  }
  return new PlainEditor(place, options);
}

async function load() {
  for (const name of kStyles) document.head.append(h("link", {rel: "stylesheet", href: kAssets + name}));
  for (const name of kNeeded) await script(name);
  for (const name of kWelcome) await script(name).catch(() => null);
}

function script(name) {
  return new Promise((resolve, reject) => {
    const element = h("script", {src: kAssets + name});
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`no ${name}`)));
    document.head.append(element);
  });
}

/** @typedef {{line: number, message: string, fix?: string, isWarning?: boolean}} Problem  lines from 1 */

class CodeEditor {
  #marks = [];
  #keys;

  constructor(place, {label, change, save, complete}) {
    this.#keys = {
      Tab: (code) => this.#tab(code),
      "Shift-Tab": "indentLess",
      Esc: () => this.#leaveByTab(),
      "Ctrl-Space": () => this.#suggest(complete),
      "Ctrl-S": save,
      "Cmd-S": save,
      "Ctrl-/": "toggleComment",
      "Cmd-/": "toggleComment",
    };
    this.code = globalThis.CodeMirror(place, {
      mode: "lua",
      lineNumbers: true,
      matchBrackets: true,
      indentUnit: 2,
      tabSize: 2,
      inputStyle: "contenteditable", // what screen readers can read, line by line
      screenReaderLabel: label,
      viewportMargin: 30,
      extraKeys: this.#keys,
    });
    this.code.on("changes",
      (code, changes) => changes.every(({origin}) => origin === "setValue") || change());
    this.code.on("inputRead", (code, {text}) => /[.:\w]$/.test(text.at(-1)) && this.#suggest(complete));
    this.code.on("keydown", (code, {key}) => ["Tab", "Shift"].includes(key) || this.#catchTab());
    this.code.on("blur", () => this.#catchTab());
    const field = this.code.getInputField();
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-multiline", "true");
    field.setAttribute("aria-description", "Tab indents; Escape, then Tab leaves the editor");
  }

  // After Escape, Tab goes on to the next control: nobody is caught in here.
  #leaveByTab() {
    this.code.setOption("extraKeys", {...this.#keys, Tab: false, "Shift-Tab": false});
  }

  #catchTab() {
    if (this.code.getOption("extraKeys") !== this.#keys) this.code.setOption("extraKeys", this.#keys);
  }

  #tab(code) {
    if (code.somethingSelected()) code.execCommand("indentMore");
    else code.replaceSelection("  ", "end", "+input");
  }

  #suggest(complete) {
    if (!this.code.showHint) return;
    const hint = (code) => {
      const cursor = code.getCursor();
      const {word, options} = complete(code.getRange({line: 0, ch: 0}, cursor));
      if (options.length === 0 || (options.length === 1 && options[0].text === word)) return null;
      const render = (row, self, {text, help}) => put(row, h("b", {}, text), h("span", {}, help ?? ""));
      return {
        list: options.map((option) => ({...option, render})),
        from: {line: cursor.line, ch: cursor.ch - word.length},
        to: cursor,
      };
    };
    this.code.showHint({hint, completeSingle: false});
  }

  get text() {
    return this.code.getValue();
  }

  /** Another text altogether: nothing is left to undo. */
  setText(text) {
    this.code.setValue(text);
    this.code.clearHistory();
  }

  /** Changes one place of the text, from and to in characters; several that follow are one step of undo. */
  replace(from, to, text) {
    this.code.replaceRange(text, this.code.posFromIndex(from), this.code.posFromIndex(to), "*page");
  }

  /** @param {Problem[]} problems */
  showProblems(problems) {
    // An operation that changes nothing still measures the page, at every list that comes.
    if (problems.length + this.#marks.length === 0) return;
    this.code.operation(() => {
      for (const mark of this.#marks.splice(0)) mark();
      for (const problem of problems) this.#mark(problem);
    });
  }

  #mark(problem) {
    const line = Math.min(problem.line, this.code.lineCount()) - 1;
    if (!(line >= 0)) return;
    const className = problem.isWarning ? "warned" : "wrong";
    const lineHandle = this.code.addLineClass(line, "background", `line-${className}`);
    const widget = this.code.addLineWidget(line, problemNote(problem), {noHScroll: true});
    this.#marks.push(() => {
      this.code.removeLineClass(lineHandle, "background", `line-${className}`);
      widget.clear();
    });
  }

  /** @param {number} line from 1 */
  goTo(line) {
    this.code.setCursor({line: line - 1, ch: 0});
    this.code.setSelection({line: line - 1, ch: 0}, {line: line - 1});
    this.code.scrollIntoView(null, 80);
    this.code.focus();
  }

  refresh() {
    this.code.refresh();
  }
}

class PlainEditor {
  constructor(place, {label, change, save}) {
    this.area = h("textarea", {
      class: "plain",
      "aria-label": label,
      spellcheck: "false",
      autocapitalize: "off",
      wrap: "off",
      on: {
        input: change,
        keydown: (event) => {
          if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            save();
          }
        },
      },
    });
    this.problems = h("div", {class: "problems"});
    put(place, this.area, this.problems);
  }

  get text() {
    return this.area.value;
  }

  setText(text) {
    this.area.value = text;
  }

  replace(from, to, text) {
    this.area.setRangeText(text, from, to, "preserve");
  }

  showProblems(problems) {
    put(this.problems,
      problems.map((problem) =>
        h("div", {},
          h("button", {type: "button", class: "quiet line", on: {click: () => this.goTo(problem.line)}},
            `line ${problem.line}`),
          problemNote(problem))));
  }

  goTo(line) {
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  }

  refresh() {}
}

function problemNote({message, fix, isWarning}) {
  return h("div", {class: `problem ${isWarning ? "warned" : "wrong"}`, dir: "auto"},
    message,
    fix && h("span", {}, ` · ${fix}`));
}
