// Asking the engine: the verbs of the command line with the same names and values, as JSON.
//
//   const data = await ask("playlist/show", {name: "Dynamic"});     // what --json prints
//   const job = await startJob("backtest", {recipes: ["weekly"]});  // goes on without this page (jobs.js)
//
// What goes wrong is a Refusal: what, where, why and what to do, as the terminal tells it.

export class Refusal extends Error {
  /** @param {number} status of HTTP; 0: no answer came @param {Object} error as the API tells it */
  constructor(status, error) {
    super(error.message || `the server answered ${status}`);
    this.name = "Refusal";
    this.status = status;
    for (const part of ["exit", "where", "source", "why", "fix", "text"]) this[part] = error[part] ?? "";
    this.isSuperseded = false; // a newer question took the place of this one: nothing went wrong
  }
}

let session = null; // a promise of {token, version, has_editor}
const kPerson = "playlist-engine.person";
let chosenPerson = localStorage.getItem(kPerson);

/** @returns {Promise<{token: string, version: string, has_editor: boolean}>} */
export function knownSession() {
  session ??= send("GET", "session").catch((error) => {
    session = null;
    throw error;
  });
  return session;
}

/** Whose lists and history; null: the only person there is, or the one of the settings. */
export function person() {
  return chosenPerson;
}

export function choosePerson(name) {
  chosenPerson = name;
  if (name === null) localStorage.removeItem(kPerson);
  else localStorage.setItem(kPerson, name);
}

/**
 * @param {string} verb "run", "playlist/show"
 * @param {Object} parameters by name, as the flags of the command line; undefined ones are left out
 * @param {{signal?: AbortSignal}} options
 * @returns {Promise<Object>} what the verb answers with --json
 */
export async function ask(verb, parameters = {}, {signal} = {}) {
  const answer = await post(verb, withPerson(parameters), signal);
  // That there is nothing (exit status 1) is no failure of HTTP's, but nothing that a view could show.
  if (answer.error) throw new Refusal(200, answer.error);
  return answer;
}

/** @returns {Promise<number>} the number of a job that was begun (see jobs.js). */
export async function startJob(verb, parameters = {}) {
  return (await post(`${verb}?job=1`, withPerson(parameters))).job;
}

/** For what is no verb: get("jobs"), post("live/ID", {...}), remove("jobs/3"). */
export function get(path, signal) {
  return send("GET", path, undefined, signal);
}
export function post(path, body, signal) {
  return send("POST", path, JSON.stringify(body), signal);
}
export function remove(path) {
  return send("DELETE", path);
}

/** @param {File} file @returns {Promise<{upload: string, name: string, bytes: number}>} for import's path */
export function upload(file, signal) {
  return send("POST", `upload?name=${encodeURIComponent(file.name)}`, file, signal);
}

export function withPerson(parameters) {
  return chosenPerson === null || "user" in parameters ? parameters : {...parameters, user: chosenPerson};
}

async function send(method, path, body, signal, isRepeated = false) {
  const headers = {};
  if (method !== "GET") headers["Playlist-Token"] = (await knownSession()).token;
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const response = await reach(`/api/${path}`, {method, headers, body, signal});
  if (response.status === 403 && method !== "GET" && !isRepeated) {
    session = null; // the server was started again: its token is another
    return send(method, path, body, signal, true);
  }
  const answer = await read(response);
  if (response.ok) return answer;
  const isSuperseded = answer.superseded === true;
  const newer = {message: "something else was asked of this list meanwhile", fix: "ask again"};
  const refusal = new Refusal(response.status,
    answer.error ?? (isSuperseded ? newer : unexplained(response)));
  refusal.isSuperseded = isSuperseded;
  throw refusal;
}

async function reach(address, request) {
  try {
    return await fetch(address, {credentials: "same-origin", ...request});
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, {
      message: "the server does not answer",
      why: "engine serve has ended, or this machine cannot reach it",
      fix: "start it again: engine serve; this page finds it by itself",
    });
  }
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

function unexplained(response) {
  if (response.status === 401) {
    return {
      message: "this browser is not signed in any more",
      fix: "open the address that engine serve prints, or sign in with the password",
    };
  }
  return {message: `the server answered ${response.status} ${response.statusText}`};
}
