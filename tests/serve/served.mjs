// engine serve, and Debian's Chromium by Playwright, for the tests of the page.
//
//   NODE_PATH=$(npm root -g) node day.mjs ENGINE LIBRARY FOLDER
//
// The engine's home is that of the environment (XDG_...).

import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

export const require = createRequire(import.meta.url); // knows of NODE_PATH, as import does not
const {chromium} = require("playwright-core");

export const kPatienceMs = Number(process.env.PATIENCE_MS ?? 60000); // machines of a test may be busy
const kNow = "2026-11-21"; // as the demo library was made
export const kSizes = {desk: {width: 1280, height: 800}, phone: {width: 390, height: 844}};

/** `engine serve` at one port, which it keeps when it is started again. */
export class Served {
  constructor(engine, library) {
    Object.assign(this, {engine, library, port: 0});
  }

  async start() {
    const words = ["--library", this.library, "--json", "--now", kNow, "serve", "--port", this.port];
    this.process = spawn(this.engine, words.map(String), {stdio: ["ignore", "pipe", "inherit"]});
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    for await (const line of createInterface({input: this.process.stdout})) {
      this.url = JSON.parse(line).url;
      this.origin = new URL(this.url).origin;
      this.port = new URL(this.url).port;
      return;
    }
    throw new Error("engine serve has ended at its start");
  }

  async stop(signal = "SIGINT") {
    this.process?.kill(signal);
    await this.ended;
  }

  /** What a person does at the command line. @returns {Promise<Object>} what --json prints */
  async ask(...words) {
    const isAsOf = words.includes("--now");
    const all = ["--library", this.library, "--json", ...(isAsOf ? [] : ["--now", kNow]), ...words];
    const asked = spawn(this.engine, all, {stdio: ["ignore", "pipe", "inherit"]});
    let text = "";
    for await (const piece of asked.stdout) text += piece;
    return JSON.parse(text);
  }
}

export function launch() {
  return chromium.launch({executablePath: "/usr/bin/chromium", args: ["--no-sandbox"]});
}

/**
 * A page that is signed in; what its console is told as an error, and exceptions that nobody caught, are
 * in `page.errors`.
 */
export async function openPage(browser, served, {size = "desk", colorScheme = "light"} = {}) {
  const context = await browser.newContext({
    viewport: kSizes[size],
    colorScheme,
    hasTouch: size === "phone",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(kPatienceMs);
  const page = await context.newPage();
  page.errors = [];
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  page.on("pageerror", (error) => page.errors.push(error.message));
  await page.goto(served.url);
  await settled(page);
  return page;
}

/** Goes to a view as its address says. */
export async function goTo(page, hash) {
  await page.evaluate((address) => {
    location.hash = address;
  }, hash);
  await settled(page);
}

/** Nothing of the view is still being read. */
export async function settled(page) {
  await page.waitForTimeout(60); // a view that is just left
  await page.waitForFunction(
    () =>
      document.querySelector("main h1") && !document.querySelector("main .loading, main [aria-busy=true]"),
    undefined,
    {timeout: kPatienceMs},
  );
}
