// The left side of the workbench: a recipe's text in the editor, its numbers as controls, and its file,
// which others may change meanwhile.

import {ask, knownSession} from "./api.js";
import {Registry} from "./completion.js";
import {confirm} from "./dialogs.js";
import {h, put} from "./dom.js";
import {createEditor} from "./editor.js";
import {listen} from "./events.js";
import {when} from "./figures.js";
import {keepList} from "./keep_list.js";
import {Knobs} from "./knobs.js";
import {say, sayError} from "./messages.js";
import {grouped, newRecipe} from "./new_recipe.js";
import {RecipeFile} from "./recipe_file.js";
import {recipeLabel} from "./recipes.js";
import {defaultOf, weightsOf, written} from "./score_weights.js";
import {failure} from "./states.js";

const kPhone = "(max-width: 860px)";

export class TextSide {
  /**
   * @param {string} name of the recipe
   * @param {Object[]} recipes  all there are
   * @param {{changed: function, saved: function, parameters: function(): Object[]}} owner
   *   `changed()`: another list is to be asked for; `parameters` are those of the newest list
   */
  constructor(name, recipes, signal, owner) {
    Object.assign(this, {name, recipes, signal, owner});
    this.entry = recipes.find((each) => each.name === name);
    this.editorPlace = h("div", {class: "editor"});
    this.fileState = h("span", {class: "file-state", role: "status"});
    this.notice = h("div", {class: "file-notice"});
    this.knobs = new Knobs(h("details", {class: "knobs", open: !matchMedia(kPhone).matches}), {
      changed: () => this.owner.changed(),
      text: () => this.editor.text,
      replace: (from, to, text) => this.editor.replace(from, to, text),
    });
    this.element = h("section", {class: "text-side", "aria-label": "Recipe"},
      this.#bar(),
      this.notice,
      this.editorPlace,
      this.knobs.place);
  }

  #bar() {
    const choose = () => {
      location.hash = `#/workbench/${encodeURIComponent(choice.value)}`;
    };
    const choice = h("select", {"aria-label": "Recipe", on: {change: choose}},
      grouped(this.recipes).map(([group, all]) =>
        h("optgroup", {label: group},
          all.map((each) => {
            const isChosen = each.name === this.name;
            const option = h("option", {value: each.name, selected: isChosen}, recipeLabel(each));
            if (isChosen) this.option = option;
            return option;
          }))));
    this.saveButton = h("button", {type: "button", title: "Ctrl-S", on: {click: () => this.save()}}, "Save");
    this.revertButton = h("button",
      {
        type: "button",
        hidden: true,
        title: "Yours is put aside",
        on: {click: () => this.#revert().catch(sayError)},
      },
      "Engine's own …");
    return h("div", {class: "text-bar"},
      choice,
      this.fileState,
      h("div", {class: "buttons"},
        h("button", {type: "button", on: {click: () => newRecipe(this.recipes)}}, "New …"),
        this.saveButton,
        this.revertButton,
        h("button", {type: "button", class: "go", on: {click: () => this.keep()}}, "Keep as list")));
  }

  /** Throws Refusal where there is no such recipe. */
  async read() {
    [this.file, this.session] = await Promise.all([RecipeFile.read(this.name, this.signal), knownSession()]);
  }

  async begin() {
    this.editor = await createEditor(this.editorPlace, {
      hasEditor: this.session.has_editor,
      label: `Text of the recipe ${this.name}`,
      change: () => this.#textChanged(),
      save: () => this.save(),
      complete: (before) => this.#suggestions(before),
    });
    this.#beginWith(this.file.draft);
    listen("file",
      // A folder that came is told by itself.
      ({path, hash}) =>
        (path === this.file.path ? hash !== this.file.hash : this.file.path.startsWith(`${path}/`)) &&
        this.#fileChanged(),
      this.signal);
    listen("back", () => this.#fileChanged(), this.signal);
    Registry.read(this.signal).then(
      (registry) => {
        this.registry = registry;
      },
      () => {});
  }

  get text() {
    return this.editor.text;
  }
  get set() {
    return this.knobs.set;
  }
  /** So it is, too, while the editor is still being made. */
  get isSaved() {
    return !this.editor || this.editor.text === this.file.text;
  }

  #suggestions(before) {
    const parameters = this.owner.parameters().map(({name}) => name);
    return this.registry?.suggestions(before, parameters) ?? {word: "", options: []};
  }

  // ---- what the engine says of the text ----

  showAnswer({definitions}) {
    this.editor.showProblems([]);
    this.knobs.show(definitions);
  }

  /** @returns {boolean} whether it is a mistake in this text, and marked there */
  showError({where, message, why, fix}) {
    const line = this.#lineOf(where);
    this.editor.showProblems(
      line === null ? [] : [{line, message: why ? `${message}: ${why}` : message, fix}]);
    return line !== null;
  }

  // All that is wrong with the file, not only what stops it: what runs and is likely a mistake, too.
  async #showProblems() {
    const saved = this.file.text;
    const {recipes} = await ask("check", {recipes: [this.name]}, {signal: this.signal}).catch(() => ({
      recipes: [],
    }));
    if (this.file.text !== saved) return;
    const problems = (recipes[0]?.problems ?? []).map(({severity, what, where, fix}) => ({
      line: this.#lineOf(where),
      message: what,
      fix,
      isWarning: severity === "warning",
    }));
    await this.#tellWhetherItRuns(problems.filter(({isWarning}) => !isWarning));
    if (this.isSaved) this.editor.showProblems(problems.filter(({line}) => line !== null));
  }

  // It is saved as it is, and who saved it is told that no list can be made of it.
  async #tellWhetherItRuns([first]) {
    const {entry} = this;
    if (first) {
      const where = first.line === null ? "" : ` (line ${first.line})`;
      put(this.notice,
        h("div", {class: "notice", role: "alert"},
          h("p", {}, `${this.name} is saved, and does not run${where}: `, h("bdi", {}, first.message), "."),
          first.line !== null &&
            h("div", {class: "buttons"},
              h("button", {type: "button", on: {click: () => this.editor.goTo(first.line)}},
                `To line ${first.line}`))));
    } else if (entry.isBroken || entry.title === "") {
      const {title} = await ask("recipes", {recipe: this.name}, {signal: this.signal}).catch(() => entry);
      entry.title = title;
    }
    entry.isBroken = first !== undefined;
    put(this.option, recipeLabel(entry));
    this.#showState();
  }

  // The line of a place in this recipe's own text; null: it is elsewhere.
  #lineOf(where) {
    const [, file, line] = /^(.*):(\d+)$/.exec(where ?? "") ?? [];
    return file && file.split("/").at(-1) === this.file.path.split("/").at(-1) ? Number(line) : null;
  }

  /** @param {string} where "FILE:LINE" @returns {boolean} whether it is in this text */
  goTo(where) {
    const line = this.#lineOf(where);
    if (line !== null) this.editor.goTo(line);
    return line !== null;
  }

  /** Puts numbers that a tuning came to into the text. @param {{name: string, to: number}[]} values */
  takeNumbers(values) {
    for (const {name, to} of values) {
      const place = weightsOf(this.text).find((each) => each.name === name) ?? defaultOf(this.text, name);
      if (place) this.editor.replace(place.from, place.to, written(to));
    }
  }

  // ---- the file ----

  #textChanged() {
    this.file.keepDraft(this.text);
    this.#showState();
    this.owner.changed();
  }

  #showState() {
    const saved = this.entry.isBroken ? "saved, does not run" : "saved";
    const state = !this.isSaved ? "not saved" : this.file.isOwn ? saved : "unchanged";
    this.saveButton.disabled = this.isSaved;
    this.revertButton.hidden = !this.file.hides;
    put(this.fileState, h("span", {class: this.isSaved && !this.entry.isBroken ? "up" : "warm"}, state));
  }

  #beginWith(draft) {
    this.editor.setText(draft?.text ?? this.file.text);
    this.#showState();
    if (!draft) return;
    if (draft.hash !== this.file.hash) this.#askAboutOther();
    else
      this.#tell(`What you typed ${when(draft.at)} and did not save is here again.`, [
        ["Discard it", () => this.#takeFile()],
      ]);
  }

  // Somebody else wrote the file: taken at once where nothing would be lost, else asked about.
  async #fileChanged() {
    if (this.isLeft) return; // by #revert(), which shows the other file
    try {
      const before = await this.file.readAgain(this.signal);
      if (this.file.text === before) return;
      if (this.text === before) {
        this.#takeFile();
        say(`${this.name} was changed elsewhere: this is the new text.`);
      } else if (!this.isSaved) {
        this.#askAboutOther();
      }
    } catch (error) {
      sayError(error);
    }
  }

  #askAboutOther() {
    this.#showState();
    this.#tell(`${this.name} was changed elsewhere, and you have text that is not saved.`, [
      ["Take the file", () => this.#takeFile()],
      ["Keep mine", () => {}],
    ]);
  }

  #takeFile() {
    put(this.notice);
    this.editor.setText(this.file.text);
    this.file.keepDraft(this.file.text);
    this.knobs.reset();
    this.#showState();
    this.owner.changed();
  }

  #tell(text, choices) {
    put(this.notice,
      h("div", {class: "notice", role: "alert"},
        h("p", {}, text),
        h("div", {class: "buttons"},
          choices.map(([label, act]) =>
            h("button", {type: "button", on: {click: () => (put(this.notice), act())}}, label)))));
  }

  /** @returns {Promise<boolean>} whether the file is now what is typed */
  async save() {
    if (this.isSaved) return true;
    const wasOwn = this.file.isOwn;
    try {
      if (!(await this.file.save(this.text))) {
        await this.#fileChanged();
        return false;
      }
    } catch (error) {
      put(this.notice, failure(error));
      return false;
    }
    if (!wasOwn) say(`${this.name} is a recipe of yours now; the engine's own stays as it was.`);
    this.owner.saved();
    put(this.notice);
    this.#showState();
    this.#showProblems();
    return true;
  }

  // To the recipe that this one came from, and hides since.
  async #revert() {
    const isSure = await confirm(`The engine's own ${this.name} again?`,
      `Yours is not deleted: it is put aside, beside where it stands now, as ${this.name}.lua.aside.`,
      "Put mine aside");
    if (!isSure) return;
    if (!(await this.save())) return; // what is typed is put aside, too
    this.isLeft = true;
    const {moved} = await ask("recipe/revert", {recipe: this.name});
    dispatchEvent(new Event("hashchange")); // another file is shown
    say(`${this.name} is the engine's own again; yours is ${moved[0].to}.`);
  }

  async keep() {
    if (await this.save()) keepList({recipe: this.name, set: this.set});
  }
}
