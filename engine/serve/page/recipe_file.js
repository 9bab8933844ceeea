// A recipe's file: what was read, what was saved, and what others did to it meanwhile. What is typed and
// not saved is kept in this browser, so that a reload, a crash or a server that went away loses nothing.

import {ask} from "./api.js";

const kDraft = "playlist-engine.draft.";

export class RecipeFile {
  #last = Promise.resolve();

  /** @returns {Promise<RecipeFile>} Throws Refusal when there is no such recipe */
  static async read(name, signal) {
    return new RecipeFile(name, await ask("recipe/show", {recipe: name}, {signal}));
  }

  constructor(name, answer) {
    this.name = name;
    this.#take(answer);
  }

  /** What was typed last and not saved, or null. @returns {{text: string, hash: string, at: number}|null} */
  get draft() {
    const draft = JSON.parse(localStorage.getItem(kDraft + this.name) ?? "null");
    return draft && draft.text !== this.text ? draft : null;
  }

  keepDraft(text) {
    if (text === this.text) localStorage.removeItem(kDraft + this.name);
    else
      localStorage.setItem(kDraft + this.name,
        JSON.stringify({text, hash: this.hash, at: Date.now() / 1000}));
  }

  /**
   * One of the engine's becomes one of the reader's, of the same name.
   * @returns {Promise<boolean>} false: it was changed elsewhere, and nothing was written
   */
  async save(text) {
    const answer = await this.#saved(text);
    if (answer === null || !answer.saved) return false;
    this.#take(answer);
    this.keepDraft(text);
    return true;
  }

  async #saved(text) {
    try {
      return await this.#inTurn(() => ask("recipe/save", {recipe: this.name, text, "if-hash": this.hash}));
    } catch (error) {
      if (error.status === 409) return null;
      throw error;
    }
  }

  // `hides`: the engine's own of that name, "" for none
  #take({path, text, hash, own, hides = ""}) {
    Object.assign(this, {path, text, hash, isOwn: own, hides});
  }

  /**
   * Reads it again.
   * @returns {Promise<string>} the text that it was known to have before
   */
  async readAgain(signal) {
    const answer = await this.#inTurn(() => ask("recipe/show", {recipe: this.name}, {signal}));
    const before = this.text;
    this.#take(answer);
    return before;
  }

  // What was read before a save must not be taken for what came after it.
  #inTurn(act) {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
