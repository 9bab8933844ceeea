// Whose lists these are: a choice in the header where the library holds several people.

import {ask, choosePerson, person} from "./api.js";
import {h, named, put} from "./dom.js";

/** @param {HTMLElement} place @param {function} changed called once another person was chosen */
export async function showPeople(place, changed) {
  const {users} = await ask("library/users", {user: undefined}).catch(() => ({users: []}));
  const names = users.map(({name}) => name);
  if (person() !== null && !names.includes(person())) choosePerson(null); // of another library
  if (names.length === 0) return;
  if (names.length === 1) {
    put(place, named(names[0]));
    return;
  }
  if (person() === null) choosePerson(names[0]);
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
