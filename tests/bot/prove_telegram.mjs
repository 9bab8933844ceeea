// grammY, which we did not write, lives with what fake_telegram.py plays: prove_telegram.mjs PORT TOKEN. Prints JSON
// of what it met.
import { createRequire } from "node:module";
import { execSync } from "node:child_process";

const folder = execSync("npm root -g").toString().trim();
const { Bot, InlineKeyboard, GrammyError } = createRequire(folder + "/")("grammy");

const [port, token] = process.argv.slice(2);
const apiRoot = `http://127.0.0.1:${port}`;
const human = (what, body) =>
  fetch(`${apiRoot}/test/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
    .then((answer) => answer.json());
const refusal = async (asked) => {
  try {
    await asked;
    return null;
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    return { code: error.error_code, description: error.description, parameters: error.parameters };
  }
};
const told = {};

// Who has no token, or a wrong one.
told.unauthorized = await refusal(new Bot("123456:wrong", { client: { apiRoot } }).api.getMe());
told.malformed = await refusal(new Bot("nonsense", { client: { apiRoot } }).api.getMe());

// A conversation, by grammY's own long poll.
const bot = new Bot(token, { client: { apiRoot } });
bot.catch((error) => { throw error; });
const asked = [];
bot.command("next", async (context) => {
  asked.push(context.match);
  await context.reply("<b>A &amp; B</b> <a href=\"https://example.org/?a=1&amp;b=2\">there</a>", {
    parse_mode: "HTML",
    reply_markup: new InlineKeyboard().text("Yes", "yes:1").text("No", "no:1").row().url("There", "https://example.org/"),
  });
});
let pressed = null;
const waiting = new Promise((resolve) => {
  bot.callbackQuery("yes:1", async (context) => {
    pressed = { from: context.from.id, message: context.callbackQuery.message.message_id };
    await context.answerCallbackQuery({ text: "taken" });
    await context.editMessageText("answered");
    told.same = await refusal(context.editMessageText("answered"));
    told.twice = await refusal(context.answerCallbackQuery());
    resolve();
  });
});
const running = bot.start({ drop_pending_updates: false });
await human("say", { user: 42, text: "/next of all" });
let message = null;
while (message === null) {
  const messages = await (await fetch(`${apiRoot}/test/messages?chat=42`)).json();
  message = messages[0] ?? null;
  if (message === null) await new Promise((resolve) => setTimeout(resolve, 20));
}
told.question = { text: message.text, entities: message.entities, buttons: message.reply_markup.inline_keyboard };
await human("press", { user: 42, message_id: message.message_id, data: "yes:1" });
await waiting;
await bot.stop();
await running;
told.asked = asked;
told.pressed = { from: pressed.from, is_it: pressed.message === message.message_id };
told.edited = (await (await fetch(`${apiRoot}/test/messages?chat=42`)).json())[0];

// A long poll waits, ends when there is something, and is ended by a second one.
const before = Date.now();
told.empty = await bot.api.getUpdates({ timeout: 1 });
told.waited = Date.now() - before >= 900;
const first = refusal(bot.api.getUpdates({ timeout: 20 }));
await new Promise((resolve) => setTimeout(resolve, 200));
const second = bot.api.getUpdates({ timeout: 20 });
told.conflict = await first;
await human("say", { user: 42, text: "x" });
const found = await second;
told.found = found.map((update) => update.message.text);
told.again = (await bot.api.getUpdates({ offset: found[0].update_id })).length;
told.confirmed = (await bot.api.getUpdates({ offset: found[0].update_id + 1 })).length;
await human("do", { webhook: true });
told.webhook = await refusal(bot.api.getUpdates());
await bot.api.deleteWebhook();

// What is refused.
const send = (text, other) => refusal(bot.api.sendMessage(42, text, other));
told.markdown = await send("Vol. 2 - the best!", { parse_mode: "MarkdownV2" });
told.escaped = await send("*Vol\\. 2* \\- the [best](https://example.org/a\\)b)\\!", { parse_mode: "MarkdownV2" });
told.tag = await send("<song>", { parse_mode: "HTML" });
told.unclosed = await send("<b>bold", { parse_mode: "HTML" });
told.long = await send("x".repeat(4097));
told.longest = await send("x".repeat(4096));
told.emoji = await send("🎵".repeat(2049));
told.data = await send("x", { reply_markup: new InlineKeyboard().text("x", "é".repeat(33)) });
told.datafits = await send("x", { reply_markup: new InlineKeyboard().text("x", "é".repeat(32)) });
told.stranger = await refusal(bot.api.sendMessage(77, "x"));
await human("do", { trouble: { sendMessage: [429, 502] } });
told.toomany = await send("x");
told.gateway = await send("x");
told.gone = await refusal(bot.api.editMessageText(42, 999999, "x"));
await bot.api.setMyCommands([{ command: "next", description: "asks" }]);
await human("do", { block: 42 });
told.blocked = await send("x");
console.log(JSON.stringify(told));
