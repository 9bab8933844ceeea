// One of several panels at a time, chosen by a row of tabs; arrows go from tab to tab.

import {h} from "./dom.js";

export class Tabs {
  /** @param {string} label @param {{id: string, name: string, panel: HTMLElement, open?: function}[]} tabs */
  constructor(label, tabs) {
    this.tabs = tabs;
    this.buttons = tabs.map(({id, name}) =>
      h("button",
        {
          type: "button",
          role: "tab",
          id: `tab-${id}`,
          "aria-controls": `panel-${id}`,
          on: {click: () => this.choose(id)},
        },
        name));
    this.bar = h("div",
      {class: "tabs", role: "tablist", "aria-label": label, on: {keydown: (event) => this.#step(event)}},
      this.buttons);
    this.panels = tabs.map(({id, panel}) =>
      h("div",
        {class: "panel", role: "tabpanel", tabindex: "0", id: `panel-${id}`, "aria-labelledby": `tab-${id}`},
        panel));
    this.#mark(tabs[0].id);
  }

  choose(id) {
    this.#mark(id);
    this.tabs.find((tab) => tab.id === id).open?.();
  }

  #mark(id) {
    this.chosen = id;
    this.tabs.forEach((tab, k) => {
      const isChosen = tab.id === id;
      this.buttons[k].setAttribute("aria-selected", String(isChosen));
      this.buttons[k].tabIndex = isChosen ? 0 : -1;
      this.panels[k].hidden = !isChosen;
    });
  }

  #step(event) {
    const way = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!way) return;
    const next = (this.buttons.indexOf(document.activeElement) + way + this.tabs.length) % this.tabs.length;
    this.buttons[next].focus();
    this.choose(this.tabs[next].id);
  }
}
