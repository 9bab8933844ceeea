// People: whose histories the library holds; their names, time zones, and forgetting one.

import {ask, choosePerson, person} from "./api.js";
import {confirm, field, openForm} from "./dialogs.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, dayText, whole} from "./figures.js";
import {rowsText} from "./house_imports.js";
import {say, sayError} from "./messages.js";
import {empty, fill} from "./states.js";

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const list = h("div", {});
  put(place,
    h("p", {class: "soft"},
      "Each has a history, likes, bans, lists and models of their own, in one library."),
    list);
  const load = () =>
    fill(list, "the people", async () => {
      const {users} = await ask("library/users", {user: undefined}, {signal});
      return users.length === 0
        ? empty("There is nobody yet",
            "Whose history is imported becomes a person.",
            h("a", {class: "button go", href: "#/house/imports"}, "Import a history"))
        : h("ul", {class: "cards"}, users.map((each) => personCard(each, load)));
    });
  await load();
  listen("back", load, signal);
}

function personCard(each, load) {
  const {name, timezone, first_listen: first, last_listen: last} = each;
  const act = (label, run, className = "quiet") =>
    h("button", {type: "button", class: className, on: {click: run}},
      label,
      h("span", {class: "unseen"}, ` ${name}`));
  return h("li", {class: "card account"},
    h("h2", {}, named(name), name === person() && h("span", {class: "up"}, " chosen")),
    h("p", {},
      `${counted(each.listens, "listen")}, ${counted(each.likes, "like")}, ${whole(each.banned)} banned; `,
      `${counted(each.playlists, "playlist")}, ${counted(each.runs, "run")}.`),
    h("p", {class: "soft"},
      first ? `${dayText(first)} to ${dayText(last)}` : "Nothing heard yet",
      `; days and hours of ${timezone}.`),
    h("div", {class: "buttons"},
      act("Rename …", () => rename(name)),
      act("Time zone …", () => setTimeZone(name, timezone, load)),
      act("Forget …", () => forget(name), "danger")));
}

function rename(name) {
  openForm({
    title: `Call ${name} otherwise`,
    label: "Rename",
    fields: [
      field("Name",
        h("input", {
          type: "text",
          name: "new",
          required: true,
          maxlength: 100,
          value: name,
          autocomplete: "off",
        })),
    ],
    async act(values) {
      await ask("library/rename", {name, new: values.new, user: undefined});
      if (person() === name) choosePerson(values.new);
      say(`${name} is ${values.new} now.`);
      location.reload(); // the choice in the header has the old name
    },
  });
}

function setTimeZone(name, timezone, load) {
  const zones = Intl.supportedValuesOf?.("timeZone") ?? [];
  openForm({
    title: `Time zone of ${name}`,
    label: "Set",
    fields: [
      field("Time zone",
        h("input", {
          type: "text",
          name: "zone",
          required: true,
          value: timezone,
          list: "time-zones",
          autocomplete: "off",
        }),
        "By its clock days, weeks and hours are told, such as Europe/Berlin."),
      h("datalist", {id: "time-zones"}, zones.map((zone) => h("option", {value: zone}))),
    ],
    async act({zone}) {
      await ask("library/timezone", {zone, user: name});
      say(`${name} lives by ${zone}.`);
      await load();
    },
  });
}

async function forget(name) {
  try {
    const {rows} = await ask("library/forget", {name, user: undefined});
    const what = Object.entries(rows)
      .filter(([, count]) => count > 0)
      .map(([table, count]) => rowsText(table, count));
    const text =
      `Everything of theirs goes: ${what.join(", ") || "nothing is there"}. It is overwritten in the file, ` +
      "and cannot be undone.";
    if (!(await confirm(`Forget ${name}?`, text, `Forget ${name}`))) return;
    await ask("library/forget", {name, yes: true, user: undefined});
    if (person() === name) choosePerson(null);
    say(`${name} is forgotten.`);
    location.reload();
  } catch (error) {
    sayError(error);
  }
}
