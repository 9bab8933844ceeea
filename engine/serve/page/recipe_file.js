// A recipe's file: what was read, what was saved, and what others did to it meanwhile. What is typed and
// not saved is kept in this browser, so that a reload, a crash or a server that went away loses nothing.

import {ask} from "./api.js";

const kDraft = "playlist-engine.draft.";

export class RecipeFile {
  /** @returns {Promise<RecipeFile>} Throws Refusal when there is no such recipe */
  static async read(name, signal) {
    return new RecipeFile(name, await ask("recipe/show", {recipe: name}, {signal}));
  }

  constructor(name, {path, text, hash, is_own: isOwn}) {
    Object.assign(this, {name, path, text, hash, isOwn});
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

  /** Throws Refusal with status 409 when the file is another one than was read. */
  async save(text) {
    const {hash} = await ask("recipe/save", {recipe: this.name, text, "if-hash": this.hash});
    this.text = text;
    this.hash = hash;
    this.keepDraft(text);
  }

  /** Reads it again. @returns {Promise<boolean>} whether it is another text now */
  async readAgain(signal) {
    const {text, hash, path, is_own: isOwn} = await ask("recipe/show", {recipe: this.name}, {signal});
    const isOther = text !== this.text;
    Object.assign(this, {text, hash, path, isOwn});
    return isOther;
  }
}
