// When jobs are due according to croner, which we did not write: croner_answers.mjs FILE.
// FILE has a line of JSON for each: [expression, zone, Unix seconds]. Prints a line for each: the next three times after
// that, in Unix seconds (fewer where no more come), or what is wrong with the expression.
import { execSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const folder = execSync("npm root -g").toString().trim();
const { Cron } = createRequire(folder + "/")("croner");

const answers = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => {
  const [expression, timezone, after] = JSON.parse(line);
  try {
    const times = new Cron(expression, { timezone, mode: "5-part" }).nextRuns(3, new Date(after * 1000));
    return JSON.stringify(times.map((time) => time.getTime() / 1000));
  } catch (problem) {
    return JSON.stringify(String(problem));
  }
});
console.log(answers.join("\n"));
