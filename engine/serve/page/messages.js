// Short messages at the edge of the page, which screen readers say too: "Anchor stays in Dynamic". There is
// one at a time, the newest, where it covers nothing that is to be pressed; on a phone, nothing at all.

import {h, put} from "./dom.js";

const kSeconds = 6;
const kRem = 16;
const kPhone = "(max-width: 760px)"; // as in parts.css: there it is a line of the page
const kControls = "a, button, input, select, textarea, summary, label.button, .CodeMirror, canvas";

/** @param {string} text @param {{label: string, act: function}=} action as a button: Undo */
export function say(text, action) {
  show("message", text, action);
}

/** What went wrong, in short; it stays until it is closed. @param {Error} error */
export function sayError(error) {
  if (error.name === "AbortError" || error.isSuperseded) return;
  show("message wrong", [error.message, error.fix].filter(Boolean).join("; "), undefined, true);
}

let ending = null;

function show(className, text, action, stays = false) {
  const box = document.getElementById("messages");
  const close = () => message.remove();
  const message = h("div", {class: className},
    h("p", {dir: "auto"}, text),
    action && h("button", {type: "button", on: {click: () => (close(), action.act())}}, action.label),
    h("button", {type: "button", class: "quiet", "aria-label": "Close this message", on: {click: close}},
      "×"));
  put(box, message);
  delete box.dataset.placed;
  place(box);
  clearTimeout(ending);
  ending = stays ? null : setTimeout(close, 1000 * (action ? 2 * kSeconds : kSeconds));
}

// ---- where it stands ----

// It stays where it is as long as nothing that can be pressed is below it there.
function place(box) {
  if (!box.firstElementChild) return;
  if (matchMedia(kPhone).matches) {
    box.removeAttribute("style");
    delete box.dataset.placed;
    return;
  }
  const {width, height} = box.getBoundingClientRect();
  const controls = controlsIn(document.body, box);
  // How many it would cover there; no more are counted than matter.
  const covered = ({left, top}, most) => {
    let count = 0;
    for (const each of controls) {
      const isBeside = each.left >= left + width || each.right <= left;
      if (isBeside || each.top >= top + height || each.bottom <= top) continue;
      if (++count >= most) return count;
    }
    return count;
  };
  const here = box.getBoundingClientRect();
  if (box.dataset.placed && isInside(here) && covered(here, 1) === 0) return;
  let best = null;
  for (const spot of spots(width, height)) {
    const count = covered(spot, best?.count ?? Infinity);
    if (best === null || count < best.count) best = {...spot, count};
    if (count === 0) break;
  }
  box.dataset.placed = "1";
  box.style.setProperty("left", `${best.left}px`);
  box.style.setProperty("top", `${best.top}px`);
}

function isInside({left, top, right, bottom}) {
  return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
}

// From the lower left corner to the right, then upwards.
function* spots(width, height) {
  const right = Math.max(0, document.documentElement.clientWidth - width - kRem);
  for (let top = innerHeight - height - kRem; top >= 0; top -= kRem / 4)
    for (let left = Math.min(kRem, right); left <= right; left += 2 * kRem) yield {left, top};
}

// What can be pressed and is in sight.
function controlsIn(root, box) {
  return [...root.querySelectorAll(kControls)]
    .filter((each) => !box.contains(each))
    .map((each) => each.getBoundingClientRect())
    .filter(({width, height, top, bottom}) => width > 1 && height > 1 && bottom > 0 && top < innerHeight);
}

// What stands below it may have moved.
let isAsked = false;
function placeAgain() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    place(document.getElementById("messages"));
  });
}
for (const event of ["scroll", "resize"]) addEventListener(event, placeAgain, {capture: true, passive: true});
new MutationObserver(placeAgain).observe(document.getElementById("view"), {childList: true, subtree: true});
