"""Telegram's Bot API as it answers, for tests: fake_telegram.py [TOKEN]. Prints its port.

A module, too: FakeTelegram(token) is one in this process. What people do is done to it: say(), press(), block();
what the bot did is read off it: messages of a chat, log of calls. Over HTTP the same is POST /test/say {"user", "text",
"chat_type", "reply_to"}, /test/press {"user", "message_id", "data"}, /test/do {what: value}, GET /test/messages?chat=N.

As the server's code has it: an update is there until a higher offset is asked for; a long poll waits, 50 s at most, and a second
one ends the first with 409; a webhook makes getUpdates 409; texts are parsed (HTML, MarkdownV2) and refused where they are none,
counted as UTF-16 units behind that; callback data has 1 to 64 bytes; an edit that changes nothing, a query that is old or was answered, a
message that is not there, a user who blocked the bot or never wrote to it are refused.
    trouble     {method: [what in place of the next answers: 429, 500, 502, "cut" (it is done, the answer breaks off),
                "closed" (it is not done, the connection ends), "late" (it is done, and told a second later)]}
    flood       {"messages", "seconds"}: more in one chat are refused with 429 and retry_after
    query_seconds, webhook
"""
import html
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlparse

TAGS = {"a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "tg-spoiler", "tg-emoji", "span"}
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TYPES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "a": "text_link"}
RESERVED = "_*[]()~`>#+-=|{}.!"


class Refused(Exception):
    def __init__(self, code, description, parameters=None):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def bad(what):
    return Refused(400, "Bad Request: " + what)


def parse_html(text):
    """The plain text and the entities of it."""
    out, open_tags, entities = "", [], []
    at = 0
    while at < len(text):
        if text[at] == "&":
            named = re.match(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|([a-z]+));", text[at:])
            if named and (named[1] or named[2] or named[3] in ENTITIES):
                out += chr(int(named[1])) if named[1] else chr(int(named[2], 16)) if named[2] else ENTITIES[named[3]]
                at += len(named[0])
                continue
            out += "&"
            at += 1
        elif text[at] == "<":
            end = re.match(r"</\s*([a-zA-Z0-9-]+)\s*>", text[at:])
            if end:
                if not open_tags:
                    raise bad(f"can't parse entities: Unexpected end tag at byte offset {at}")
                name, begin, link = open_tags.pop()
                if name != end[1].lower():
                    raise bad(f"can't parse entities: Unmatched end tag at byte offset {at}, expected \"</{name}>\", found \"{end[0]}\"")
                entities.append({"type": TYPES.get(name, name), "offset": begin, "length": units(out) - begin, **({"url": link} if link else {})})
                at += len(end[0])
                continue
            begin = re.match(r"<([a-zA-Z0-9-]+)((?:\s+[a-z-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*>", text[at:])
            name = begin[1].lower() if begin else re.match(r"<([^\s>]*)", text[at:])[1]
            if not begin or name not in TAGS:
                raise bad(f"can't parse entities: Unsupported start tag \"{name}\" at byte offset {at}")
            link = re.search(r"href\s*=\s*[\"']([^\"']*)", begin[2])
            open_tags.append((name, units(out), html.unescape(link[1]) if link else None))
            at += len(begin[0])
        else:
            out += text[at]
            at += 1
    if open_tags:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag {open_tags[-1][0]}")
    return out, entities


def parse_markdown(text):
    """MarkdownV2: the plain text. Entities are matched, not told."""
    out, open_marks, at = "", [], 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text) and ord(text[at + 1]) < 127:
            out += text[at + 1]
            at += 2
        elif char == "`":
            mark = "```" if text.startswith("```", at) else "`"
            end = at + len(mark)
            while end < len(text) and not text.startswith(mark, end):
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise bad(f"can't parse entities: Can't find end of Code entity at byte offset {at}")
            out += re.sub(r"\\(.)", r"\1", text[at + len(mark):end])
            at = end + len(mark)
        elif char == "]" and open_marks and open_marks[-1] == "[":
            open_marks.pop()
            link = re.match(r"\]\(((?:\\.|[^)\\])*)\)", text[at:])
            at += len(link[0]) if link else 1
        elif char in "*_~|[":
            mark = "__" if text.startswith("__", at) else "||" if char == "|" else char
            if mark == "||" and not text.startswith("||", at):
                raise bad("can't parse entities: Character '|' is reserved and must be escaped with the preceding '\\'")
            if open_marks and open_marks[-1] == mark:
                open_marks.pop()
            else:
                open_marks.append(mark)
            at += len(mark)
        elif char in RESERVED:
            raise bad(f"can't parse entities: Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            out += char
            at += 1
    if open_marks:
        raise bad("can't parse entities: Can't find end of the entity")
    return out


class FakeTelegram:
    def __init__(self, token="123456:the-secret-token", port=0):
        self.token, self.lock = token, threading.Condition()
        self.updates, self.next_update, self.next_message = [], 1001, 5
        self.chats = {}      # by number: {"messages": {id: message}, "blocked": bool}
        self.queries = {}    # by id: {"at", "user", "answered"}
        self.calls = []      # (time, method, parameters, status)
        self.trouble, self.flood, self.query_seconds, self.webhook = {}, None, 30, False
        self.poll, self.commands = 0, []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do_GET(self):
                self.answer()

            def do_POST(self):
                self.answer()

            def answer(self):
                url = urlparse(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                parameters = {key: values[0] for key, values in parse_qs(url.query).items()}
                if body:
                    parameters.update(json.loads(body) if "json" in self.headers.get("Content-Type", "") else
                                      {key: values[0] for key, values in parse_qs(body).items()})
                if url.path.startswith("/test/"):
                    return self.send(200, fake.do(url.path[6:], parameters))
                try:
                    result = fake.call(url.path, parameters)
                except Refused as refused:
                    if refused.code == 0:
                        self.close_connection = True
                        return None
                    told = {"ok": False, "error_code": refused.code, "description": refused.description}
                    if refused.parameters:
                        told["parameters"] = refused.parameters
                    return self.send(refused.code, told)
                if isinstance(result, tuple):  # ("cut", result)
                    self.close_connection = True
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"ok\":")
                    return None
                return self.send(200, {"ok": True, "result": result})

            def send(self, status, told):
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status == 429:
                    self.send_header("Retry-After", str(told["parameters"]["retry_after"]))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # who is killed does not read on

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    # ---- what people do ----

    def chat(self, number):
        return self.chats.setdefault(number, {"messages": {}, "blocked": False, "sent": []})

    def add_update(self, what):
        self.updates.append({"update_id": self.next_update, **what})
        self.next_update += 1
        self.lock.notify_all()

    def say(self, user, text, chat_type="private", reply_to=None, chat=None):
        with self.lock:
            number = chat or user
            message = {"message_id": self.next_message, "date": int(time.time()), "text": text,
                       "chat": {"id": number, "type": chat_type, "first_name": "x"},
                       "from": {"id": user, "is_bot": False, "first_name": "x"}}
            self.next_message += 1
            if text.startswith("/"):
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
            if reply_to:
                message["reply_to_message"] = self.chat(number)["messages"][reply_to]
            self.chat(number)
            self.add_update({"message": message})
            return message["message_id"]

    def press(self, user, message_id, data):
        """`data`: of a button that the message has, or another one that a client may send."""
        with self.lock:
            query = str(9000 + len(self.queries))
            self.queries[query] = {"at": time.time(), "user": user, "answered": False}
            self.add_update({"callback_query": {
                "id": query, "from": {"id": user, "is_bot": False, "first_name": "x"}, "chat_instance": "1", "data": data,
                "message": self.chat(user)["messages"][message_id]}})
            return query

    def do(self, what, parameters):
        if what == "say":
            return self.say(**parameters)
        if what == "press":
            return self.press(parameters["user"], parameters["message_id"], parameters["data"])
        if what == "messages":
            return list(self.chat(int(parameters["chat"]))["messages"].values())
        with self.lock:
            for name, value in parameters.items():
                if name == "block":
                    self.chat(value)["blocked"] = True
                else:
                    setattr(self, name, value)
        return True

    def messages(self, user):
        """What stands in the chat that the bot has written, in order."""
        with self.lock:
            return [dict(message) for message in self.chat(user)["messages"].values()]

    # ---- what the bot asks ----

    def call(self, path, parameters):
        match = re.fullmatch(r"/bot(\d+:[A-Za-z0-9_-]+)/([A-Za-z]+)", unquote(path))
        if not match:
            raise Refused(404, "Not Found")
        if match[1] != self.token:
            raise Refused(401, "Unauthorized")
        method = match[2].lower()
        names = {"getme": self.get_me, "getupdates": self.get_updates, "sendmessage": self.send_message,
                 "editmessagetext": self.edit_text, "editmessagereplymarkup": self.edit_markup, "deletewebhook": self.delete_webhook,
                 "deletemessage": self.delete_message, "answercallbackquery": self.answer_query, "setmycommands": self.set_commands}
        if method not in names:
            raise Refused(404, "Not Found")
        trouble = None
        with self.lock:
            waiting = self.trouble.get(match[2]) or self.trouble.get("*")
            if waiting:
                trouble = waiting.pop(0)
        began = time.time()
        status = 200
        try:
            if trouble == "closed":
                raise Refused(0, "")
            if trouble == 429:
                raise Refused(429, "Too Many Requests: retry after 2", {"retry_after": 2})
            if isinstance(trouble, int):
                raise Refused(trouble, "Bad Gateway" if trouble == 502 else "Internal Server Error")
            result = names[method](parameters)
            if trouble == "late":
                time.sleep(1)
            return ("cut", result) if trouble == "cut" else result
        except Refused as refused:
            status = refused.code
            raise
        finally:
            with self.lock:
                self.calls.append((began, match[2], parameters, status))

    def get_me(self, _):
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Playlists", "username": "playlists_bot",
                "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def delete_webhook(self, _):
        self.webhook = False
        return True

    def get_updates(self, parameters):
        offset, limit = int(parameters.get("offset", 0)), min(max(int(parameters.get("limit", 100)), 1), 100)
        end = time.time() + min(int(parameters.get("timeout", 0)), 50)
        with self.lock:
            if self.webhook:
                raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
            self.poll += 1
            mine = self.poll
            self.lock.notify_all()
            if offset > 0:
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
            elif offset < 0:
                self.updates = self.updates[offset:]
            while True:
                if self.poll != mine:
                    raise Refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
                kinds = parameters.get("allowed_updates") or ["message", "callback_query"]
                found = [update for update in self.updates if any(kind in update for kind in kinds)]
                if found or time.time() >= end:
                    return found[:limit]
                self.lock.wait(min(end - time.time(), 0.5))

    def chat_of(self, parameters):
        number = int(parameters.get("chat_id", 0))
        if number not in self.chats:
            raise bad("chat not found")
        if self.chats[number]["blocked"]:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return number, self.chats[number]

    @staticmethod
    def text_of(parameters):
        text, mode = parameters.get("text", ""), parameters.get("parse_mode", "")
        entities = []
        if mode == "HTML":
            text, entities = parse_html(text)
        elif mode == "MarkdownV2":
            text = parse_markdown(text)
        elif mode:
            raise bad("unsupported parse_mode")
        if not text.strip():
            raise bad("message text is empty")
        if units(text) > 4096:
            raise bad("message is too long")
        if "\u0000" in text:
            raise bad("strings must be encoded in UTF-8")
        return text, entities

    @staticmethod
    def markup_of(parameters):
        markup = parameters.get("reply_markup")
        if markup is None:
            return None
        for row in markup["inline_keyboard"]:
            for button in row:
                if not button.get("text"):
                    raise bad("text buttons are unallowed in the inline keyboard")
                if "url" in button:
                    if not button["url"].startswith(("https://", "http://", "tg://")):
                        raise bad("inline keyboard button URL is invalid")
                elif not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                    raise bad("BUTTON_DATA_INVALID")
        return markup if markup["inline_keyboard"] else None

    def send_message(self, parameters):
        with self.lock:
            number, chat = self.chat_of(parameters)
            text, entities = self.text_of(parameters)
            markup = self.markup_of(parameters)
            now = time.time()
            if self.flood:
                chat["sent"] = [at for at in chat["sent"] if at > now - self.flood["seconds"]]
                if len(chat["sent"]) >= self.flood["messages"]:
                    raise Refused(429, "Too Many Requests: retry after 1", {"retry_after": 1})
            chat["sent"].append(now)
            message = {"message_id": self.next_message, "date": int(now), "text": text, "entities": entities,
                       "chat": {"id": number, "type": "private", "first_name": "x"}, "from": self.get_me(None)}
            if markup:
                message["reply_markup"] = markup
            self.next_message += 1
            chat["messages"][message["message_id"]] = message
            self.lock.notify_all()
            return message

    def message_of(self, parameters):
        _, chat = self.chat_of(parameters)
        message = chat["messages"].get(int(parameters.get("message_id", 0)))
        if message is None:
            raise bad("message to edit not found")
        return message

    def change(self, message, changed):
        if all(message.get(name) == value for name, value in changed.items()):
            raise bad("message is not modified: specified new message content and reply markup are exactly the same as a current "
                      "content and reply markup of the message")
        for name, value in changed.items():
            if value is None:
                message.pop(name, None)
            else:
                message[name] = value
        message["edit_date"] = int(time.time())
        self.lock.notify_all()
        return message

    def edit_text(self, parameters):
        with self.lock:
            message = self.message_of(parameters)
            text, entities = self.text_of(parameters)
            return self.change(message, {"text": text, "entities": entities, "reply_markup": self.markup_of(parameters)})

    def edit_markup(self, parameters):
        with self.lock:
            message = self.message_of(parameters)
            return self.change(message, {"reply_markup": self.markup_of(parameters)})

    def delete_message(self, parameters):
        with self.lock:
            message = self.message_of(parameters)
            del self.chats[message["chat"]["id"]]["messages"][message["message_id"]]
            return True

    def answer_query(self, parameters):
        with self.lock:
            query = self.queries.get(str(parameters.get("callback_query_id", "")))
            if query is None or query["answered"] or time.time() - query["at"] > self.query_seconds:
                raise bad("query is too old and response timeout expired or query ID is invalid")
            if units(parameters.get("text", "")) > 200:
                raise bad("MESSAGE_TOO_LONG")
            query["answered"] = True
            return True

    def set_commands(self, parameters):
        commands = parameters.get("commands", [])
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise bad("BOT_COMMAND_INVALID")
        self.commands = commands
        return True


if __name__ == "__main__":
    fake = FakeTelegram(*sys.argv[1:2])
    print(fake.port, flush=True)
    while True:
        time.sleep(60)
