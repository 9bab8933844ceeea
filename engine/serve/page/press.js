// A click is lost when what was pressed is drawn anew before the button comes up: what draws waits for it.

const kMostMs = 2000; // who holds it longer does not mean a click

let pressed = null;
let waiting = [];

/** @param {HTMLElement} place @returns {Promise<void>} once nothing in it is held down */
export async function released(place) {
  if (pressed === null || !place?.contains(pressed)) return;
  await new Promise((go) => {
    waiting.push(go);
    setTimeout(go, kMostMs);
  });
}

const kWatching = {capture: true, passive: true};
addEventListener("pointerdown", ({target}) => (pressed = target), kWatching);
for (const event of ["pointerup", "pointercancel"]) addEventListener(event, comeUp, kWatching);

function comeUp() {
  pressed = null;
  const all = waiting;
  waiting = [];
  setTimeout(() => all.forEach((go) => go())); // behind the click, which comes after it
}
