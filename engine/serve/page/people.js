// Whose lists these are: a choice in the header where the library holds several people.

import {ask, choosePerson, person} from "./api.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";

const kRestMs = 500; // a job changes the library many times

let place = null;
let changed = () => {};
let names = [];

/** @param {HTMLElement} where @param {function} whenChanged called once another person was chosen */
export async function showPeople(where, whenChanged) {
  place = where;
  changed = whenChanged;
  await readPeople();
  let waiting = null;
  listen("library", () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      readPeople();
    }, kRestMs);
  });
}

/** From now on the lists are this person's. */
export function goOnAs(name) {
  choosePerson(name);
  draw();
}

async function readPeople() {
  const before = names;
  const {users} = await ask("library/users", {user: undefined}).catch(() => ({users: []}));
  names = users.map(({name}) => name);
  if (person() !== null && !names.includes(person())) choosePerson(null); // of another library
  // Who was alone until now stays who is meant.
  if (person() === null && names.length > 1)
    choosePerson(names.includes(before[0]) ? before[0] : names[0]);
  if (names.join("\n") !== before.join("\n")) draw();
}

function draw() {
  if (names.length < 2) {
    put(place, names.map(named));
    return;
  }
  const choice = h("select",
    {
      "aria-label": "Whose lists",
      on: {
        change: () => {
          choosePerson(choice.value);
          changed();
        },
      },
    },
    names.map((name) => h("option", {value: name, selected: name === person()}, name)));
  put(place, choice);
}
