// openai and @anthropic-ai/sdk, which we did not write, ask what fake_llm.py plays:
// prove_llm.js FOLDER PORT. FOLDER is the fake's, whose modes are set here. Prints JSON of what they
// made of its answers; they refuse what is not as the services' own.
const fs = require("fs");
const OpenAI = require("openai");
const Anthropic = require("@anthropic-ai/sdk");

const [folder, port] = process.argv.slice(2);
const put = (name, what) => fs.writeFileSync(`${folder}/${name}`, JSON.stringify(what));
const schema = {
  type: "object", properties: { labels: { type: "array", items: { type: "string" } } }, required: ["labels"],
  additionalProperties: false,
};

async function main() {
  const base = `http://127.0.0.1:${port}`;
  const openai = new OpenAI.default({ baseURL: base + "/v1", apiKey: "right", maxRetries: 0, timeout: 20000 });
  const anthropic = new Anthropic.default({ baseURL: base, apiKey: "right", maxRetries: 0, timeout: 20000 });
  const chat = (client = openai) => client.chat.completions.create({
    model: "small", max_tokens: 100, messages: [{ role: "user", content: "calm evening" }],
    response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
  });
  const message = (client = anthropic) => client.messages.create({
    model: "claude-haiku-4-5", max_tokens: 100, messages: [{ role: "user", content: "calm evening" }],
    tools: [{ name: "answer", input_schema: schema }], tool_choice: { type: "tool", name: "answer" },
  });
  const failure = async (asked) => asked.then(() => "", (problem) => `${problem.constructor.name} ${problem.status}`);
  const mode = async (one, asked) => { put("modes.json", [one]); return asked(); };

  put("answers.json", { labels: ["calm", "slow"] });
  put("keys.json", ["right"]);
  const told = { openai: {}, anthropic: {} };
  const said = await mode("fine", chat);
  told.openai.labels = JSON.parse(said.choices[0].message.content).labels;
  told.openai.tokens = [said.usage.prompt_tokens, said.usage.completion_tokens];
  told.openai.cut = (await mode("cut", chat)).choices[0].finish_reason;
  told.openai.refusal = (await mode("refusal", chat)).choices[0].message.refusal;
  const used = await mode("thinking", message);
  told.anthropic.types = used.content.map((block) => block.type);
  told.anthropic.input = used.content[1].input;
  told.anthropic.tokens = [used.usage.input_tokens, used.usage.output_tokens];
  told.anthropic.cut = (await mode("cut", message)).stop_reason;
  told.anthropic.refusal = (await mode("refusal", message)).stop_reason;
  for (const status of [400, 404, 429, 500, 503]) told.openai[status] = await mode(status, () => failure(chat()));
  for (const status of [400, 403, 404, 429, 500, 529])
    told.anthropic[status] = await mode(status, () => failure(message()));
  told.openai.key = await failure(chat(openai.withOptions({ apiKey: "wrong" })));
  told.anthropic.key = await failure(message(anthropic.withOptions({ apiKey: "wrong" })));
  // A limit that waiting does not lift: asked once, although three times would be allowed.
  put("requests.log", "");
  fs.writeFileSync(`${folder}/requests.log`, "");
  told.anthropic.spent = await mode("spent", () => failure(message(anthropic.withOptions({ maxRetries: 2 }))));
  told.anthropic.asked = fs.readFileSync(`${folder}/requests.log`, "utf8").trim().split("\n").length;
  console.log(JSON.stringify(told));
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
