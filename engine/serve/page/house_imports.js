// Imports: files that are dropped here are told first (a dry run), then read; what was imported, with its
// accounting, and taking it back.

import {ask, person, upload} from "./api.js";
import {confirm, field} from "./dialogs.js";
import {h, named, put} from "./dom.js";
import {receiveFiles} from "./dropped_files.js";
import {listen} from "./events.js";
import {counted, percent, whole} from "./figures.js";
import {Work} from "./house_work.js";
import {filesTable, importContent} from "./import_accounting.js";
import {say, sayError} from "./messages.js";
import {goOnAs} from "./people.js";
import {failure, fill, isNobodyHere} from "./states.js";
import {table} from "./tables.js";

const kOrders = [
  ["", "as the file proves"],
  ["day-first", "day first: 03/10 is 3 October"],
  ["month-first", "month first: 03/10 is 10 March"],
  ["year-first", "year first"],
];

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const form = new ImportForm(signal);
  const imports = h("section", {class: "house-part", "aria-labelledby": "imports-title"});
  put(place, form.element, imports);
  const load = () => fill(imports, "what was imported", () => importsPart(signal, load));
  form.imported = load;
  await Promise.all([form.begin(), load()]);
  listen("back", load, signal);
}

// ---- files that come --------------------------------------------------------------------------------

class ImportForm {
  #files = [];
  #sent = []; // where each lies at the server, until it is imported
  #isAtWork = false;
  #isOld = false; // a field changed while it was at work

  constructor(signal) {
    this.signal = signal;
    this.imported = () => {};
    this.input = h("input", {
      type: "file",
      multiple: true,
      class: "unseen",
      id: "import-files",
      on: {change: () => this.#take([...this.input.files])},
    });
    this.drop = h("div",
      {
        class: "drop",
        on: {
          dragover: () => this.drop.classList.add("over"),
          dragleave: () => this.drop.classList.remove("over"),
        },
      },
      h("p", {}, h("b", {}, "Drop files here"), " or "),
      this.input,
      h("label", {class: "button", for: "import-files"}, "Choose files …"),
      h("p", {class: "soft"},
        "Histories, libraries and playlists of Spotify, Last.fm, Apple, YouTube, Deezer and others, as ",
        "they come: archives too. Nothing is written before you have seen what would be."));
    this.user = h("input", {
      type: "text",
      name: "user",
      list: "import-people",
      autocomplete: "off",
      maxlength: 100,
      on: {change: () => this.#lookAgain()},
    });
    this.people = h("datalist", {id: "import-people"});
    this.columns = h("input", {
      type: "text",
      name: "columns",
      autocomplete: "off",
      placeholder: "title=Song,artist=By",
      on: {change: () => this.#lookAgain()},
    });
    this.dates = h("select", {name: "dates", on: {change: () => this.#lookAgain()}},
      kOrders.map(([value, text]) => h("option", {value}, text)));
    this.chosen = h("div", {});
    this.result = h("div", {class: "import-result"});
    this.work = new Work({
      verb: "import",
      signal,
      done: (answer) => this.#done(answer),
      buttons: () => [...this.element.querySelectorAll("button")],
    });
    this.element = h("section", {class: "house-part", "aria-label": "Import files"},
      this.drop,
      h("div", {class: "import-fields"},
        field("Whose history", this.user, "A name that is not there yet becomes a new person."),
        this.people,
        h("details", {},
          h("summary", {}, "Tables of your own"),
          h("div", {class: "import-fields"},
            field("Columns", this.columns, "What the columns of a CSV file mean, as ours=theirs."),
            field("Dates", this.dates, "How dates are written, where a file does not prove it.")))),
      this.chosen,
      this.work.element,
      this.result);
  }

  async begin() {
    this.work.resume();
    const {users} = await ask("library/users", {user: undefined}, {signal: this.signal}).catch(() => ({
      users: [],
    }));
    put(this.people, users.map(({name}) => h("option", {value: name})));
    this.user.value = person() ?? users[0]?.name ?? "";
    receiveFiles((files) => {
      this.drop.classList.remove("over");
      this.#take(files);
    }, this.signal);
  }

  #take(files) {
    if (files.length === 0) return;
    this.#files = files;
    this.#sent = [];
    put(this.result);
    put(this.chosen,
      h("ul", {class: "chosen-files", "aria-label": "Chosen files"},
        files.map(({name, size}) =>
          h("li", {}, named(name), h("span", {class: "soft"}, ` ${sizeText(size)}`)))),
      h("div", {class: "buttons"},
        h("button", {type: "button", on: {click: () => this.run(true)}}, "Look again"),
        h("button", {type: "button", on: {click: () => this.#forget()}}, "Put them away")));
    this.run(true);
  }

  #forget() {
    this.#files = [];
    this.input.value = "";
    put(this.chosen);
    put(this.result);
  }

  // What was told is of other fields than those that are asked for now.
  #lookAgain() {
    if (this.#files.length === 0) return;
    if (this.#isAtWork) this.#isOld = true;
    else this.run(true);
  }

  /** @param {boolean} isDry nothing is written */
  async run(isDry) {
    put(this.result);
    this.#isAtWork = true;
    this.#isOld = false;
    try {
      if (this.#sent.length === 0) await this.#send();
      const paths = this.#sent;
      if (!isDry) this.#sent = []; // they go with the import
      await this.work.begin({
        paths,
        "dry-run": isDry || undefined,
        user: this.user.value.trim() || undefined,
        columns: this.columns.value.trim() || undefined,
        dates: this.dates.value || undefined,
      });
    } catch (error) {
      if (error.name !== "AbortError") put(this.work.element, failure(error, () => this.run(isDry)));
    }
    this.#isAtWork = false;
    if (this.#isOld && !this.signal.aborted) this.#lookAgain();
  }

  async #send() {
    put(this.work.element, h("p", {class: "soft"}, `Sending ${counted(this.#files.length, "file")} …`));
    const sent = [];
    for (const file of this.#files) sent.push(`upload:${(await upload(file, this.signal)).upload}`);
    this.#sent = sent;
  }

  async #done(answer) {
    const canImport = answer.dry_run && answer.files.some(({buckets}) => Object.keys(buckets).length > 0);
    put(this.result,
      h("h2", {}, answer.dry_run ? "What would happen" : "It has happened"),
      importContent(answer),
      !answer.dry_run && whatNext(answer),
      canImport &&
        h("div", {class: "buttons"},
          this.#files.length > 0
            ? h("button", {type: "button", class: "go", on: {click: () => this.run(false)}},
                `Import ${counted(this.#files.length, "file")}`)
            : h("p", {class: "soft"}, "Choose the files again to import them.")));
    if (!answer.dry_run) {
      this.#files = [];
      this.input.value = "";
      put(this.chosen);
      say(answer.interrupted ? "The import was interrupted: what was read stays." : "Imported.");
      await this.imported();
    }
    return null;
  }
}

// Where an import leads: to a list of whose history it was.
function whatNext({files}) {
  const changed = files.filter(({user, buckets}) => user && buckets.new > 0);
  const people = [...new Set(changed.map(({user}) => user))];
  if (people.length === 0) return null;
  const links = (name) => {
    const link = (className, href, text) =>
      h("a", {class: className, href, on: {click: () => goOnAs(name)}}, text);
    return h("div", {class: "buttons"},
      link("button go", "#/workbench/weekly", ["A weekly mix of ", named(name)]),
      link("button", "#/lists", ["Lists of ", named(name)]));
  };
  return [h("h3", {}, "And now"), people.map(links)];
}

function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

// ---- what came --------------------------------------------------------------------------------------

async function importsPart(signal, load) {
  const {imports} = await everybodysImports(signal);
  const heading = h("h2", {id: "imports-title"}, "What was imported");
  if (imports.length === 0)
    return [heading, h("p", {class: "soft"}, "Nothing yet, neither of yours nor of a catalogue.")];
  return [
    heading,
    h("p", {class: "soft"}, "Every record of a file is in one of its counts: they add up."),
    filesTable([...imports].reverse(), [
      {
        head: h("span", {class: "unseen"}, "taking it back"),
        cell: (each) =>
          each.obstacle === null
            ? h("button", {type: "button", on: {click: () => undo(each, load)}},
                "Undo …",
                h("span", {class: "unseen"}, ` import ${each.import}`))
            : h("details", {class: "obstacle"},
                h("summary", {}, "stays"),
                h("p", {class: "soft", dir: "auto"}, `Cannot be undone: ${each.obstacle}.`)),
      },
    ]),
    await unmatchedPart(signal),
  ];
}

// Before the first import there is no library, which is nothing that went wrong.
async function everybodysImports(signal) {
  try {
    return await ask("library/imports", {user: undefined}, {signal});
  } catch (error) {
    if (isNobodyHere(error)) return {imports: []};
    throw error;
  }
}

/** "3 listens", of a table of the store. */
export function rowsText(table, count) {
  const name = table.replaceAll("_", " ");
  return counted(count, name.replace(/s$/, ""), name);
}

async function undo(each, load) {
  try {
    const {imports} = await ask("library/undo-import", {import: [each.import]});
    const [what] = imports;
    const parts = [
      what.listens > 0 && counted(what.listens, "listen"),
      ...Object.entries(what.rows).map(([table, count]) => rowsText(table, count)),
    ].filter(Boolean);
    const text =
      `${parts.length ? `It takes back ${parts.join(", ")}.` : "Nothing of it is left that only it told."} ` +
      "Tracks and artists stay, and so does what another import told too. The file can be imported again.";
    if (!(await confirm(`Undo import ${each.import}?`, text, "Undo it"))) return;
    await ask("library/undo-import", {import: [each.import], yes: true});
    say(`Import ${each.import} was taken back.`);
    await load();
  } catch (error) {
    sayError(error);
  }
}

// What somebody played that no catalogue holds.
async function unmatchedPart(signal) {
  const {tracks} = await ask("library/unmatched", {limit: 20}, {signal}).catch((error) => {
    if (error.name === "AbortError") throw error;
    return {tracks: []};
  });
  if (!tracks?.length) return null;
  return h("details", {},
    h("summary", {},
      `Played, and in no catalogue: ${tracks.length === 20 ? "the 20 most played" : tracks.length}`),
    table("Tracks that no catalogue holds",
      [
        {head: "title", cell: ({title}) => named(title)},
        {head: "artist", cell: ({artist}) => named(artist)},
        {head: "plays", cell: ({plays}) => whole(plays), isNumber: true},
        {
          head: "nearest",
          cell: ({nearest}) =>
            nearest
              ? [named(nearest.title), h("span", {class: "soft"}, ` ${percent(nearest.nearness)} alike`)]
              : "nothing is near",
        },
      ],
      tracks));
}
