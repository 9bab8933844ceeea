"""What people live through with `engine bot`: scenarios.py NAME ENGINE LIBRARY FOLDER, with NAME one of those below.

Each is played in FOLDER, a home of its own with a copy of LIBRARY (a demo library, whose person is "demo"), against
fake_telegram.py. What is not as it should be ends it with a line that says so.
"""
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from fake_telegram import FakeTelegram

ANN, BOB, STRANGER = 12345, 6789, 666
NOW = "2026-11-21T12:00:00Z"
TOKEN = "123456:AAH-the_secret_Token-of-the-bot"
TRAPS = ["<b>bold</b> & \"quoted\" 'q'", "*_[x](https://example.org)_* ~a~ `b` > # + - = | {c} . !", "</b><script>alert(1)</script>",
         "&lt;b&gt; &amp;amp; &#60;", "\u05e9\u05dc\u05d5\u05dd \u202e(gnp.exe)", "\u0645\u0631\u062d\u0628\u0627 1 - 2", "👩‍👩‍👧‍👦 🎵🏳️‍🌈",
         "Z\u0351\u036b\u0343\u036a\u0302\u036balgo", "line\nend\ttab\u0000".replace("\u0000", ""), "y" * 3000, "/next", "\\ backslash \\_ \\*"]


def require(is_so, what):
    if not is_so:
        sys.exit("not as it should be: " + str(what)[:4000])


class Home:
    def __init__(self, engine, library, folder, users=f"{ANN}=demo", fields=()):
        self.engine_program, self.folder = engine, folder
        self.library = os.path.join(folder, "library.db")
        shutil.copyfile(library, self.library)
        self.environment = {**os.environ, "XDG_CACHE_HOME": folder + "/cache", "XDG_CONFIG_HOME": folder + "/config",
                            "XDG_DATA_HOME": folder + "/data", "HOME": folder}
        for name in [name for name in self.environment if name.startswith("PLAYLIST_")]:
            del self.environment[name]
        self.fake = FakeTelegram(TOKEN)
        self.process, self.said = None, os.path.join(folder, "said")
        secret = os.path.join(folder, "token.txt")
        with open(secret, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(TOKEN + "\n")
        self.connect("--secret", secret, "--secret-field", "token", "--address", f"http://127.0.0.1:{self.fake.port}",
                     "--field", "users=" + users, *[word for field in fields for word in ("--field", field)])
        os.remove(secret)

    def connect(self, *words):
        self.run("connect", "telegram", *words)

    def run(self, *words, codes=(0,), now=NOW):
        whose = [] if "--user" in words else ["--user", "demo"]
        ended = subprocess.run([self.engine_program, *words, "--library", self.library, "--now", now, *whose],
                               env=self.environment, capture_output=True, text=True, timeout=300)
        require(ended.returncode in codes, (words, ended.returncode, ended.stdout, ended.stderr))
        return ended

    def ask(self, *words, codes=(0,)):
        return json.loads(self.run(*words, "--json", codes=codes).stdout)

    def feedback(self):
        return [row for row in self.ask("feedback", "--list", "--limit", "1000", codes=(0, 1))["rows"]]

    # ---- the bot ----

    def start(self, *words, now=NOW):
        self.process = subprocess.Popen([self.engine_program, "bot", "--library", self.library, *(["--now", now] if now else []), *words],
                                        env=self.environment, stdout=open(self.said, "a"), stderr=subprocess.STDOUT, start_new_session=True)

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process = None
        return code

    def once(self, now=NOW, code=0):
        self.start("--once", now=now)
        ended = self.process.wait(120)
        self.process = None
        require(ended == code, ("engine bot --once", ended, self.words()))

    def words(self):
        with open(self.said, errors="replace") as file:
            return file.read()

    def wait(self, is_so, what, seconds=60):
        end = time.time() + seconds
        while True:
            found = is_so()
            if found:
                return found
            if time.time() > end or (self.process and self.process.poll() is not None):
                told = [(m["text"][:300], m.get("reply_markup")) for chat in self.fake.chats.values() for m in chat["messages"].values()]
                require(False, (what, self.words(), told[-6:], self.fake.calls[-6:]))
            time.sleep(0.02)

    def answer_to(self, user, text, is_it=lambda message: True, reply_to=None, seconds=60):
        """The first message of the bot from now on that `is_it`."""
        before = set(self.fake.chat(user)["messages"])
        self.fake.say(user, text, reply_to=reply_to)
        return self.wait(lambda: next((m for m in self.fake.messages(user) if m["message_id"] not in before and is_it(m)), None),
                         "an answer to " + text, seconds)

    def press(self, user, message, label):
        """The message, once its text or buttons have changed."""
        now = self.fake.chat(user)["messages"][message["message_id"]]
        data = next((button["callback_data"] for row in now["reply_markup"]["inline_keyboard"] for button in row
                     if button["text"] == label), None)
        require(data, ("no button " + label, now))
        before = (now["text"], now.get("reply_markup"))
        query = self.fake.press(user, message["message_id"], data)

        def changed():
            found = self.fake.chat(user)["messages"][message["message_id"]]
            return dict(found) if (found["text"], found.get("reply_markup")) != before else None
        found = self.wait(changed, "what the button " + label + " changes")
        require(self.fake.queries[query]["answered"], "the button " + label + " spins")
        return found

    def check_calls(self, allowed=()):
        """Nothing that the bot asked was refused, but for `allowed`."""
        for at, method, parameters, status in self.fake.calls:
            require(status in (200, *allowed), (method, parameters, status))

    def check_secrets(self):
        """The token stands in accounts.json alone."""
        for path in glob.glob(self.folder + "/**", recursive=True):
            if os.path.isfile(path) and not path.endswith("/accounts.json"):
                with open(path, "rb") as file:
                    require(TOKEN.split(":")[1].encode() not in file.read(), "the token is in " + path)


def labels(message):
    return [button["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]


def is_question(message):
    return "Approve" in labels(message) or "It stays" in labels(message)


# ---- the scenarios ----

def day(home):
    home.run("playlist", "keep", "Dynamic", "dynamic")
    home.start()
    fake = home.fake
    hello = home.answer_to(ANN, "/start")
    require("speak for demo" in hello["text"] and "/refresh" in hello["text"], hello)
    require([c["command"] for c in fake.commands][:2] == ["next", "discover"], fake.commands)

    # Nothing waits; it looks for more, by a button.
    nothing = home.answer_to(ANN, "/next")
    require("Nothing waits" in nothing["text"], nothing)
    fake.press(ANN, nothing["message_id"], "discover")
    found = home.wait(lambda: next((m for m in fake.messages(ANN) if "new suggestion" in m["text"]), None), "suggestions")
    require("Ask me" in labels(found), found)

    # Approve: it is told, and the next is asked.
    question = home.answer_to(ANN, "/next", is_question)
    truth = home.ask("next")["question"]
    require(truth["track"]["title"] in question["text"] and truth["suggestion"]["reason"] in question["text"], (question, truth))
    require("predicted match" not in question["text"], ("without model.discovery none is known", question))
    count = len([m for m in fake.messages(ANN) if is_question(m)])
    told = home.press(ANN, question, "Approve")
    require("is on trial" in told["text"] and labels(told) == ["Undo", "Next"], told)
    second = home.wait(lambda: next((m for m in fake.messages(ANN) if is_question(m) and m["message_id"] != question["message_id"]), None), "the next question")
    require(len([m for m in fake.messages(ANN) if is_question(m)]) == count, "one question is open")
    rows = home.feedback()
    require(len(rows) == 1 and rows[0]["verdict"] == "approve" and rows[0]["reference"] == "track:" + str(truth["track"]["id"]), rows)

    # A button pressed twice does nothing twice.
    fake.press(ANN, question["message_id"], "approve:" + truth["reference"])
    home.answer_to(ANN, "hello", lambda m: "I understand commands" in m["text"])
    require(len(home.feedback()) == 1, home.feedback())

    # Reject, with a reason; thought better of it first.
    reasons = home.press(ANN, second, "Reject …")
    require("overplayed" in labels(reasons) and "No reason" in labels(reasons), reasons)
    back = home.press(ANN, reasons, "Back")
    require("Approve" in labels(back), back)
    home.press(ANN, back, "Reject …")
    told = home.press(ANN, back, "wrong mood")
    require("is rejected: wrong mood" in told["text"], told)
    require(home.feedback()[0]["reason"] == "wrong-mood", home.feedback()[0])

    # And taken back by its own button, so that it is asked again; the next question is there by then.
    home.wait(lambda: next((m for m in fake.messages(ANN) if is_question(m) and m["message_id"] != second["message_id"]), None), "the question behind it")
    count = len(fake.messages(ANN))
    undone = home.press(ANN, told, "Undo")
    require("Taken back: reject" in undone["text"], undone)
    again = home.wait(lambda: next((m for m in fake.messages(ANN)[count:] if is_question(m)), None), "it is asked again")
    require(again["text"].split("\n")[0] == second["text"].split("\n")[0], (again, second))

    # Skip and listen.
    told = home.press(ANN, again, "Skip")
    require("comes again on 2026-11-22" in told["text"], told)
    third = home.answer_to(ANN, "/next", is_question)
    told = home.press(ANN, third, "Listen first")
    require("comes again on 2026-11-24" in told["text"], told)

    # Why, of a question by an answer to its message.
    fourth = home.answer_to(ANN, "/next", is_question)
    why = home.answer_to(ANN, "/why", reply_to=fourth["message_id"])
    suggestion = home.ask("next")["question"]
    truth = home.ask("why", str(suggestion["suggestion"]["run"]), str(suggestion["track"]["id"]))["answer"]
    require(why["text"].strip() == truth.strip(), (why["text"], truth))

    # Lists: refresh, look, why.
    made = home.answer_to(ANN, "/refresh", lambda m: "version 1" in m["text"])
    listed = home.answer_to(ANN, "/playlist", lambda m: "1. " in m["text"])
    show = home.ask("playlist", "show", "Dynamic")
    require(all(track["title"] in listed["text"] for track in show["list"][:25]), (listed, show["list"][:25]))
    require("Show the list" in labels(made), made)
    if len(show["list"]) > 25:
        turned = home.press(ANN, listed, "26–" + str(min(50, len(show["list"]))))
        require(show["list"][25]["title"] in turned["text"], turned)
    why = home.answer_to(ANN, "/why 3")
    require(why["text"].strip() == home.ask("why", str(show["run"]), "#3")["answer"].strip(), why)
    require("#9999" in home.answer_to(ANN, "/why 9999")["text"], "a place that is none")

    # The mood, in words, and lists by it.
    told = home.answer_to(ANN, "/mood calm evening", lambda m: "Mood: calm evening" in m["text"])
    require("until 16:00" in told["text"], told)  # in Berlin
    home.wait(lambda: any("version 2" in m["text"] for m in fake.messages(ANN)), "lists follow the mood")
    require(home.ask("mood")["said"]["text"] == "calm evening", home.ask("mood"))
    told = home.answer_to(ANN, "/mood", lambda m: "Mood: calm evening" in m["text"])
    home.answer_to(ANN, "/undo", lambda m: "Taken back: mood" in m["text"])
    require(home.ask("mood")["said"] is None, home.ask("mood"))

    # How fast lists turn over.
    told = home.answer_to(ANN, "/cycling 7", lambda m: "7 of 10" in m["text"])
    require(home.ask("cycling")["playlists"][0]["level"] == 7, home.ask("cycling"))
    require("from 1" in home.answer_to(ANN, "/cycling eleven")["text"], "a level that is none")
    home.answer_to(ANN, "/refresh Dynamic", lambda m: "version 3" in m["text"])
    home.answer_to(ANN, "/refresh Nothing", lambda m: "Nothing stays as it is" in m["text"])

    told = home.answer_to(ANN, "/snapshot")
    require(home.ask("playlist", "show", "Dynamic")["snapshots"][0]["name"] in told["text"], told)
    stats = home.ask("stats")
    told = home.answer_to(ANN, "/stats")
    require(str(stats["plays"]) + " plays" in told["text"] and stats["top_artists"][0]["name"] in told["text"], told)
    told = home.answer_to(ANN, "/stast")
    require("Did you mean /stats?" in told["text"], told)

    # Who is not meant is not answered.
    calls = len(fake.calls)
    fake.say(STRANGER, "/next")
    fake.say(STRANGER, "/stats")
    fake.say(ANN, "/stats", chat_type="group", chat=-100)
    home.answer_to(ANN, "/help")
    require(not fake.messages(STRANGER) and not fake.messages(-100), "a stranger was answered")
    require(not any(str(p.get("chat_id")) in (str(STRANGER), "-100") for _, _, p, _ in fake.calls[calls:]), fake.calls[calls:])
    require(f"the user {STRANGER}" in home.words() and "/stats" not in home.words(), home.words())
    require(home.end() == 0, "it ends by Ctrl-C")
    require("3 messages of others" in home.words(), home.words())
    home.check_calls()
    home.check_secrets()


def traps(home):
    """Titles that are markup, in every message that has some."""
    home.run("playlist", "keep", "<i>My & *list*</i> (a_b)", "dynamic")
    home.run("discover", "-n", str(len(TRAPS)))
    with sqlite3.connect(home.library) as store:  # those that are asked about have one each
        store.execute("CREATE TEMP TABLE traps (n INTEGER PRIMARY KEY, title TEXT)")
        store.executemany("INSERT INTO traps VALUES (?, ?)", list(enumerate(TRAPS)))
        store.execute("UPDATE tracks SET title = (SELECT t.title FROM traps t WHERE t.n = track_id % (SELECT count(*) FROM traps)) || ' ' || track_id")
        store.execute("UPDATE tracks SET title = (SELECT t.title FROM traps t JOIN suggestions s ON s.suggestion_id - (SELECT min(suggestion_id) FROM "
                      "suggestions) = t.n WHERE s.track_id = tracks.track_id) || ' ' || track_id WHERE track_id IN (SELECT track_id FROM suggestions)")
        store.execute("UPDATE artists SET name = '<i>' || name || '</i> & *Co*'")
    shutil.rmtree(home.library + ".columns")  # of what the names were
    home.start()
    fake = home.fake
    seen = ""
    for _ in TRAPS:
        question = home.answer_to(ANN, "/next", is_question)
        truth = home.ask("next")["question"]["track"]["title"]
        shown = question["text"].split("\n")[0].strip("\u2068\u2069…")
        plain = truth.replace("\n", "?").replace("\t", " ").replace("\u202e", "?")
        require(plain.startswith(shown[:2000]) and len(shown) > 3, (shown, truth))
        seen += shown
        why = home.answer_to(ANN, "/why", reply_to=question["message_id"])
        require(len(why["text"]) > 10, why)
        home.press(ANN, question, "Reject …")
        home.press(ANN, question, "overplayed")
        home.wait(lambda: any((is_question(m) or "Nothing waits" in m["text"]) and m["message_id"] > question["message_id"]
                              for m in fake.messages(ANN)), "the next")
    home.answer_to(ANN, "/refresh", lambda m: "version 1" in m["text"] and "<i>My & *list*</i> (a_b)" in m["text"])
    listed = home.answer_to(ANN, "/playlist <i>My & *list*</i> (a_b)", lambda m: "1. " in m["text"])
    require(len(listed["text"].encode("utf-16-le")) // 2 <= 4096, len(listed["text"]))
    home.answer_to(ANN, "/playlist </b><a href=\"x\">", lambda m: "did not work" in m["text"])
    home.answer_to(ANN, "/mood <b>calm</b> & *dark*", lambda m: "<b>calm</b> & *dark*" in m["text"])
    home.answer_to(ANN, "/stats", lambda m: "<i>" in m["text"] and "& *Co*" in m["text"])
    home.answer_to(ANN, "/<b>&*", lambda m: "There is no command /<b>&*" in m["text"])
    for trap in ("<b>bold</b> & \"quoted\" 'q'", "*_[x](https://example.org)_*", "</b><script>", "&lt;b&gt; &amp;amp;", "\u05e9\u05dc\u05d5\u05dd ?(gnp", "yyyyy"):
        require(trap in seen, (trap, "was not asked about", seen[:3000]))
    require(home.end() == 0, "it ends")
    home.check_calls()


def restart(home):
    """Killed at random moments: nothing is lost, done twice or asked twice."""
    home.run("playlist", "keep", "Dynamic", "dynamic")
    home.run("discover", "-n", "40")
    chance = random.Random(20261130)
    fake = home.fake
    answers, pressed, answer = 0, {}, ""

    asked = set()

    def ask_once(turn):
        if turn not in asked:
            asked.add(turn)
            fake.say(ANN, "/next")

    def kill_sometime():
        time.sleep(chance.uniform(0.05, 0.9))
        os.killpg(home.process.pid, signal.SIGKILL)
        home.process.wait()
        home.start()

    home.start()
    home.answer_to(ANN, "/next", is_question)
    for turn in range(14):
        question = home.wait(lambda: next((m for m in reversed(fake.messages(ANN)) if is_question(m)), None), f"a question, turn {turn}")
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        reference = data.split(":", 1)[1]
        require(reference not in pressed, (reference, "was asked twice", [(round(at % 1000, 2), method, str(p.get("text", p.get("message_id", p.get("offset", ""))))[:40],
                                                                          str(p.get("reply_markup"))[40:100], status)
                                                                         for at, method, p, status in fake.calls[-25:]], answer))
        pressed[reference] = question["message_id"]
        answer = chance.choice(["approve:{}", "reject:{}", "reject:{}:overplayed", "reject:{}:dislike-artist", "skip:{}"]).format(reference)
        fake.press(ANN, question["message_id"], answer)
        for _ in range(chance.choice([1, 1, 2])):
            kill_sometime()
        home.wait(lambda: not is_question(fake.chat(ANN)["messages"][question["message_id"]]), f"the answer is told, turn {turn}")

        def next_one():
            messages = [m for m in fake.messages(ANN) if m["message_id"] > question["message_id"]]
            if any("/next asks it" in m["text"] for m in messages) and not any(is_question(m) for m in messages):
                time.sleep(0.5)  # what the killed one had sent is there by now
                if not any(is_question(m) for m in fake.messages(ANN) if m["message_id"] > question["message_id"]):
                    ask_once(len(pressed))
            elif answer.startswith("skip"):  # after which nothing is asked by itself
                ask_once(len(pressed))
            return any(is_question(m) for m in messages)
        home.wait(next_one, f"the next is asked, turn {turn}")
        answers += 1
    rows = home.feedback()
    require(len({row["reference"] for row in rows}) == len(rows), ("something was answered twice", rows))
    require(len(rows) == answers, (len(rows), answers, rows))

    # What cannot be done twice otherwise.
    fake.say(ANN, "/undo")
    kill_sometime()
    home.wait(lambda: any("aken back" in m["text"] for m in fake.messages(ANN)), "it is taken back")
    undone = [row for row in home.feedback() if row["state"] == "undone"]
    require(len(undone) == 1, undone)
    fake.say(ANN, "/mood calm evening")
    kill_sometime()
    home.wait(lambda: any("Mood: calm evening" in m["text"] for m in fake.messages(ANN)), "the mood is set")
    home.wait(lambda: any(", version" in m["text"] for m in fake.messages(ANN)), "and lists follow")
    require(len([row for row in home.feedback() if row["verdict"] == "mood"]) == 1, "the mood was set twice")
    require({row["origin"] for row in home.feedback()} == {"bot"}, ("who said it", home.feedback()))
    before = home.ask("playlist", "show", "Dynamic")["version"]
    count = len(fake.messages(ANN))
    fake.say(ANN, "/refresh")
    kill_sometime()
    kill_sometime()
    home.wait(lambda: any(", version" in m["text"] for m in fake.messages(ANN)[count:]), "the refresh is told")
    require(home.ask("playlist", "show", "Dynamic")["version"] == before + 1, "it was refreshed twice")
    home.answer_to(ANN, "/help")
    home.end()
    home.check_calls(allowed=(409, 400))
    home.check_secrets()


def flood(home):
    """A hundred messages in a second from one, while another asks for something."""
    home.run("playlist", "keep", "Dynamic", "dynamic")
    home.connect("--field", f"users={ANN}=demo, {BOB}=demo")
    home.fake.flood = {"messages": 1, "seconds": 0.9}
    home.start()
    fake = home.fake
    home.answer_to(ANN, "/help")
    home.answer_to(BOB, "/help")
    count = len(fake.messages(ANN))
    for number in range(100):
        fake.say(ANN, ["/stats", "/help", "/cycling", "/mood"][number % 4])
    began = time.time()
    home.answer_to(BOB, "/cycling", lambda m: "of 10" in m["text"])
    require(time.time() - began < 15, f"the other waited for {time.time() - began:.1f} s")
    home.wait(lambda: any("times; here is the answer" in m["text"] for m in fake.messages(ANN)), "it is told that they are equal")
    time.sleep(12)
    told = fake.messages(ANN)[count:]
    require(len(told) <= 24, (len(told), [m["text"][:60] for m in told]))

    # All different: the last stay, and it is told how many do not.
    count = len(fake.messages(ANN))
    for number in range(100):
        fake.say(ANN, f"/why {number + 1000}")
    left = home.wait(lambda: next((m for m in fake.messages(ANN)[count:] if "I have left out" in m["text"]), None), "it says what it left out")
    home.wait(lambda: any("#1099" in m["text"] or "Of which song" in m["text"] for m in fake.messages(ANN)[count:]), "the last is answered")
    home.end()
    sent = {}
    for at, method, parameters, status in fake.calls:
        if method == "sendMessage" and status == 200:
            sent.setdefault(parameters["chat_id"], []).append(at)
    for times in sent.values():
        require(all(b - a > 0.9 for a, b in zip(times, times[1:])), "more than one message in a second")
    home.check_calls()


def household(home):
    """Two people at once: what one does, the other waits for where only one can do it; lists and answers are each one's own."""
    for person in ("demo", "ada"):
        home.run("playlist", "keep", "Dynamic", "dynamic", "--user", person)
    home.connect("--field", f"users={ANN}=demo, {BOB}=ada, 777=nobody")
    home.start()
    fake = home.fake
    for user, person in ((ANN, "demo"), (BOB, "ada")):
        require("speak for " + person in home.answer_to(user, "/start")["text"], person)
    require('777 speaks for "nobody", who is not in the library' in home.words(), home.words())
    told = home.answer_to(777, "/next")
    require("nobody" in told["text"] and "did not work" in told["text"], told)
    for text, what in (("/discover", "new suggestion"), ("/refresh", ", version 1"), ("/refresh", ", version 2")):
        before = {user: len(fake.messages(user)) for user in (ANN, BOB)}
        for user in (ANN, BOB):
            fake.say(user, text)
        for user in (ANN, BOB):
            home.wait(lambda: any(what in m["text"] for m in fake.messages(user)[before[user]:]), f"{text} for {user}")
    questions = {user: home.answer_to(user, "/next", is_question) for user in (ANN, BOB)}
    for user, question in questions.items():
        fake.press(user, question["message_id"], question["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    for user, question in questions.items():
        home.wait(lambda: "is on trial" in fake.chat(user)["messages"][question["message_id"]]["text"], f"{user} approves")
    for person in ("demo", "ada"):
        rows = json.loads(subprocess.run([home.engine_program, "feedback", "--list", "--json", "--library", home.library, "--user", person, "--now", NOW],
                                         env=home.environment, capture_output=True, text=True).stdout)["rows"]
        require(len(rows) == 1 and rows[0]["verdict"] == "approve", rows)
    require(not any("did not work" in m["text"] for user in (ANN, BOB) for m in fake.messages(user)), "somebody was refused")
    # An answer is one, whichever way it came: a mood that was set since is none.
    home.answer_to(BOB, "/mood calm evening", lambda m: "Mood: calm evening" in m["text"])
    home.run("next", "--answer", "undo", "--user", "ada")
    told = home.run("feedback", "--list", "--user", "ada").stdout
    require("approve" in told and "; by bot; undone by" in told and "; by next" in told, told)
    home.end()
    home.check_calls()


def trouble(home):
    """Telegram refuses, breaks off, is gone for a while; another program asks for the same bot."""
    home.start()
    fake = home.fake
    home.answer_to(ANN, "/help")
    fake.trouble = {"sendMessage": [429, 502, "closed"], "getUpdates": [500, "closed", 429], "answerCallbackQuery": [502]}
    count = len(fake.messages(ANN))
    home.answer_to(ANN, "/help", seconds=90)
    require(len(fake.messages(ANN)) == count + 1, "it was told more than once")
    home.answer_to(ANN, "/cycling", seconds=90)

    # A question of which nobody knows whether it arrived is not asked again by itself.
    home.run("discover", "-n", "10")
    for trouble, arrived in (("cut", 1), ("closed", 0), (502, 0), (429, 1)):
        fake.trouble = {"sendMessage": [trouble]}
        count = len(fake.messages(ANN))
        fake.say(ANN, "/next")
        home.wait(lambda: len(fake.messages(ANN)) > count and (trouble == 429 or "/next asks it" in fake.messages(ANN)[-1]["text"]), f"after {trouble}")
        home.answer_to(ANN, "/help")
        news = fake.messages(ANN)[count:]
        require(len([m for m in news if is_question(m)]) == arrived, (trouble, news))

    # A question is seen before the bot hears that it was sent.
    fake.trouble = {"sendMessage": ["late"]}
    question = home.answer_to(ANN, "/next", is_question)
    why = home.answer_to(ANN, "/why", reply_to=question["message_id"])
    require("made it to the playlist" in why["text"], why)

    # A button of long ago, whose query is too old, still works; one that nobody has made is told of.
    question = home.answer_to(ANN, "/next", is_question)
    fake.query_seconds = -1
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    fake.press(ANN, question["message_id"], data)
    home.wait(lambda: "is on trial" in fake.chat(ANN)["messages"][question["message_id"]]["text"], "an old button works")
    fake.press(ANN, question["message_id"], "what?")
    home.wait(lambda: any("do not know that button" in m["text"] for m in fake.messages(ANN)), "an unknown button")
    fake.query_seconds = 30

    # A message that is gone cannot be changed; what is answered is done all the same.
    later = home.answer_to(ANN, "/next", is_question)
    data = later["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    fake.press(ANN, later["message_id"], data)
    del fake.chat(ANN)["messages"][later["message_id"]]
    home.wait(lambda: len(home.feedback()) == 2, "it is approved")
    home.answer_to(ANN, "/help")

    # Who blocks the bot is not written to.
    fake.chat(ANN)["blocked"] = True
    fake.say(ANN, "/help")
    home.wait(lambda: "blocked by the user" in home.words(), "it is told that somebody has blocked it")
    fake.chat(ANN)["blocked"] = False
    home.answer_to(ANN, "/help")

    # A second engine on this machine, another program elsewhere, a webhook, no such bot.
    second = home.run("bot", "--once", codes=(6,))
    require("another engine bot is under way" in second.stderr, second.stderr)
    fake.webhook = True
    with fake.lock:
        fake.poll += 1  # ends the poll under way, as another program's would
        fake.lock.notify_all()
    end = time.time() + 60
    while home.process.poll() is None and time.time() < end:
        time.sleep(0.05)
    require(home.process.poll() == 3, (home.process.poll(), home.words()))
    require("another program takes this bot's messages" in home.words() and "deleteWebhook" in home.words(), home.words())
    fake.webhook = False
    fake.trouble = {"getUpdates": [401]}
    gone = home.run("bot", codes=(3,))
    require("Telegram does not know this bot any more" in gone.stderr, gone.stderr)
    fake.token = "123456:another"
    unknown = home.run("bot", codes=(3,))
    require("does not know this bot" in unknown.stderr and "@BotFather" in unknown.stderr, unknown.stderr)
    checked = home.run("accounts", "--check", codes=(3,))
    require("does not work: Unauthorized" in checked.stdout, checked.stdout)
    fake.token = TOKEN
    checked = home.run("accounts", "--check")
    require("works: it is @playlists_bot" in checked.stdout, checked.stdout)
    require(TOKEN.split(":")[1] not in gone.stderr + unknown.stderr + checked.stdout + home.words(), "the token was told")
    home.check_secrets()


def once(home):
    """For cron: what has come since the last time is answered, and once."""
    fake = home.fake
    fake.say(ANN, "/help")
    fake.say(ANN, "/cycling")
    home.once()
    require(len(fake.messages(ANN)) == 2, fake.messages(ANN))
    home.once()
    require(len(fake.messages(ANN)) == 2, "answered twice")
    require(not fake.updates, "the answered ones are confirmed")
    # After a week without any, numbers begin anywhere, lower ones too.
    fake.next_update = 7
    fake.say(ANN, "/help")
    home.once(now="2026-12-01T12:00:00Z")
    require(len(fake.messages(ANN)) == 3, fake.messages(ANN))
    # Offline nobody is asked.
    home.run("config", "set", "http.offline", "true")
    offline = home.run("bot", "--once", codes=(3,))
    require("offline" in offline.stderr, offline.stderr)
    home.check_calls()


def notes(home):
    """It speaks by itself only where that is wanted, outside the quiet hours, so often a day, of each once."""
    fake = home.fake
    home.run("discover", "-n", "30")
    fake.chat(ANN)
    home.once()
    require(not fake.messages(ANN), "notes are off by default")
    with sqlite3.connect(home.library) as store:
        store.execute("UPDATE suggestions SET score = -2")  # matches of 0.12
        best = [row[0] for row in store.execute("SELECT suggestion_id FROM suggestions ORDER BY suggestion_id LIMIT 6 OFFSET 10")]
        store.executemany("UPDATE suggestions SET score = ? WHERE suggestion_id = ?", [(2 + k / 10, one) for k, one in enumerate(best)])
    home.connect("--field", "notes=yes")
    home.run("library", "timezone", "Europe/Berlin")
    home.once(now="2026-11-21T21:30:00Z")  # half past ten in the evening there
    require(not fake.messages(ANN), "the hours are quiet")
    home.once(now="2026-11-22T06:59:00Z")
    require(not fake.messages(ANN), "they are until eight")
    home.once(now="2026-11-22T07:01:00Z")
    told = fake.messages(ANN)
    require(len(told) == 1 and "I think you will take" in told[0]["text"] and "predicted match 92 %" in told[0]["text"] and is_question(told[0]), told)
    for minute in range(2, 8):
        home.once(now=f"2026-11-22T07:{minute:02d}:30Z")
    require(len(fake.messages(ANN)) == 3, ("three a day", [m["text"] for m in fake.messages(ANN)]))
    require(len({m["text"] for m in fake.messages(ANN)}) == 3, "each is told once")
    home.once(now="2026-11-23T08:00:00Z")
    require(len(fake.messages(ANN)) == 4, "and the next day again")

    # A note can be answered, though something else is asked next.
    fake.press(ANN, told[0]["message_id"], told[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    home.once(now="2026-11-23T21:30:00Z")
    require("is on trial" in fake.chat(ANN)["messages"][told[0]["message_id"]]["text"], fake.messages(ANN))
    log = json.loads(home.run("feedback", "--list", "--json", now="2026-11-23T22:00:00Z").stdout)["rows"]
    require(len(log) == 1 and log[0]["verdict"] == "approve", log)

    # What friends heard.
    with sqlite3.connect(home.library) as store:
        user = store.execute("SELECT user_id FROM users WHERE name = 'demo'").fetchone()[0]
        unheard = store.execute("SELECT track_id, title FROM tracks WHERE in_catalogue = 1 AND title IS NOT NULL AND track_id NOT IN (SELECT track_id FROM listens "
                                "WHERE user_id = ?) AND track_id NOT IN (SELECT track_id FROM suggestions) ORDER BY track_id LIMIT 2", (user,)).fetchall()
        heard = store.execute("SELECT track_id FROM listens WHERE user_id = ? LIMIT 1", (user,)).fetchone()[0]
        ingestion = store.execute("SELECT max(ingestion_id) FROM ingestions").fetchone()[0] or 1
        for track, friends in ((unheard[0][0], 3), (unheard[1][0], 1), (heard, 5)):
            store.execute("INSERT INTO recommendations (user_id, service, channel, track_id, ts, score, told_by) VALUES (?, 'lastfm', 'friends', ?, ?, ?, ?)",
                          (user, track, 1795000000, friends, ingestion))
    count = len(fake.messages(ANN))
    home.once(now="2026-11-24T08:00:00Z")
    home.once(now="2026-11-24T08:10:00Z")
    told = fake.messages(ANN)[count:]
    friends = [m for m in told if "friends of yours" in m["text"]]
    require(len(friends) == 1 and "3 friends of yours at lastfm" in friends[0]["text"] and unheard[0][1] in friends[0]["text"], told)
    home.check_calls()


if __name__ == "__main__":
    name, engine, library, folder = sys.argv[1:]
    home = Home(engine, library, folder)
    try:
        {"day": day, "traps": traps, "restart": restart, "flood": flood, "household": household, "trouble": trouble, "once": once, "notes": notes}[name](home)
    finally:
        if home.process and home.process.poll() is None:
            os.killpg(home.process.pid, signal.SIGKILL)
