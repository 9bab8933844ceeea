// A button that waits while what it does is under way, and says what went wrong.

import {h} from "./dom.js";
import {sayError} from "./messages.js";

/** @param {string} label @param {string} name  of what it is about, for screen readers @param {function} act */
export function actButton(label, name, act) {
  const button = h("button",
    {
      type: "button",
      on: {
        click: async () => {
          button.disabled = true;
          try {
            await act();
          } catch (error) {
            sayError(error);
          }
          button.disabled = false;
        },
      },
    },
    label,
    h("span", {class: "unseen"}, `: ${name}`));
  return button;
}
