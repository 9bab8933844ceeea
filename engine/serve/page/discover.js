// Discover: songs new to you, one card at a time. What is said goes into one log and can be taken back.

import {ask} from "./api.js";
import {acceptancePart, historyPart} from "./discover_history.js";
import {QuestionCard} from "./discover_card.js";
import {h, put} from "./dom.js";
import {listen} from "./events.js";
import {counted} from "./figures.js";
import {beginJob, jobState} from "./jobs.js";
import {say, sayError} from "./messages.js";
import {failure, fill, loading} from "./states.js";
import {wayTo} from "./ways.js";

const kKeysOff = "playlist-engine.discover-keys-off";
const kAnswers = {a: "approve", r: "reject", l: "listen", s: "skip", u: "undo"};

/** @param {{root: HTMLElement, signal: AbortSignal}} view */
export async function show(view) {
  await new Discover(view).begin();
}

class Discover {
  #isAnswering = false;

  constructor({root, signal}) {
    Object.assign(this, {root, signal});
    this.areKeysOn = localStorage.getItem(kKeysOff) === null;
  }

  async begin() {
    this.card = new QuestionCard({answer: (answer, reason) => this.answer(answer, reason)});
    this.advice = h("div", {});
    this.place = h("div", {}, loading("what waits for you"));
    this.counts = h("p", {role: "status"});
    this.findButton = h("button",
      {type: "button", hidden: true, on: {click: () => this.find()}},
      "Find more");
    this.undoButton = h("button",
      {type: "button", "aria-keyshortcuts": "u", hidden: true, on: {click: () => this.answer("undo")}},
      "Undo ", h("kbd", {"aria-hidden": true}, "U"));
    this.keysButton = h("button",
      {
        type: "button",
        class: "quiet keys-button",
        hidden: true,
        "aria-pressed": this.areKeysOn,
        title: "Single keys answer",
        on: {click: () => this.#switchKeys()},
      },
      "Keys");
    this.history = h("section", {class: "card said", "aria-label": "What you said"});
    this.side = h("div", {class: "discover-side", hidden: true});
    this.sources = h("section", {class: "card", "aria-label": "What is accepted"});
    put(this.root,
      h("div", {class: "head"},
        h("h1", {}, "Discover"),
        this.keysButton,
        this.undoButton,
        this.findButton,
        this.counts),
      h("div", {class: "discover"},
        h("div", {class: "discover-main"}, this.advice, this.place),
        this.side));
    this.side.append(this.sources, this.history);
    addEventListener("keydown", (event) => this.#press(event), {signal: this.signal});
    for (const kind of ["library", "back"]) listen(kind, () => this.#isAnswering || this.read(), this.signal);
    await this.read();
  }

  /** What stands there stays until something else is asked: the focus may be in it. */
  async read() {
    const ask = async () => {
      const content = this.#shown(await this.#ask("next"));
      this.side.hidden = this.undoButton.hidden = this.keysButton.hidden = false;
      return content;
    };
    const asked = this.card.element.isConnected
      ? ask().then((content) => this.#put(content), sayError)
      : fill(this.place, "what waits for you", ask);
    await asked;
    if (!this.side.hidden) await this.#readSaid();
  }

  #ask(verb, parameters = {}) {
    return ask(verb, parameters, {signal: this.signal});
  }

  async #readSaid() {
    const takeBack = (row, label) => this.takeBack(row, label);
    await Promise.all([
      fill(this.history, "what you said", () => historyPart(this.signal, takeBack)),
      fill(this.sources, "what is accepted", () => acceptancePart(this.signal)),
    ]);
  }

  // ---- the question ----

  /** @param {Object} state  as engine next has it @returns {Node} what stands in its place */
  #shown(state) {
    const before = this.state?.question?.reference;
    this.state = state;
    put(this.counts, countsText(state));
    put(this.advice,
      state.advice &&
        h("p", {class: "notice", dir: "auto"}, `${sentence(state.advice)}. `, wayTo(state.advice)));
    this.findButton.hidden = !state.question;
    if (!state.question) return this.#nothing(state);
    if (state.question.reference !== before || !this.card.element.isConnected)
      this.card.show(state.question, state.waiting);
    return this.card.element;
  }

  #put(content) {
    if (this.place.firstChild !== content) put(this.place, content);
  }

  async answer(answer, reason) {
    if (this.#isAnswering || (answer !== "undo" && !this.state?.question)) return;
    this.#isAnswering = true;
    const {question} = this.state ?? {};
    try {
      const of = answer === "undo" ? undefined : question.reference;
      const [state] = await Promise.all([this.#ask("next", {answer, reason, of}), this.card.leave(answer)]);
      this.#put(this.#shown(state));
      this.card.arrive();
      if (answer === "undo") say("Taken back: it is asked again.");
      else say(told(question, answer, reason), {label: "Undo", act: () => this.answer("undo")});
      this.#readSaid();
    } catch (error) {
      this.card.arrive();
      // Somewhere else it was answered already: what is asked now is another.
      if (error.status === 422 && answer !== "undo") await this.read();
      sayError(error);
    }
    this.#isAnswering = false;
  }

  async takeBack(row, label) {
    try {
      await this.#ask("feedback", {undo: String(row)});
      say(`${label}: taken back.`);
      await this.read();
    } catch (error) {
      sayError(error);
    }
  }

  // ---- keys ----

  #press(event) {
    const answer = kAnswers[event.key.toLowerCase()];
    const isElsewhere = event.target.closest?.("input, select, textarea, dialog, .pop, [contenteditable]");
    if (!this.areKeysOn || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.card.press(event)) {
      event.preventDefault();
    } else if (answer) {
      event.preventDefault();
      if (answer === "reject") this.card.askReason();
      else this.answer(answer);
    }
  }

  /** Single keys are in the way of some who speak to their machine: they can be switched off. */
  #switchKeys() {
    this.areKeysOn = !this.areKeysOn;
    if (this.areKeysOn) localStorage.removeItem(kKeysOff);
    else localStorage.setItem(kKeysOff, "1");
    this.keysButton.setAttribute("aria-pressed", String(this.areKeysOn));
    this.root.classList.toggle("keys-off", !this.areKeysOn);
  }

  // ---- finding ----

  async find() {
    this.findButton.disabled = true;
    const progress = h("div", {class: "finding"});
    put(this.place, progress);
    try {
      const job = await beginJob("discover", {}, {
        signal: this.signal,
        change: (each) => put(progress, h("h2", {}, "Looking for songs new to you"), jobState(each)),
      });
      if (job.state === "failed") throw Object.assign(new Error(job.error.message), job.error);
      await this.read();
      if (job.state === "done") this.#tellFound(job.answer);
    } catch (error) {
      if (error.name !== "AbortError") put(this.place, failure(error, () => this.find()));
    }
    this.findButton.disabled = false;
  }

  #tellFound({queued, waiting, ways}) {
    if (queued.length > 0) say(`${counted(queued.length, "song")} found; ${waiting} wait.`);
    else if (waiting > 0) say("Nothing was found beside what waits already.");
    else put(this.place, waysPart(ways));
  }

  #nothing({put_off: putOff, trials}) {
    return h("div", {class: "empty"},
      h("h2", {}, putOff + trials > 0 ? "Nothing is asked now" : "Nothing waits yet"),
      putOff > 0 && h("p", {}, `${counted(putOff, "song")} put off: asked again when the time has come.`),
      trials > 0 &&
        h("p", {},
          `${counted(trials, "song")} on trial: once heard a few times, you are asked whether they stay.`),
      h("p", {},
        "Songs are looked for among all that the library knows and you never heard: by listeners like you, ",
        "by sound, by what you play together."),
      h("button", {type: "button", class: "go", on: {click: () => this.find()}}, "Find songs"));
  }
}

function countsText({waiting, trials, put_off: putOff}) {
  const counts = [
    waiting > 0 && `${counted(waiting, "song")} ${waiting === 1 ? "waits" : "wait"} for a word of yours`,
    trials > 0 && `${trials} on trial`,
    putOff > 0 && `${putOff} put off`,
  ].filter(Boolean);
  return counts.length > 0
    ? counts.join(" · ")
    : "Songs new to you, one at a time: what you say decides what comes next.";
}

/** What would bring new music: "engine import EXPORT  your own listening history ...". */
function waysPart(ways) {
  return h("div", {class: "empty"},
    h("h2", {}, "There is nothing new here to be found"),
    h("p", {}, "What brings new music, cheapest first:"),
    h("ol", {class: "ways"},
      ways.map((way) => {
        const [command, ...rest] = way.split("  ");
        return h("li", {},
          h("code", {}, command),
          h("span", {class: "soft"}, rest.join(" ")),
          " ",
          wayTo(command));
      })),
    h("p", {}, "Files are imported in ", h("a", {href: "#/house"}, "House"), ", too: drop them there."));
}

function told({track, kind}, answer, reason) {
  const what = {
    approve: kind === "trial" ? "stays" : "is on trial",
    reject: `is rejected${reason ? ` (${reason.replaceAll("-", " ")})` : ""}`,
    listen: "comes again in three days, when you have heard it",
    skip: "comes again tomorrow",
  }[answer];
  return `${track.title || "The song"} ${what}.`;
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
