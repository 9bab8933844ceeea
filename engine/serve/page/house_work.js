// Work of the house that is begun with a button: it goes on as a job, tells how far it is, and at its end
// what came of it.

import {h, put} from "./dom.js";
import {beginJob, followJob, isEnded, jobsOf, jobState} from "./jobs.js";
import {failure} from "./states.js";

export class Work {
  /**
   * @param {{verb: string, signal: AbortSignal, done: function(Object): (Node|Node[]|string|null),
   *          buttons?: function(): HTMLButtonElement[]}} work
   *   `done` gets the verb's answer; `buttons` wait while it is at work
   */
  constructor({verb, signal, done, buttons = () => []}) {
    Object.assign(this, {verb, signal, done, buttons});
    this.element = h("div", {class: "work", "aria-live": "polite"});
  }

  /** @param {Object} parameters of the verb */
  begin(parameters) {
    put(this.element, h("p", {class: "soft"}, "It begins …"));
    return this.#follow(beginJob(this.verb, parameters, this.#options()));
  }

  /** Shows what runs of this kind, after a reload too. @param {function(Object): boolean} isMeant */
  resume(isMeant = () => true) {
    const running = jobsOf(this.verb).find((job) => !isEnded(job) && isMeant(job));
    if (running) this.#follow(followJob(running.job, this.#options()));
  }

  #options() {
    return {change: (job) => isEnded(job) || put(this.element, jobState(job)), signal: this.signal};
  }

  async #follow(ended) {
    this.#wait(true);
    try {
      const job = await ended;
      if (job.state === "failed")
        put(this.element, failure(Object.assign(new Error(job.error.message), job.error)));
      else if (job.state === "cancelled") put(this.element, h("p", {class: "soft"}, "It was cancelled."));
      else {
        put(this.element); // its progress is over while its end is made ready
        put(this.element, await this.done(job.answer));
      }
    } catch (error) {
      if (error.name !== "AbortError") put(this.element, failure(error));
    }
    this.#wait(false);
  }

  #wait(isWaiting) {
    for (const button of this.buttons()) button.disabled = isWaiting;
  }
}
