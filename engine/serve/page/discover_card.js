// One question of the queue as a card: the song, why it was found, where to hear it, and the answers, by
// button, key or swipe.

import {h, named, put} from "./dom.js";
import {counted, day} from "./figures.js";

const kAnswers = [
  {answer: "approve", key: "a", label: "Approve"},
  {answer: "listen", key: "l", label: "Listen first"},
  {answer: "skip", key: "s", label: "Not today"},
  {answer: "reject", key: "r", label: "Reject …"},
];
const kReasons = [
  {reason: "not-now", key: "n", label: "Not now", note: "rests for two weeks"},
  {reason: "wrong-mood", key: "m", label: "Wrong mood", note: "rests for a week"},
  {reason: "overplayed", key: "o", label: "Heard too often", note: "rests for 60 days"},
  {reason: "dislike-track", key: "t", label: "I dislike the song", note: "in every version, for ever"},
  {reason: "dislike-version", key: "v", label: "I dislike this version", note: "only this one, for ever"},
  {reason: "dislike-artist", key: "a", label: "I dislike the artist", note: "everything by them, for ever"},
  {reason: undefined, key: "r", label: "No reason", note: "in every version, for ever"},
];
const kSwipe = 96; // pixels that are meant
const kLeavingMs = 160;

export class QuestionCard {
  #startedAt = null; // where a finger was put down
  #isAskingWhy = false;

  /** @param {{answer: function(string, string=)}} options */
  constructor(options) {
    this.options = options;
    this.content = h("div", {class: "question-content"});
    this.hint = h("div", {class: "swipe-hint", "aria-hidden": true});
    this.said = h("p", {class: "unseen", role: "status"});
    this.face = h("article",
      {
        class: "question card",
        "aria-label": "The song that is asked about",
        on: {
          pointerdown: (event) => this.#begin(event),
          pointermove: (event) => this.#move(event),
          pointerup: (event) => this.#end(event),
          pointercancel: () => this.#settle(),
        },
      },
      this.hint,
      this.content);
    this.answers = h("div", {class: "answers", role: "group", "aria-label": "Your answer"});
    this.deck = h("div", {class: "deck"}, this.face);
    this.element = h("div", {class: "question-part"},
      this.deck,
      this.answers,
      h("p", {class: "soft swipe-help"}, "Swipe right to approve, left to reject."),
      this.said);
    this.buttons = kAnswers.map(({answer, key, label}) =>
      h("button",
        {
          type: "button",
          class: answer === "approve" ? "go" : null,
          "aria-keyshortcuts": key,
          on: {click: () => (answer === "reject" ? this.askReason() : this.options.answer(answer))},
        },
        h("span", {}, label), h("kbd", {"aria-hidden": true}, key.toUpperCase())));
    put(this.answers, this.buttons);
  }

  /** @param {Object} question  as engine next has it @param {number} waiting  with this one */
  show(question, waiting) {
    const {track, kind} = question;
    const isTrial = kind === "trial";
    this.deck.dataset.behind = String(Math.min(2, Math.max(0, waiting - 1)));
    put(this.content,
      h("p", {class: "question-from"}, isTrial ? "On trial" : foundBy(question.suggestion)),
      h("h2", {class: "question-title"}, track.title ? named(track.title) : `track ${track.id}`),
      h("p", {class: "question-artist"},
        named(track.artist ?? ""),
        track.album && h("small", {}, "from ", named(track.album))),
      reasonPart(question),
      playPart(question),
      h("p", {class: "soft question-end"},
        isTrial
          ? "To approve lets it stay."
          : `Asked until ${day(question.suggestion.expires)}; to approve puts it on trial.`));
    this.#closeReasons(false);
    put(this.said, `${track.title ?? ""} ${track.artist ? `by ${track.artist}` : ""}`);
  }

  // ---- why it is rejected ----

  /** The reasons take the place of the answers until one of them is chosen. */
  askReason() {
    this.#isAskingWhy = true;
    const first = h("p", {class: "why-reject", id: "why-reject"}, "Why?");
    put(this.answers,
      first,
      kReasons.map(({reason, key, label, note}) =>
        h("button", {type: "button", "aria-keyshortcuts": key, on: {click: () => this.#reject(reason)}},
          h("span", {}, label, h("small", {}, note)), h("kbd", {"aria-hidden": true}, key.toUpperCase()))),
      h("button", {type: "button", class: "quiet", on: {click: () => this.#closeReasons(true)}},
        h("span", {}, "Back"), h("kbd", {"aria-hidden": true}, "Esc")));
    this.answers.classList.add("reasons");
    this.answers.querySelector("button").focus({preventScroll: true});
  }

  #reject(reason) {
    this.options.answer("reject", reason);
  }

  #closeReasons(isFocusBack) {
    if (!this.#isAskingWhy) return;
    const hadFocus = this.answers.contains(document.activeElement);
    this.#isAskingWhy = false;
    this.answers.classList.remove("reasons");
    put(this.answers, this.buttons);
    if (hadFocus || isFocusBack) this.buttons.at(-1).focus({preventScroll: true});
  }

  /** @returns {boolean} whether the key was meant for the card itself */
  press({key}) {
    if (!this.#isAskingWhy) return false;
    if (key === "Escape") {
      this.#closeReasons(true);
      return true;
    }
    const chosen = kReasons.find((each) => each.key === key.toLowerCase());
    if (chosen) this.#reject(chosen.reason);
    return chosen !== undefined;
  }

  // ---- swipes ----

  #begin(event) {
    if (event.pointerType === "mouse" || event.target.closest("a, button")) return;
    this.#startedAt = event.clientX;
  }

  #move(event) {
    if (this.#startedAt === null) return;
    const way = event.clientX - this.#startedAt;
    this.face.style.setProperty("transform", `translateX(${way}px) rotate(${way / 40}deg)`);
    this.face.dataset.way = way > 24 ? "approve" : way < -24 ? "reject" : "";
    put(this.hint, way > 24 ? "Approve" : way < -24 ? "Reject" : "");
  }

  #end(event) {
    if (this.#startedAt === null) return;
    const way = event.clientX - this.#startedAt;
    this.#startedAt = null;
    if (way > kSwipe) this.options.answer("approve");
    else this.#settle();
    if (way < -kSwipe) this.askReason();
  }

  #settle() {
    this.#startedAt = null;
    this.face.dataset.way = "";
    this.face.style.removeProperty("transform");
    put(this.hint);
  }

  /** It goes where its answer sends it. */
  async leave(answer) {
    if (!this.element.isConnected || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.face.dataset.leaving = answer;
    await new Promise((resolve) => setTimeout(resolve, kLeavingMs));
  }

  arrive() {
    delete this.face.dataset.leaving;
    this.#settle();
  }
}

function foundBy({source, kind}) {
  return [`found by ${source.replaceAll("_", " ")}`, kind].filter(Boolean).join(" · ");
}

function reasonPart({kind, suggestion, context, approved, plays}) {
  if (kind === "trial")
    return h("p", {class: "question-reason"},
      `On trial since ${day(approved)}, heard ${counted(plays, "time")}: does it stay?`);
  const className = context ? "soft" : "question-reason";
  const reason = h("p", {class: className, dir: "auto"}, sentence(suggestion.reason));
  if (!context) return reason;
  return [
    h("p", {class: "question-reason", dir: "auto"},
      context,
      h("small", {class: "soft"}, " (a language model’s words)")),
    reason,
  ];
}

function playPart({track, link}) {
  const isInFile = track.places.includes("file");
  if (!link && !isInFile)
    return h("p", {class: "soft"},
      "It is not known where you can play it: it is in no file of yours and has no Spotify id.");
  return h("p", {class: "question-play"},
    link &&
      h("a", {class: "button", href: link, target: "_blank", rel: "noopener noreferrer"},
        h("span", {"aria-hidden": true}, "▶"), " Play at Spotify"),
    isInFile && h("span", {class: "soft"}, "It is among your files."));
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
