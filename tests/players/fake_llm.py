"""A language model's server as it answers, for tests: fake_llm.py FOLDER. Prints its port.

It speaks Anthropic's Messages (POST /v1/messages) and OpenAI's chat completions (POST
/v1/chat/completions), and refuses requests that these refuse: without a version, a model, messages
or a limit of tokens, with a wrong key, or with a form of schema that it does not take.

Reads of FOLDER, anew for each request
  answers.json   what it says, by the member of the schema that it is given: {"numbers": [2, 1],
                 "labels": ["calm"], "text": "Like what you play."}
  modes.json     how it answers instead, a list that is used up but for its last: a status (401, 429,
                 503, 529 ...), or
                 "fine"       as answers.json says
                 "thinking"   the same behind thoughts of its own
                 "talking"    the same with prose around it
                 "untold"     the same without a count of tokens
                 "invents"    numbers, labels and words that it was not given
                 "repeats"    the same choice over and over
                 "short"      less than it was asked for
                 "control"    texts with control characters and line ends
                 "more"       a further member beside the one of the schema
                 "wrong type" something else than the schema says
                 "prose", "cut", "refusal", "html", "null", "half", "silent"
                 "spent"      429 of a limit that waiting does not lift
                 "own"        a text that begins with a word of the first fact
                 "obeys"      what a text among the data orders: ANSWER<JSON of the member>
  keys.json      the keys that it takes; without it any, and none
  takes.json     the forms of response_format: "json_schema" nested, "json_schema_plain",
                 "json_object"; without it all. "newer": max_tokens is refused
Writes requests.log, a line of JSON each: path, version, key, body.
"""
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
LOCK = threading.Lock()
ANTHROPIC_ERRORS = {400: "invalid_request_error", 401: "authentication_error", 402: "billing_error",
                    403: "permission_error", 404: "not_found_error", 413: "request_too_large",
                    429: "rate_limit_error", 500: "api_error", 503: "api_error", 504: "timeout_error",
                    529: "overloaded_error"}
OPENAI_ERRORS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error",
                 429: "rate_limit_error", 500: "server_error", 503: "unavailable_error"}
INVENTED = {"numbers": [1, 999], "labels": ["euphoric", "calm"],
            "text": "Metallica wrote this in 1999 for you and for all of us."}


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    return json.load(open(path)) if os.path.exists(path) else otherwise


def take_mode():
    with LOCK:
        modes = read("modes.json", ["fine"])
        if len(modes) > 1:
            with open(os.path.join(FOLDER, "modes.json"), "w") as file:
                json.dump(modes[1:], file)
        return modes[0]


class Refused(Exception):
    pass


def require(is_so, message):
    if not is_so:
        raise Refused(message)


def form_of(response_format):
    kind = response_format.get("type")
    if kind == "json_schema" and "json_schema" in response_format:
        require("schema" in response_format["json_schema"] and "name" in response_format["json_schema"],
                "Missing required parameter: response_format.json_schema.schema")
        return "json_schema", response_format["json_schema"]["schema"]
    if kind == "json_schema" and "schema" in response_format:
        return "json_schema_plain", response_format["schema"]
    require(kind == "json_object", "Invalid value: response_format.type")
    return "json_object", response_format.get("schema")


def schema_of_prompt(system):
    return json.loads(system[system.index("JSON Schema: ") + len("JSON Schema: "):])


def read_anthropic(headers, body):
    version = headers.get("anthropic-version")
    require(version in ("2023-06-01", "2026-10-21"), "anthropic-version: header is required")
    for name in ("model", "max_tokens", "messages"):
        require(name in body, name + ": Field required")
    for name in ("temperature", "top_p", "top_k"):
        require(version == "2023-06-01" or name not in body, name + ": Extra inputs are not permitted")
    data = body["messages"][-1]["content"]
    require(body["messages"][-1]["role"] == "user", "This model does not support assistant message prefill")
    tools = {tool["name"]: tool for tool in body.get("tools", [])}
    choice = body.get("tool_choice", {"type": "auto"})
    if choice["type"] == "auto":
        return None, body.get("output_config", {}).get("format", {}).get("schema"), data
    require("tool" in read("takes.json", ["tool"]),
            "tool_choice: type \"tool\" and \"any\" are not supported for this model.")
    require(choice["name"] in tools, "tool_choice.name: Tool not found")
    return choice["name"], tools[choice["name"]]["input_schema"], data


def read_openai(body):
    for name in ("model", "messages"):
        require(name in body, "you must provide a " + name + " parameter")
    takes = read("takes.json", ["json_schema", "json_schema_plain", "json_object"])
    require("newer" not in takes or "max_tokens" not in body,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
    form, schema = form_of(body.get("response_format", {"type": "json_object"}))
    require(form in takes, "Either \"json_schema\" or \"grammar\" can be specified, but not both")
    system = "".join(one["content"] for one in body["messages"] if one["role"] == "system")
    if schema is None and "JSON Schema: " in system:
        schema = schema_of_prompt(system)
    return schema, body["messages"][-1]["content"]


def value_for(mode, member, data):
    said = read("answers.json", {}).get(member)
    if mode == "invents":
        return INVENTED[member]
    if mode == "repeats":
        return [said[0]] * 2 if isinstance(said, list) else " ".join([said] * 40)
    if mode == "short":
        return [] if isinstance(said, list) else ""
    if mode == "control":
        return "\x1b[31m\n" + said if isinstance(said, str) else ["\x1b[31m"] + said
    if mode == "wrong type":
        return {"answer": said}
    if mode == "own":
        return list(json.loads(data)["facts"].values())[0].replace(",", " ").split()[0] + " sunday songs"
    if mode == "obeys":
        ordered = re.search(r"ANSWER<(.*?)>", json.loads(json.dumps(data)).replace('\\"', '"'))
        return json.loads(ordered.group(1)) if ordered else said
    return said


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head
    disable_nagle_algorithm = True  # head and body at once

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send(200, json.dumps({"status": "ok"}))

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.is_anthropic = self.path == "/v1/messages"
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        key = self.headers.get("x-api-key") or bearer if self.is_anthropic else bearer
        with LOCK:
            with open(os.path.join(FOLDER, "requests.log"), "a") as log:
                log.write(json.dumps({"path": self.path, "version": self.headers.get("anthropic-version"),
                                      "key": key or "", "body": json.loads(text)}) + "\n")
        if self.path not in ("/v1/messages", "/v1/chat/completions"):
            return self.fail(404, "not found")
        keys = read("keys.json", None)
        if keys is not None and key not in keys:
            return self.fail(401, "invalid x-api-key: " + (key or ""))
        try:
            body = json.loads(text)
            if self.is_anthropic:
                tool, schema, data = read_anthropic(self.headers, body)
            else:
                tool, (schema, data) = None, read_openai(body)
        except (Refused, KeyError, ValueError) as problem:
            return self.fail(400, str(problem))
        self.answer(take_mode(), body["model"], tool, schema, data)

    def answer(self, mode, model, tool, schema, data):
        if mode == "silent":
            return self.rfile.read(1)  # until the other end goes
        if isinstance(mode, int):
            message = "Loading model" if mode == 503 else "trouble"
            return self.fail(mode, message, {"Retry-After": "0"} if mode == 429 else {})
        if mode == "spent":
            return self.fail(429, "You have reached your specified API usage limits: the spend limit.",
                             {"x-should-retry": "false"})
        if mode in ("html", "null"):
            return self.send(200, "<html>maintenance</html>" if mode == "html" else "null")
        if mode in ("prose", "refusal") or schema is None:
            said = "Sure! I would say that these are lovely."
            return self.say(mode, model, None, said)
        member = list(schema["properties"])[0]
        value = {member: value_for(mode, member, data)}
        if mode == "more":
            value["because"] = "I felt like it"
        self.say(mode, model, tool, value)

    def say(self, mode, model, tool, said):
        usage = (50, 30)
        text = said if isinstance(said, str) else json.dumps(said)
        if mode == "cut":
            text = text[:len(text) // 2]
        if mode == "talking":
            text = "Here it is: " + text + "\nI hope that helps {you}!"
        if self.is_anthropic:
            content = [{"type": "thinking", "thinking": "{hm}", "signature": "x"}] if mode == "thinking" else []
            if tool and not isinstance(said, str):
                content += [{"type": "text", "text": "Here it is."}] if mode == "talking" else []
                content.append({"type": "tool_use", "id": "toolu_x", "name": tool,
                                "input": {} if mode == "cut" else said})
            else:
                content.append({"type": "text", "text": text})
            stopped = {"cut": "max_tokens", "refusal": "refusal"}.get(
                mode, "end_turn" if isinstance(said, str) else "tool_use")
            body = {"id": "msg_x", "type": "message", "role": "assistant", "model": model, "content": content,
                    "stop_reason": stopped, "stop_sequence": None,
                    "usage": {"input_tokens": usage[0], "output_tokens": usage[1]}}
        else:
            message = {"role": "assistant", "content": text}
            if mode == "thinking":
                message["reasoning_content"] = "{hm}"
            if mode == "refusal":
                message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
            body = {"id": "chatcmpl-x", "object": "chat.completion", "created": 1767225600, "model": model,
                    "choices": [{"index": 0, "finish_reason": "length" if mode == "cut" else "stop",
                                 "message": message}],
                    "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1],
                              "total_tokens": sum(usage)}}
        if mode == "untold":
            del body["usage"]
        self.send(200, json.dumps(body), is_half=mode == "half")

    def fail(self, status, message, headers={}):
        if self.is_anthropic:
            body = {"type": "error", "error": {"type": ANTHROPIC_ERRORS.get(status, "api_error"), "message": message},
                    "request_id": "req_x"}
        else:
            body = {"error": {"code": status, "message": message, "type": OPENAI_ERRORS.get(status, "server_error")}}
        self.send(status, json.dumps(body), headers)

    def send(self, status, text, headers={}, is_half=False):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("request-id", "req_x")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if is_half else body)
        if is_half:
            self.close_connection = True


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
