// Backtest and tune: jobs over past dates, which go on without this page and are found again. The forms
// that begin them, what is told meanwhile, and their answers as plots (backtest_plots.js, tune_plots.js).

import {h, put} from "./dom.js";
import {field} from "./dialogs.js";
import {beginJob, cancelJob, followJob, isEnded, jobsOf, jobState, watchJobs} from "./jobs.js";
import {when} from "./figures.js";
import {failure} from "./states.js";

const kEvery = [
  ["1w", "every week"],
  ["2w", "every two weeks"],
  ["4w", "every four weeks"],
  ["8w", "every eight weeks"],
];

/** One of the two, for one recipe. */
export class Experiment {
  /**
   * @param {{verb: string, about: string, label: string, fields: function(): Node[],
   *          parameters: function(Object): Object, content: function(Object): Node[],
   *          recipe: string, signal: AbortSignal, isSaved: function(): boolean}} kind
   */
  constructor(kind) {
    Object.assign(this, kind);
    this.going = h("div", {"aria-live": "polite"});
    this.result = h("div", {class: "experiment-result"});
    this.unsaved = h("p", {class: "notice", hidden: true},
      "It runs the recipe as it is saved; what you typed since is not in it.");
    this.element = h("div", {class: "experiment"},
      h("p", {class: "soft"}, this.about),
      h("form", {class: "inline-form", on: {submit: (event) => this.#begin(event)}},
        this.fields(),
        h("button", {class: "go"}, this.label)),
      this.unsaved,
      this.going,
      this.result);
  }

  /** Shows where it stands: of this recipe, what runs or was done last. */
  open() {
    this.unsaved.hidden = this.isSaved();
    this.#find();
    // What a job is about may be told later than that it runs.
    if (!this.isWatching) watchJobs(() => this.#find(), this.signal);
    this.isWatching = true;
  }

  #find() {
    if (this.current) return;
    const job = jobsOf(this.verb).find((each) => isAbout(each, this.recipe));
    if (job) this.#follow(job.job, () => followJob(job.job, this.#options()));
  }

  #options() {
    return {change: (job) => this.#show(job), signal: this.signal};
  }

  #begin(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    this.#follow(null, () => beginJob(this.verb, this.parameters(values), this.#options()));
  }

  async #follow(number, begun) {
    if (this.current && !isEnded(this.current)) cancelJob(this.current.job);
    this.current = {job: number, state: "waiting", verb: this.verb};
    put(this.result);
    try {
      this.#end(await begun());
    } catch (error) {
      if (error.name !== "AbortError") put(this.going, failure(error));
    }
  }

  #show(job) {
    this.current = job;
    if (!isEnded(job)) put(this.going, jobState(job));
  }

  #end(job) {
    this.current = job;
    put(this.going);
    if (job.state === "done")
      put(this.result,
        h("p", {class: "soft"}, job.ended ? `Done ${when(job.ended)}.` : "Done."),
        this.content(job.answer));
    else if (job.state === "failed")
      put(this.result, failure(Object.assign(new Error(job.error.message), job.error)));
    else put(this.result, h("p", {class: "soft"}, "It was cancelled."));
  }
}

export function everyField(chosen) {
  return field("Dates",
    h("select", {name: "every"},
      kEvery.map(([value, text]) => h("option", {value, selected: value === chosen}, text))));
}

export function choiceField(label, name, choices, chosen) {
  return field(label,
    h("select", {name}, choices.map((value) => h("option", {value, selected: value === chosen}, value))));
}

// Whether a job's arguments name this recipe, however the server writes them down.
function isAbout({arguments: all}, recipe) {
  const values = Array.isArray(all) ? all.flat() : Object.values(all ?? {}).flat();
  return values.includes(recipe);
}
