// Workbench: a recipe's text on the left with a control for each of its numbers (text_side.js); on the
// right the list as it would be, at every key (live_view.js), A/B against what is saved, backtest and tune.

import {backtestContent} from "./backtest_plots.js";
import {CompareSaved} from "./compare_saved.js";
import {Drawer} from "./dialogs.js";
import {h, put} from "./dom.js";
import {listen} from "./events.js";
import {choiceField, everyField, Experiment} from "./experiments.js";
import {LiveList, liveId} from "./live_list.js";
import {LiveView} from "./live_view.js";
import {say} from "./messages.js";
import {readRecipes} from "./recipes.js";
import {empty} from "./states.js";
import {Tabs} from "./tabs.js";
import {TextSide} from "./text_side.js";
import {tuneContent} from "./tune_plots.js";

const kLast = "playlist-engine.recipe";
const kMetrics = ["ndcg@30", "recall@30", "precision@30", "hit_rate@10", "ndcg@10", "mrr"];
const kBudgets = ["10", "30", "60", "200"];

/** @param {{root: HTMLElement, argument: string, signal: AbortSignal}} view  of the recipe `argument` */
export async function show(view) {
  const recipes = await readRecipes(view.argument, view.signal);
  if (view.argument === "") {
    const last = localStorage.getItem(kLast);
    const name = recipes.some((each) => each.name === last) ? last : "weekly";
    location.replace(`#/workbench/${encodeURIComponent(name)}`);
    return;
  }
  if (!recipes.some(({name}) => name === view.argument)) put(view.root, noSuchRecipe(view.argument, recipes));
  else await new Workbench(view, recipes).begin();
}

function noSuchRecipe(name, recipes) {
  const link = (each) =>
    h("li", {}, h("a", {href: `#/workbench/${encodeURIComponent(each.name)}`}, each.name), ` ${each.title}`);
  return [
    h("h1", {}, "Workbench"),
    empty(`There is no recipe “${name}”`,
      "It may have been renamed, or its file moved. There are:",
      h("ul", {}, recipes.map(link))),
  ];
}

class Workbench {
  #answer = null; // of the newest list
  #isAsked = false;
  #isWrong = false; // what is typed does not run

  constructor({root, argument, signal}, recipes) {
    Object.assign(this, {root, signal, name: argument});
    this.live = new LiveList(liveId());
    this.compare = new CompareSaved();
    this.text = new TextSide(this.name, recipes, signal, {
      changed: () => this.askSoon(),
      saved: () => this.#otherSaved(),
      parameters: () => this.#answer?.definitions ?? [],
    });
  }

  async begin() {
    await this.text.read();
    localStorage.setItem(kLast, this.name);
    put(this.root,
      h("h1", {class: "unseen"}, `Workbench: ${this.name}`),
      this.text.element,
      this.#listSide());
    await this.text.begin();
    listen("library",
      () => {
        this.compare.forget();
        this.askSoon();
      },
      this.signal);
    listen("back", () => this.askSoon(), this.signal);
    await this.askList();
  }

  #listSide() {
    this.drawer = new Drawer(h("div", {class: "workbench-drawer"}), "Details");
    this.view = new LiveView(this.live, this.drawer, {
      goTo: (where) => this.#goTo(where),
      changed: () => this.askSoon(),
    });
    const experiments = [this.#backtest(), this.#tune()];
    this.tabs = new Tabs("What is shown of the recipe", [
      {id: "list", name: "List", panel: this.view.element},
      {id: "compare", name: "A/B", panel: this.compare.element, open: () => this.#showCompared()},
      ...experiments.map((each) => ({
        id: each.verb,
        name: each.label,
        panel: each.element,
        open: () => each.open(),
      })),
    ]);
    return h("section", {class: "list-side", "aria-label": "List"},
      h("div", {class: "list-bar"}, this.tabs.bar, this.#whyNot()),
      h("div", {class: "list-scroll"}, this.tabs.panels),
      this.drawer.element.parentElement);
  }

  #whyNot() {
    const input = h("input", {
      type: "search",
      name: "track",
      "aria-label": "Why not: a title, or ARTIST - TITLE",
      placeholder: "Why not … (a title)",
    });
    const explain = (event) => {
      event.preventDefault();
      if (input.value.trim() === "") return;
      this.tabs.choose("list");
      this.view.explain(input.value.trim(), input.value.trim());
    };
    return h("form", {role: "search", class: "why-not", on: {submit: explain}},
      input,
      h("button", {}, "Why not?"));
  }

  #backtest() {
    return new Experiment({
      verb: "backtest",
      label: "Backtest",
      recipe: this.name,
      signal: this.signal,
      isSaved: () => this.text.isSaved,
      about:
        "Makes lists as of past dates, beside simple ways to make one, and compares with what was played.",
      fields: () => [everyField("4w")],
      parameters: ({every}) => ({recipes: [this.name], every}),
      content: backtestContent,
    });
  }

  #tune() {
    return new Experiment({
      verb: "tune",
      label: "Tune",
      recipe: this.name,
      signal: this.signal,
      isSaved: () => this.text.isSaved,
      about:
        "Fits numbers of :score { ... } and of tune = true on earlier dates, and checks them on later ones.",
      fields: () => [
        everyField("4w"),
        choiceField("To improve", "metric", kMetrics, kMetrics[0]),
        choiceField("Sets to try", "budget", kBudgets, "30"),
      ],
      parameters: ({every, metric, budget}) => ({recipe: this.name, every, metric, budget: Number(budget)}),
      content: (answer) =>
        tuneContent(answer, (values) => {
          this.text.takeNumbers(values);
          this.tabs.choose("list");
        }),
    });
  }

  // ---- the list ----

  askSoon() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => {
      this.#isAsked = false;
      this.askList();
    });
  }

  async askList() {
    if (this.signal.aborted) return;
    try {
      const asked = await this.live.ask({recipe: this.name, text: this.text.text, set: this.text.set});
      if (asked === null || this.signal.aborted) return;
      this.#answer = asked.answer;
      this.#isWrong = false;
      this.view.show(asked.answer, asked.ms);
      this.text.showAnswer(asked.answer);
    } catch (error) {
      if (error.name === "AbortError" || this.signal.aborted) return;
      this.#isWrong = true;
      this.view.showError(error, this.text.showError(error), () => this.askList());
    }
    if (this.tabs.chosen === "compare") this.#showCompared();
  }

  // The text that is saved, or what the library makes of it, is another than before.
  #otherSaved() {
    this.compare.forget();
    if (this.tabs.chosen === "compare") this.#showCompared();
  }

  #showCompared() {
    return this.compare.show(this.name, this.text.file.text, this.#answer, this.#isWrong);
  }

  #goTo(where) {
    if (!this.text.goTo(where)) say(`It is written at ${where}, outside this recipe.`);
  }
}
