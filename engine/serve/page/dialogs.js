// Questions that wait for an answer, and the drawer beside (on a phone: above) what it is about.

import {h, put} from "./dom.js";
import {failure} from "./states.js";

/**
 * A dialog, in which the browser keeps the focus; Escape closes it, and the focus goes back.
 * @param {string} title
 * @param {function(function): (Node|Node[])} content called with what closes it
 */
export function openDialog(title, content) {
  const close = () => dialog.close();
  const dialog = h("dialog", {"aria-labelledby": "dialog-title"},
    h("header", {},
      h("h2", {id: "dialog-title", dir: "auto"}, title),
      h("button", {type: "button", class: "quiet", "aria-label": "Close", on: {click: close}}, "×")));
  dialog.append(...[content(close)].flat());
  // Who goes back in the browser leaves what the dialog is about.
  addEventListener("hashchange", close);
  dialog.addEventListener("close", () => {
    removeEventListener("hashchange", close);
    dialog.remove();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && close()); // on the ground behind it
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("[autofocus], input, select, textarea, .go")?.focus();
  return dialog;
}

/**
 * A form in a dialog. `act` gets the values by name; while it works the button waits, and what it
 * throws is shown in the dialog, which stays.
 * @param {{title: string, label: string, fields: Node[], act: function(Object): Promise}} form
 */
export function openForm({title, label, fields, act}) {
  return openDialog(title, (close) => {
    const go = h("button", {class: "go"}, label);
    const wrong = h("div", {});
    const submit = async (event) => {
      event.preventDefault();
      go.disabled = true;
      put(wrong);
      try {
        await act(Object.fromEntries(new FormData(event.target)));
        close();
      } catch (error) {
        put(wrong, failure(error));
      }
      go.disabled = false;
    };
    return h("form", {class: "form", on: {submit}},
      fields,
      wrong,
      h("div", {class: "form-end"}, h("button", {type: "button", on: {click: close}}, "Cancel"), go));
  });
}

/** @returns {Promise<boolean>} */
export function confirm(title, text, label) {
  return new Promise((resolve) => {
    let isConfirmed = false;
    const dialog = openDialog(title, (close) => [
      h("p", {dir: "auto"}, text),
      h("div", {class: "form-end"},
        h("button", {type: "button", on: {click: close}}, "Cancel"),
        h("button", {type: "button", class: "go", on: {click: () => ((isConfirmed = true), close())}}, label),
      ),
    ]);
    dialog.addEventListener("close", () => resolve(isConfirmed));
  });
}

let fieldCount = 0;

/** A control with its label, and a line of help. */
export function field(label, control, help) {
  control.id ||= `field-${++fieldCount}`;
  if (help) control.setAttribute("aria-describedby", `${control.id}-help`);
  return h("div", {class: "field"},
    h("label", {for: control.id}, label),
    control,
    help && h("p", {class: "help", id: `${control.id}-help`, dir: "auto"}, help));
}

/**
 * A drawer that leaves the rest of the page in reach. Opening it moves the focus to its heading;
 * Escape closes it and gives the focus back. `place` is where it lies in the view.
 */
export class Drawer {
  #closed = null;

  constructor(place, label) {
    this.element = h("aside", {
      class: "drawer",
      "aria-label": label,
      hidden: true,
      on: {
        keydown: (event) => {
          if (event.key === "Escape") this.close();
        },
      },
    });
    place.append(this.element);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * @param {string|Node[]} title
   * @param {Node|Node[]} content
   * @param {function=} closed is called afterwards
   */
  open(title, content, closed) {
    if (!this.isOpen) this.opener = document.activeElement;
    this.#closed = closed ?? null;
    this.heading = h("h2", {tabindex: "-1", dir: "auto"}, title);
    put(this.element,
      h("header", {},
        this.heading,
        h("button", {type: "button", class: "quiet", "aria-label": "Close", on: {click: () => this.close()}},
          "×")),
      h("div", {class: "drawer-content"}, content));
    this.element.hidden = false;
    this.heading.focus({preventScroll: true});
  }

  /** Its content goes on with something else; the focus stays where it is. */
  retitle(title) {
    put(this.heading, title);
  }

  close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.opener?.focus?.();
    this.#closed?.();
  }
}
