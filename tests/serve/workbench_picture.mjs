// The picture of the README: the workbench with a recipe of the engine's, over the demo library.
//
//   NODE_PATH=$(npm root -g) node tests/serve/workbench_picture.mjs .build/release/engine \
//     engine/help/pictures/workbench.png

import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {goTo, launch, openPage, Served, settled} from "./served.mjs";

const [engine, picture] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), "workbench-"));
for (const folder of ["DATA", "CONFIG", "CACHE"]) process.env[`XDG_${folder}_HOME`] = join(home, folder);
const library = join(home, "library.db");
execFileSync(engine, ["--quiet", "--library", library, "--now", "2026-11-21", "demo"]);
const served = new Served(engine, library);
try {
  await served.start();
  const browser = await launch();
  const page = await openPage(browser, served);
  await goTo(page, "#/workbench/weekly");
  await page.setViewportSize({width: 1280, height: 760});
  await page.locator(".live-rows button.title").first().waitFor();
  await settled(page);
  const slider = page.getByRole("slider", {name: "discovery"}); // what it changes is marked in the list
  for (let step = 0; step < 3; ++step) await slider.press("ArrowRight");
  await settled(page);
  await page.waitForTimeout(500); // the last of its transitions
  await page.screenshot({path: picture});
  await browser.close();
  if (page.errors.length > 0) throw new Error(page.errors.join("\n"));
} finally {
  await served.stop();
  rmSync(home, {recursive: true});
}
