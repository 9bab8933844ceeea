// Pictures of every view and dialog, at 1280 and 390 pixels, light and dark, and what axe-core says of them.
//
//   node screens.mjs ENGINE LIBRARY FOLDER    pictures go into FOLDER; 1 where axe finds something serious

import {mkdirSync, readFileSync} from "node:fs";

import {goTo, launch, openPage, require, Served, settled} from "./served.mjs";

const [engine, library, folder] = process.argv.slice(2);
mkdirSync(folder, {recursive: true});
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const served = new Served(engine, library);
const findings = [];

async function prepare() {
  await served.ask("train", "embedding", "clusters");
  await served.ask("discover");
  await served.ask("playlist", "keep", "Evening", "dynamic");
  for (const now of ["2026-11-14", "2026-11-21"])
    await served.ask("refresh", "Evening", "--now", now);
  await served.ask("feedback", "love", "track:1");
  await served.ask("jobs", "add", "--usual");
}

/** What is opened in a view, and how. */
const kOpened = {
  "#/lists": {"new-list": (page) => page.getByRole("button", {name: "New list …"}).click()},
  "#/lists/Evening": {
    why: (page) => page.locator(".kept-tracks button.title").first().click(),
    drop: (page) => page.getByRole("button", {name: "Drop …"}).click(),
  },
  "#/workbench/weekly": {
    new: (page) => page.getByRole("button", {name: "New …"}).click(),
    why: (page) => page.locator(".live-rows button.title").first().click(),
    stage: (page) => page.locator(".stage").first().click(),
    compare: (page) => page.getByRole("tab", {name: "A/B"}).click(),
    tune: (page) => page.getByRole("tab", {name: "Tune"}).click(),
    jobs: async (page) => {
      await page.getByRole("tab", {name: "Tune"}).click();
      await page.getByRole("tabpanel", {name: "Tune"}).getByRole("button", {name: "Tune"}).click();
      await page.locator("#jobs").getByRole("button", {name: /^(1 job|\d+ jobs|Jobs)/}).click();
      await page.locator("#jobs .job-line").first().waitFor();
    },
    keep: (page) => page.getByRole("button", {name: "Keep as list"}).click(),
  },
  "#/shuffle": {why: (page) => page.locator(".smart-list button.title").first().click()},
  "#/discover": {reasons: (page) => page.getByRole("button", {name: /^Reject …/}).click()},
  "#/map": {
    cluster: (page) => page.locator(".map-clusters button").first().click(),
    track: async (page) => {
      await page.locator(".map-clusters button").first().click();
      await page.locator(".map-tracks button").first().click();
    },
  },
};

async function look(page, name, isChecked) {
  await page.screenshot({path: `${folder}/${name}.png`});
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) findings.push(`${name}: ${wide} pixels wider than the screen`);
  if (!isChecked) return;
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  for (const {id, impact, nodes, help} of violations)
    if (["serious", "critical"].includes(impact))
      findings.push(`${name}: ${impact} ${id}: ${help}: ${nodes.slice(0, 4).map(({html, any}) =>
        `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`);
}

async function lookAtAll(page, suffix, isChecked) {
  const linked = (selector) =>
    page.$$eval(selector, (links) => links.map((link) => link.getAttribute("href")));
  let views = await linked("header nav a");
  views.splice(1, 0, "#/lists/Evening");
  views = views.map((view) => (view === "#/workbench" ? "#/workbench/weekly" : view));
  if (views.includes("#/house")) {
    await goTo(page, "#/house");
    await page.locator(".house-places a").first().waitFor();
    views.splice(views.indexOf("#/house"), 1, ...(await linked(".house-places a")));
  }
  for (const view of views) {
    const name = view.replace("#/", "").replaceAll("/", "-").toLowerCase();
    await goTo(page, view);
    await page.waitForTimeout(300);
    await look(page, `${name}-${suffix}`, isChecked);
    for (const [what, open] of Object.entries(kOpened[view] ?? {})) {
      await open(page);
      await settled(page);
      await page.waitForTimeout(200);
      await look(page, `${name}-${what}-${suffix}`, isChecked);
      await page.keyboard.press("Escape");
      await goTo(page, "#/lists");
      await goTo(page, view);
    }
  }
}

let isWhole = false;
try {
  await prepare();
  await served.start();
  const browser = await launch();
  for (const size of ["desk", "phone"])
    for (const colorScheme of ["light", "dark"]) {
      const page = await openPage(browser, served, {size, colorScheme});
      page.setDefaultTimeout(20000);
      await lookAtAll(page, `${size}-${colorScheme}`, (size === "desk") === (colorScheme === "light"));
      for (const error of page.errors) findings.push(`${size} ${colorScheme}: console: ${error}`);
      await page.context().close();
    }
  await browser.close();
  isWhole = true;
} finally {
  await served.stop("SIGKILL");
  for (const finding of findings) console.log(finding);
}
process.exit(isWhole && findings.length === 0 ? 0 : 1);
