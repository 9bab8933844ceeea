// A day with the page, as a person lives it: by roles and names, some of it by the keyboard alone.
//
//   node day.mjs ENGINE LIBRARY FOLDER    pictures of what went wrong go into FOLDER

import assert from "node:assert/strict";
import {appendFileSync, writeFileSync} from "node:fs";

import {goTo, kSizes, launch, openPage, Served, settled} from "./served.mjs";

const [engine, library, folder] = process.argv.slice(2);
const served = new Served(engine, library);
await served.start();
const browser = await launch();
const page = await openPage(browser, served);

const place = (name) => page.getByRole("navigation", {name: "Views"}).getByRole("link", {name});
const button = (name, exact = false) => page.getByRole("button", {name, exact});
const heading = (name) => page.getByRole("heading", {name});
const theList = () => page.getByRole("list", {name: "The list as it would be"}).getByRole("listitem");
const editor = () => page.getByRole("textbox", {name: /^Text of the recipe/});
const message = (text) => page.locator("#messages").getByText(text);

async function step(name, live) {
  const start = performance.now();
  try {
    await live();
  } catch (error) {
    await page.screenshot({path: `${folder}/failed.png`}).catch(() => {});
    console.error(`${name}: ${error.stack}`);
    await end(1);
  }
  console.log(`${name} (${Math.round(performance.now() - start)} ms)`);
}

async function end(status) {
  await browser.close();
  await served.stop("SIGKILL");
  process.exit(status);
}

/** The titles of the list as it is now. */
async function titles() {
  return theList().locator("button.title").allTextContents();
}

/** Until the list as it would be is another. */
async function changed(before) {
  await page.waitForFunction(
    (old) =>
      JSON.stringify([...document.querySelectorAll(".live-rows .tracks:not(.left) button.title")].map(
        (each) => each.textContent)) !== old,
    JSON.stringify(before),
  );
}

/** The caret of the editor stands behind this text, which is somewhere in it once it is there. */
async function caretBehind(text) {
  await page.waitForFunction((wanted) => {
    const code = document.querySelector(".CodeMirror")?.CodeMirror;
    const area = document.querySelector("textarea.plain");
    const begin = (code ? code.getValue() : area?.value ?? "").indexOf(wanted);
    if (begin < 0) return false;
    const at = begin + wanted.length;
    if (code) code.setCursor(code.posFromIndex(at));
    else area.setSelectionRange(at, at);
    (code ?? area).focus();
    return true;
  }, text);
}

async function textOf() {
  await page.locator(".CodeMirror, textarea.plain").first().waitFor();
  return page.evaluate(() => document.querySelector(".CodeMirror")?.CodeMirror.getValue() ??
    document.querySelector("textarea.plain").value);
}

/** A CSV file of plays is dropped where `selector` is. */
async function dropPlays(on, selector, name, title) {
  const plays = [1, 2, 3, 4, 5].map((day) => `${title},The Morning Visitors,2026-11-0${day}T07:10:00Z`);
  const dropped = await on.evaluateHandle(([text, file]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], file, {type: "text/csv"}));
    return data;
  }, [["title,artist,time", ...plays, ""].join("\n"), name]);
  await on.locator(selector).first().dispatchEvent("drop", {dataTransfer: dropped});
}

// ---- what is heard comes in -------------------------------------------------------------------------

await step("a history is dropped onto the page, looked at, and imported", async () => {
  await place("House").click();
  const area = page.getByText("Drop files here");
  await area.waitFor();
  await dropPlays(page, ".drop", "kitchen.csv", "Kettle Song");
  await heading("What would happen").waitFor();
  assert.equal((await served.ask("library", "find", "Kettle Song")).tracks.length, 0); // nothing is written yet
  await button("Import 1 file").click();
  await message("Imported.").waitFor();
  await page.getByRole("cell", {name: "kitchen.csv"}).first().waitFor();
  const [found] = (await served.ask("library", "find", "Kettle Song")).tracks;
  assert.equal(found.artist, "The Morning Visitors");
});

// ---- lists and recipes ------------------------------------------------------------------------------

await step("a weekly mix", async () => {
  await place("Workbench").click();
  await heading("Workbench: weekly").waitFor({state: "attached"});
  await theList().first().waitFor();
  assert.equal(await theList().count(), 50);
});

await step("a recipe of one's own in three clicks", async () => {
  await button("New …").click();
  await page.getByRole("radio", {name: /^Dynamic/}).check();
  await button("Create", true).click();
  await heading("Workbench: my-dynamic").waitFor({state: "attached"});
  await theList().first().waitFor();
});

await step("a formula is edited, and the list moves", async () => {
  const before = await titles();
  const text = await textOf();
  const number = /taste\s*=\s*pl\.\w+\s*{\s*([\d.]+)/.exec(text);
  assert.ok(number, "dynamic.lua has a taste");
  await caretBehind(number[0]);
  for (let k = 0; k < number[1].length; k += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type("0.95");
  await changed(before);
  await page.getByText(/▲ \d+/).first().waitFor();
  await page.getByText("not saved").waitFor();
});

await step("a mistake is told at its line, and the list stays", async () => {
  await page.keyboard.type(" oops");
  await page.locator(".problem").first().waitFor();
  assert.ok((await titles()).length > 10);
  for (let k = 0; k < 5; k += 1) await page.keyboard.press("Backspace");
  await page.locator(".problem").first().waitFor({state: "detached"});
});

await step("a slider is drawn by keys, and put back", async () => {
  const slider = page.getByRole("slider", {name: "tracks", exact: true});
  const before = await titles();
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await changed(before);
  const drawn = await titles();
  await page.keyboard.press("Delete");
  await changed(drawn);
});

await step("why, and why not", async () => {
  const first = (await titles())[0];
  await button(first, true).first().click();
  const drawer = page.getByRole("complementary", {name: "Details"});
  await drawer.getByRole("heading", {name: `Why ${first}`}).waitFor();
  await drawer.getByText(/^Place 1/).waitFor();
  await page.keyboard.press("Escape");
  await drawer.waitFor({state: "hidden"});
  // What is in the weekly mix and not here.
  const here = new Set(await titles());
  const {tracks} = await served.ask("run", "weekly", "--no-record");
  const absent = tracks.find(({title}) => !here.has(title));
  await page.getByRole("searchbox", {name: /^Why not/}).fill(`${absent.artist} - ${absent.title}`);
  await page.keyboard.press("Enter");
  await drawer.getByRole("heading", {name: /^Why not/}).waitFor();
  await drawer.getByText(/step.? it went through/).waitFor();
  await drawer.getByRole("button", {name: "Close"}).click();
});

await step("a stage's rows, though another list comes while the button is down", async () => {
  const before = await titles();
  await page.getByRole("list", {name: "Stages, in their order"}).getByRole("button").first().hover();
  await page.mouse.down();
  const another = page.waitForResponse(/\/api\/live\//);
  const slider = page.getByRole("slider", {name: "tracks", exact: true});
  await slider.evaluate((range) => {
    range.stepUp(60);
    range.dispatchEvent(new Event("input", {bubbles: true}));
  });
  await (await another).finished();
  await page.waitForTimeout(100);
  assert.deepEqual(await titles(), before);
  await page.mouse.up();
  await page.getByRole("table", {name: /^Rows after/}).waitFor();
  await changed(before);
  await page.keyboard.press("Escape");
  await slider.focus();
  await page.keyboard.press("Delete");
  await page.waitForFunction((count) =>
    document.querySelectorAll(".live-rows .tracks:not(.left) button.title").length === count, before.length);
});

await step("A/B against what is saved", async () => {
  await page.getByRole("tab", {name: "A/B"}).click();
  await page.getByRole("region", {name: "A, as saved"}).waitFor();
  await page.getByText(/% overlap/).waitFor();
  await page.getByRole("tab", {name: "List"}).click();
});

await step("it is saved by Ctrl-S and kept as a list", async () => {
  await editor().focus();
  await page.keyboard.press("Control+s");
  await page.locator(".file-state").getByText("saved", {exact: true}).waitFor();
  await button("Keep as list").click();
  await page.getByRole("textbox", {name: "Name"}).fill("Evening");
  await page.keyboard.press("Enter");
  await heading("Evening").waitFor();
  await page.getByText(/version 1 of/).waitFor();
});

const kept = () => page.getByRole("list", {name: "Tracks of the list"}).getByRole("listitem");
let pinned = "", rejected = "";

await step("a track is pinned, another is rejected and gone", async () => {
  const names = await kept().locator("button.title").allTextContents();
  [pinned, rejected] = names;
  await kept().first().getByRole("button", {name: /^Pin/}).click();
  await message(`${pinned} stays in Evening.`).waitFor();
  await kept().nth(1).locator("button.title").click();
  await page.getByRole("combobox", {name: `Reject ${rejected}`}).selectOption({label: "I dislike the track"});
  await message(/rejected.*It goes at the next refresh/).waitFor();
  await kept().nth(1).getByText("rejected: to go at the next refresh").waitFor();
  await page.getByRole("complementary", {name: "Why"}).waitFor();
  await button("Refresh", true).click();
  await message(/Evening has version 2/).waitFor();
  await page.getByText(/version 2 of/).waitFor();
  await settled(page);
  await page.getByRole("complementary", {name: "Why"}).waitFor({state: "hidden"});
  const now = await kept().locator("button.title").allTextContents();
  assert.ok(now.includes(pinned));
  assert.equal(now.filter((name) => name === rejected).length, names.filter((name) => name === rejected).length - 1);
});

await step("what changed, and why", async () => {
  const changes = page.getByRole("heading", {name: "What changed"}).locator("..");
  await changes.getByText(/\d+ left/).waitFor();
  await changes.getByText(rejected, {exact: true}).first().waitFor();
});

await step("an earlier version is restored", async () => {
  await page.getByRole("combobox", {name: "Version shown"}).selectOption("1");
  await button("Restore version 1").click();
  await message(/Version 1 of Evening is the list again/).waitFor();
  await page.getByText(/version 3 of/).waitFor();
});

await step("a verdict is taken back", async () => {
  await place("Workbench").click();
  await theList().first().waitFor();
  const before = await titles();
  await button(before[0], true).first().click();
  await page.getByRole("combobox", {name: `Reject ${before[0]}`}).selectOption({label: "I dislike the track"});
  await message(/rejected/).waitFor();
  await changed(before);
  await button("Undo", true).last().click();
  await message("Taken back.").waitFor();
  await page.waitForFunction(
    (title) => document.querySelector(".live-rows .tracks:not(.left) button.title")?.textContent === title,
    before[0]);
});

await step("a text that does not run is saved, told, and found again", async () => {
  await caretBehind("params = {");
  await page.keyboard.type(" oops");
  await page.locator(".problem").first().waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText(/^my-dynamic is saved, and does not run \(line \d+\)/).waitFor();
  await page.reload();
  await page.getByText("saved, does not run").waitFor();
  assert.match(await textOf(), / oops/);
  await place("Lists").click();
  await place("Workbench").click(); // to the last one
  await heading("Workbench: my-dynamic").waitFor({state: "attached"});
  const chosen = page.getByRole("combobox", {name: "Recipe"}).locator("option:checked");
  assert.equal(await chosen.textContent(), "my-dynamic · does not run");
  await page.evaluate(() => localStorage.clear()); // also in a browser that never opened it
  await page.reload();
  assert.equal(await chosen.textContent(), "my-dynamic · does not run");
  await caretBehind(" oops");
  for (let k = 0; k < 5; k += 1) await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+s");
  await page.locator(".file-state").getByText("saved", {exact: true}).waitFor();
  assert.equal(await chosen.textContent(), "my-dynamic · Dynamic");
  await theList().first().waitFor();
});

await step("a copy of one of the engine's recipes gives way to it again", async () => {
  await goTo(page, "#/workbench/dynamic");
  await heading("Workbench: dynamic").waitFor({state: "attached"});
  await theList().first().waitFor();
  assert.equal(await button("Engine's own …").count(), 0);
  await caretBehind("params = {");
  await page.keyboard.type(" -- mine");
  await page.keyboard.press("Control+s");
  await message(/is a recipe of yours now/).waitFor();
  await button("Engine's own …").click();
  await button("Put mine aside").click();
  await message(/dynamic is the engine's own again/).waitFor();
  await page.locator(".file-state").getByText("unchanged").waitFor();
  assert.doesNotMatch(await textOf(), / -- mine/);
  await goTo(page, "#/workbench/my-dynamic");
  await heading("Workbench: my-dynamic").waitFor({state: "attached"});
});

// ---- others at work ---------------------------------------------------------------------------------

await step("another editor saves the recipe, and the page has it", async () => {
  const {path} = await served.ask("recipe", "show", "my-dynamic");
  appendFileSync(path, "\n-- by another editor\n");
  await message(/was changed elsewhere: this is the new text/).waitFor();
  assert.match(await textOf(), /by another editor/);
});

await step("what was changed elsewhere is not written over", async () => {
  const {path, text} = await served.ask("recipe", "show", "my-dynamic");
  await caretBehind("by another editor");
  await page.keyboard.type(" and by me");
  writeFileSync(path, `${text}-- and again\n`);
  await page.getByRole("alert").getByText(/changed elsewhere, and you have text that is not saved/).waitFor();
  await button("Keep mine").click();
  assert.match(await textOf(), /by another editor and by me/);
  await button("Take the file").waitFor({state: "detached"});
});

await step("a job is found again after a reload, and cancelled", async () => {
  const tuning = page.getByRole("tabpanel", {name: "Tune"});
  await page.getByRole("tab", {name: "Tune"}).click();
  await tuning.getByRole("combobox", {name: "Dates"}).selectOption({label: "every week"});
  await tuning.getByRole("combobox", {name: "Sets to try"}).selectOption("200");
  await tuning.getByRole("button", {name: "Tune"}).click();
  await button(/^1 job/).waitFor();
  await page.reload();
  await button(/^1 job/).waitFor();
  await page.getByRole("tab", {name: "Tune"}).click();
  await tuning.getByRole("progressbar").waitFor();
  await tuning.getByRole("button", {name: "Cancel"}).click();
  await tuning.getByText("It was cancelled.").waitFor();
});

await step("what was typed is there after the reload", async () => {
  await page.getByText(/changed elsewhere, and you have text/).waitFor();
  assert.match(await textOf(), /and by me/);
  await button("Take the file").click();
  assert.match(await textOf(), /and again/);
});

await step("the server is killed, and is back", async () => {
  await served.stop("SIGKILL");
  await page.getByText(/The server is gone/).waitFor();
  await page.getByRole("tab", {name: "List", exact: true}).click();
  await caretBehind("and again");
  await page.keyboard.type(", when it was gone");
  await served.start();
  await page.getByText(/The server was started again and is back/).waitFor();
  await page.waitForFunction(() => !document.querySelector(".live.old, main .failure"));
  assert.match(await textOf(), /when it was gone/);
  await page.keyboard.press("Control+s");
  await page.locator(".file-state").getByText("saved", {exact: true}).waitFor();
});

// ---- by the keyboard alone --------------------------------------------------------------------------

await step("a list is kept by the keyboard alone", async () => {
  await page.goto(`${served.origin}/#/lists`);
  await page.reload(); // so that the focus is nowhere
  await settled(page);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement.innerText ?? "");
  const tabTo = async (name) => {
    for (let k = 0; k < 60 && (await focused()).trim() !== name; k += 1) await press("Tab");
    assert.equal((await focused()).trim(), name);
  };
  await press("Tab");
  assert.equal(await focused(), "To the content");
  await press("Enter");
  await tabTo("New list …");
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("Quiet");
  await press("Escape");
  await page.getByRole("dialog").waitFor({state: "detached"});
  assert.equal((await focused()).trim(), "New list …");
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("Quiet");
  await press("Enter");
  // Its card among the lists is there before the dialog is gone.
  await page.getByRole("heading", {name: "Quiet", level: 1}).waitFor();
  await page.waitForFunction(() => document.activeElement.tagName === "H1");
});

// ---- the other views --------------------------------------------------------------------------------

const smart = () => page.getByRole("list", {name: "Smart shuffle"}).getByRole("listitem");
/** Chooses the first song of a search by the keyboard. Until it is found, what is played most is offered. */
async function findSong(label, title) {
  const search = page.getByRole("combobox", {name: label});
  await search.fill(title);
  await page.getByRole("option", {selected: true}).getByText(title, {exact: true}).waitFor();
  await search.press("ArrowDown");
  await search.press("ArrowUp");
  await search.press("Enter");
}

await step("a shuffle from a song, beside a plain one, and the way to another", async () => {
  await place("Shuffle").click();
  await smart().first().waitFor();
  await page.getByRole("region", {name: "Plain shuffle"}).getByRole("listitem").first().waitFor();
  const songs = await smart().locator("button.title").allTextContents();
  await findSong("Begin with a song", songs[4]);
  await page.getByText("Begins with").waitFor();
  await page.waitForFunction((title) =>
    document.querySelector(".smart-list .tracks button.title")?.textContent === title, songs[4]);
  const before = await smart().locator("button.title").allTextContents();
  const wildness = page.getByRole("slider", {name: /wildness|chance/i}).first();
  await wildness.focus();
  for (let k = 0; k < 8; k += 1) await page.keyboard.press("ArrowRight");
  await page.waitForFunction((old) =>
    [...document.querySelectorAll(".smart-list .tracks button.title")].map((each) => each.textContent)
      .join() !== old, before.join());
  await findSong("End with a song", songs[9]);
  await heading(/^The way from/).waitFor();
  await page.waitForFunction((title) =>
    [...document.querySelectorAll(".smart-list .tracks button.title")].at(-1)?.textContent === title,
  songs[9]);
});

await step("songs are found, one is rejected by keys, and it is taken back", async () => {
  await place("Discover").click();
  await button("Find songs").click();
  const card = page.getByRole("article", {name: "The song that is asked about"});
  await card.waitFor();
  const asked = await card.getByRole("heading").textContent();
  await page.keyboard.press("r");
  await page.getByText("Why?", {exact: true}).waitFor();
  await page.keyboard.press("o");
  await message(`${asked} is rejected (overplayed).`).waitFor();
  await page.getByRole("region", {name: "What you said"}).getByText(asked).first().waitFor();
  await page.keyboard.press("u");
  await message("Taken back: it is asked again.").waitFor();
  await card.getByRole("heading", {name: asked}).waitFor();
});

await step("what is said covers nothing that answers, at a desk and on a phone", async () => {
  for (const size of Object.values(kSizes)) {
    await page.setViewportSize(size);
    for (const [key, told] of [["l", /comes again in three days/], ["s", /comes again tomorrow/]]) {
      await page.keyboard.press(key);
      await message(told).waitFor();
    }
    assert.equal(await page.locator(".message").count(), 1);
    const covered = await page.evaluate(() => {
      const box = document.getElementById("messages").getBoundingClientRect();
      const isCovered = (each) => {
        const {left, right, top, bottom} = each.getBoundingClientRect();
        return left < box.right && right > box.left && top < box.bottom && bottom > box.top;
      };
      return [...document.querySelectorAll(".answers button, .head button, #places a")]
        .filter(isCovered)
        .map((each) => each.textContent);
    });
    assert.deepEqual(covered, []);
    if (size === kSizes.phone) {
      const [below, head] = await page.evaluate(() => {
        scrollTo(0, 0);
        const edges = (id) => document.getElementById(id).getBoundingClientRect();
        return [edges("view").top - edges("messages").bottom, edges("messages").height];
      });
      assert.ok(below >= 0 && head > 0, `a message covers ${-below} pixels of the view`);
    }
    for (let k = 0; k < 2; k += 1) {
      await page.keyboard.press("u");
      await message("Taken back: it is asked again.").waitFor();
      await button("Close this message").click();
    }
  }
  await page.setViewportSize(kSizes.desk);
});

await step("who goes back leaves the dialog, too", async () => {
  await place("Lists").click();
  await button("New list …").click();
  await page.getByRole("dialog").waitFor();
  await page.goBack();
  await heading("Discover").waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
});

await step("the map is drawn, encircled tracks and a cluster become recipes", async () => {
  await place("Map").click();
  await button("Draw the map").click();
  const clusters = page.getByRole("list", {name: "Clusters"}).getByRole("listitem");
  await clusters.first().waitFor();
  const canvas = page.locator("canvas").first();
  await button("Encircle").click();
  const {x, y, width, height} = await canvas.boundingBox();
  const at = (dx, dy) => [x + width * dx, y + height * dy];
  await page.mouse.move(...at(0.2, 0.2));
  await page.mouse.down();
  for (const [dx, dy] of [[0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.25]])
    await page.mouse.move(...at(dx, dy), {steps: 5});
  await page.mouse.up();
  await heading(/tracks encircled/).waitFor();
  await button("Make a recipe of these …").click();
  await page.getByRole("textbox", {name: "Name"}).fill("encircled");
  await page.keyboard.press("Enter");
  await heading("Workbench: encircled").waitFor({state: "attached"});
  await theList().first().waitFor();
  await place("Map").click();
  await clusters.first().getByRole("button").click();
  await button("Make a recipe of these …").click();
  await page.getByRole("textbox", {name: "Name"}).fill("one-kind");
  await page.keyboard.press("Enter");
  await heading("Workbench: one-kind").waitFor({state: "attached"});
  await theList().first().waitFor();
});

await step("patterns", async () => {
  await place("Patterns").click();
  await heading("Patterns").waitFor();
  await heading("Listening over time").waitFor();
});

// ---- a library that has just begun ------------------------------------------------------------------

const first = new Served(engine, `${library}.first`);
await first.start();
const begun = await openPage(browser, first);

await step("what a map lacks is told", async () => {
  await goTo(begun, "#/house/imports");
  await begun.getByText("Nothing yet, neither of yours").waitFor();
  assert.equal(await begun.getByText("There is no listening history yet").count(), 0);
  await dropPlays(begun, ".drop", "kitchen.csv", "Kettle Song");
  await begun.getByRole("button", {name: "Import 1 file"}).click();
  await begun.getByRole("heading", {name: "It has happened"}).waitFor();
  await goTo(begun, "#/map");
  await begun.getByRole("button", {name: "Draw the map"}).click();
  await begun.getByText(/embedding was not trained: no track has tempo/).waitFor();
  await begun.getByRole("link", {name: "House > Services"}).waitFor();
  await goTo(begun, "#/house/jobs");
  await begun.reload();
  await begun.locator("#view").getByText(/^done.*Nothing was learned: embedding \(no track has tempo/).waitFor();
});

await step("a history that is dropped elsewhere is somebody's, who is in the header at once", async () => {
  await goTo(begun, "#/lists");
  await dropPlays(begun, "main", "annas.csv", "Anna's Song");
  await begun.getByRole("heading", {name: "What would happen"}).waitFor();
  assert.equal(new URL(begun.url()).hash, "#/house/imports");
  await begun.getByText("new: would come into the library").waitFor();
  await begun.getByLabel("Whose history").fill("Anna");
  await begun.keyboard.press("Tab"); // and what would happen is asked anew
  await begun.locator(".import-result").getByRole("cell", {name: "Anna", exact: true}).first().waitFor();
  await begun.getByRole("button", {name: "Import 1 file"}).click();
  await begun.getByRole("heading", {name: "It has happened"}).waitFor();
  assert.equal(await begun.getByText("Has begun.").count(), 0);
  await begun.locator("#person option", {hasText: "Anna"}).waitFor({state: "attached"});
  await begun.getByRole("link", {name: "A weekly mix of Anna"}).click();
  await begun.getByRole("heading", {name: "Workbench: weekly"}).waitFor({state: "attached"});
  assert.equal(await begun.getByRole("combobox", {name: "Whose lists"}).inputValue(), "Anna");
});

await step("an address that nobody would write has its view", async () => {
  await goTo(begun, "#/lists/%");
  await begun.getByRole("heading", {name: "%", exact: true}).waitFor();
});

await first.stop("SIGKILL");
page.errors.push(...begun.errors);

const errors = page.errors.filter((text) => !/Failed to load resource|net::ERR|409|422/.test(text));
if (errors.length > 0) console.error(errors);
await end(errors.length > 0 ? 1 : 0);
