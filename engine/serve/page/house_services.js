// Services and players: what is connected, whether it works, how much it may be asked; what there is to be
// connected. Passwords, keys and logins are given on a command line of the machine, and never here.

import {ask} from "./api.js";
import {confirm, field, openForm} from "./dialogs.js";
import {h, named, put} from "./dom.js";
import {counted, dayText, short, whole} from "./figures.js";
import {Work} from "./house_work.js";
import {say, sayError} from "./messages.js";
import {fill, sentence} from "./states.js";
import {facts} from "./tables.js";

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const list = h("div", {});
  let checked = [];
  const load = () =>
    fill(list, "services", async () => {
      const answer = await ask("accounts", {}, {signal});
      return [connectedPart(answer, checked, {load, sync}), availablePart(answer, load)];
    });
  const work = new Work({
    verb: "sync",
    signal,
    async done({accounts}) {
      await load();
      return h("ul", {}, accounts.map(syncLine));
    },
  });
  const sync = (account) => work.begin({accounts: [account]});
  const check = h("button",
    {
      type: "button",
      on: {
        click: async () => {
          check.disabled = true;
          try {
            ({checked} = await ask("accounts", {check: true}, {signal}));
            if (checked.length === 0) say("There is no login and no language model to try.");
            await load();
          } catch (error) {
            sayError(error);
          }
          check.disabled = false;
        },
      },
    },
    "Try the logins");
  put(place,
    h("p", {class: "soft"},
      "Passwords, keys and tokens are never shown: they stand in a file of the machine that its owner ",
      "alone can read."),
    h("div", {class: "buttons"}, check),
    work.element,
    list);
  work.resume();
  await load();
}

function syncLine({account, records, error, buckets}) {
  const told = Object.entries(buckets ?? {})
    .map(([name, count]) => `${whole(count)} ${name.replaceAll("_", " ")}`)
    .join(", ");
  return h("li", {dir: "auto"},
    h("b", {}, account),
    error
      ? h("span", {class: "down"}, `: ${error}`)
      : `: ${counted(records ?? 0, "record")}${told ? `, ${told}` : ""}`);
}

// ---- connected --------------------------------------------------------------------------------------

function connectedPart({accounts, services, costs}, checked, acts) {
  return [
    h("h2", {}, "Connected"),
    accounts.length === 0
      ? h("p", {class: "soft"}, "Nothing is connected. Recipes need none of it.")
      : h("ul", {class: "cards"},
          accounts.map((account) =>
            accountCard(account, {
              service: services.find(({service}) => service === account.service),
              check: checked.find((each) => each.account === account.account),
              cost: costs.find((each) => each.account === account.account),
              ...acts,
            }))),
  ];
}

function accountCard({account, values, secrets, login}, {service, check, cost, load, sync}) {
  const perSecond = values.requests_per_second ?? service?.requests_per_second;
  return h("li", {class: "card account"},
    h("div", {class: "model-head"},
      h("h3", {}, named(account)),
      service?.is_read && h("button", {type: "button", on: {click: () => sync(account)}}, "Sync"),
      h("button", {type: "button", class: "quiet", on: {click: () => disconnect(account, load)}},
        "Disconnect",
        h("span", {class: "unseen"}, ` ${account}`))),
    service && h("p", {class: "soft"}, service.title),
    check &&
      h("p", {class: check.works ? "up" : "down", dir: "auto"},
        `${check.works ? "Works" : "Does not work"}: ${check.told}`),
    facts([
      ...Object.entries(values).map(([name, value]) => [name.replaceAll("_", " "), named(value)]),
      secrets.length > 0 && [
        "kept, and not shown",
        secrets.map((name) => name.replaceAll("_", " ")).join(", "),
      ],
      login && ["logged in", dayText(login.authorised)],
      login?.ends && ["until", dayText(login.ends)],
      login?.scopes && ["may", login.scopes],
      perSecond && ["asked at most", `${short(Number(perSecond))} times a second`],
    ]),
    cost && costText(cost, values));
}

function costText({today, ever, currency}, {requests_per_day: most}) {
  const money = (cost) => (cost === null ? "" : `, ${short(cost)} ${currency ?? ""}`);
  const part = ({requests, input_tokens: sent, output_tokens: answered, cost}) =>
    `${counted(requests, "question")}, ${whole(sent)} tokens sent, ${whole(answered)} answered${money(cost)}`;
  return facts([
    ["today", `${part(today)}${most ? `; at most ${most} questions a day` : ""}`],
    ["in all", part(ever)],
  ]);
}

async function disconnect(account, load) {
  const text = "The engine forgets where it is and how to log in. What came from there stays.";
  if (!(await confirm(`Disconnect ${account}?`, text, "Disconnect"))) return;
  try {
    await ask("disconnect", {service: account});
    say(`${account} is disconnected.`);
    await load();
  } catch (error) {
    sayError(error);
  }
}

// ---- to be connected --------------------------------------------------------------------------------

function availablePart({services, accounts}, load) {
  const isConnected = ({service}) => accounts.some((each) => each.service === service);
  return [
    h("h2", {}, "To be connected"),
    h("ul", {class: "cards"},
      services.map((service) =>
        h("li", {class: "card account"},
          h("div", {class: "model-head"},
            h("h3", {}, service.service),
            isConnected(service) && h("span", {class: "up"}, "connected")),
          h("p", {class: "soft"}, service.title),
          h("p", {}, usesText(service)),
          service.sent &&
            h("p", {class: "soft", dir: "auto"},
              `Connected, ${service.sent}; before that it is asked nothing.`),
          canBeConnectedHere(service) && connectButton(service, load),
          (service.login || secretOf(service)) && commandPart(service),
          fieldsPart(service.fields)))),
  ];
}

function usesText(service) {
  const {is_read: isRead, tells_lyrics: lyrics, features, answers} = service;
  const tellsIds = answers.includes("track_ids"); // and is asked for nothing else of a person's
  const most = service.requests_per_second;
  const uses = [
    service.takes_lists && "takes your lists",
    isRead && !lyrics && features.length === 0 && !tellsIds && "tells what you play or like there",
    tellsIds && "tells the MusicBrainz ids of tracks",
    lyrics && "tells what is sung",
    features.length > 0 && `tells the ${features.join(", ")} of tracks`,
    service.language_model && "answers questions that you allow",
    answers.some((each) => each.startsWith("artist_") || each.endsWith("_artists")) &&
      "answers what it knows of artists",
  ].filter(Boolean);
  if (most) uses.push(`asked at most ${times(most)} a second`);
  return uses.length > 0 ? `${sentence(uses.join(", "))}.` : "";
}

const times = (count) => (count === 1 ? "once" : `${short(count)} times`);
const secretOf = ({fields}) => fields.find(({secret}) => secret);
const canBeConnectedHere = ({login, fields}) =>
  !login && !fields.some(({secret, required}) => secret && required);

// A secret stays on the machine: it is not typed into a page.
function commandPart({service, login, fields}) {
  const secret = secretOf({fields});
  const needed = fields.filter(
    (each) => !each.secret && (each.required || ["address", "user"].includes(each.name)));
  const given = needed
    .filter(({usual}) => !usual)
    .map(({name}) =>
      name === "address" ? "--address ADDRESS" : name === "user" ? "--login NAME" : `--field ${name}=…`)
    .join(" ");
  const kind = secret && secret.name !== "password" ? ` --secret-field ${secret.name}` : "";
  const command = ["engine connect", service, given, !login && secret && `--secret -${kind}`]
    .filter(Boolean)
    .join(" ");
  return h("div", {class: "command"},
    h("p", {class: "soft"},
      login
        ? "One logs in to it in a browser on the machine of the engine; there, on a command line:"
        : "With a password or key only on a command line of the machine, so that it stays there:"),
    h("code", {}, command));
}

function fieldsPart(fields) {
  return h("details", {},
    h("summary", {}, "What it wants to be told"),
    h("dl", {class: "service-fields"},
      fields.map(({name, help, usual, required, secret}) =>
        h("div", {},
          h("dt", {}, name, required && h("span", {class: "warm"}, " needed"), secret && " (kept secret)"),
          h("dd", {dir: "auto"}, help, usual && h("span", {class: "soft"}, ` [${usual}]`))))));
}

function connectButton(service, load) {
  return h("div", {class: "buttons"},
    h("button", {type: "button", on: {click: () => connect(service, load)}},
      "Connect …",
      h("span", {class: "unseen"}, ` ${service.service}`)));
}

function choiceOf(name, choices, usual) {
  return h("select", {name},
    choices.map((choice) => h("option", {value: choice, selected: choice === usual}, choice)));
}

function connect({service, title, fields, sent}, load) {
  openForm({
    title: `Connect ${title}`,
    label: "Connect",
    fields: [
      sent && h("p", {class: "soft", dir: "auto"}, `Connected, ${sent}.`),
      fields
        .filter(({secret}) => !secret)
        .map(({name, help, usual, required, choices, several}) =>
          field(name.replaceAll("_", " "),
            choices.length > 0 && !several
              ? choiceOf(name, choices, usual)
              : h("input", {type: "text", name, required: required && !usual, placeholder: usual ?? ""}),
            help)),
    ],
    async act({address, user, ...values}) {
      await ask("connect", {
        service,
        address: address || undefined,
        login: user || undefined,
        field: Object.entries(values)
          .filter(([, value]) => value !== "")
          .map(([name, value]) => `${name}=${value}`),
        user: undefined, // whose history is another thing
      });
      say(`${service} is connected.`);
      await load();
    },
  });
}
