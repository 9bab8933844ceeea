#!/usr/bin/python3
# Asks every verb with --json and holds what it answers against its schema (engine schema VERB).
#
#   python3 tests/schemas_hold.py ENGINE
#
# Schemas are closed, so that a field which a verb tells and its schema does not declare fails here. Exit 1 as well when
# a schema was held against nothing, or when one of the shapes that it allows never came.
import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading

import jsonschema

sys.dont_write_bytecode = True  # into the tree
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "bot"))
from fake_telegram import FakeTelegram

ENGINE = os.path.abspath(sys.argv[1])
DATA = pathlib.Path(__file__).resolve().parent / "data"
BUILD = pathlib.Path(ENGINE).parent

# What is asked, in this order, in a folder with FILES; words have | between them. The number is the exit status.
ASKED = """
0 demo|.|--tracks|400|--artists|80|--genres|10|--listens|3000|--users|3|--days|300
0 --version
0 help
0 help|operating
0 help|--pages|pages|--make-folders
0 manual|playlist|keep
0 manual|--pages|manual|--make-folders
0 completion|zsh
0 completion|--names|recipes
0 schema
0 schema|library merge
0 train|item_cf|quality|discovery
0 train|als|--set|factors=8
0 train|content
0 sessions|--user|demo
0 dataset|sessions|--user|demo|--out|hours.csv
0 dataset|mood|--user|demo
0 models
0 models|item_cf
0 run|weekly|--set|tracks=12|--show|tempo,year
0 run|discover-weekly
0 run|sets.lua
0 shuffle|-n|10
0 shuffle|--way|uniform|-n|10
0 run|weights.lua|--no-record|--trace
1 run|nothing.lua
4 check|bad.lua|weekly
0 recipe|show|weekly
1 recipe|save|weekly|--text|-- mine|--if-hash|of another text
0 recipe|new|weekly|--from|weekly
0 recipe|show|weekly
0 recipe|revert|weekly
1 artwork|1
0 plan|weekly
0 plan|discover-weekly
0 plan|weights.lua
0 why|1|#1
0 why|weights.lua|#1
0 why-not|weights.lua|#1
0 why-not|weights.lua|9
0 why-not|weekly|9
0 compare|weekly|weekly|--set-b|tracks=5
0 test|weekly|--only|artist
1 test|bad.lua
0 stubs|--to|stubs|--make-folders
0 replay|1
0 runs
1 runs|prune|--keep|1
1 playlist|list|--user|demo
0 playlist|keep|Evenings|weekly|--set|tracks=12|--to|m3u8:evenings.m3u8|--user|demo
0 playlist|keep|Kept|keeps.lua|--user|demo
0 playlist|keep|Mix|dynamic|--set|tracks=12|--user|demo
0 cycling|7|--user|demo
0 cycling|--user|demo
0 playlist|drop|Mix|--yes|--user|demo
1 playlist|show|Kept|--user|demo
0 refresh|--user|demo
0 refresh|Kept|--set|tracks=20|--user|demo
0 refresh|Evenings|--user|demo
0 playlist|list|--user|demo
0 playlist|show|Kept|--user|demo
1 playlist|diff|Kept|1|1|--user|demo
0 playlist|diff|Kept|1|2|--user|demo
0 playlist|pin|Kept|#1|--user|demo
0 playlist|unpin|Kept|#1|--user|demo
0 snapshot|Evenings|--user|demo
1 snapshot|Evenings|--user|demo
0 playlist|restore|Kept|1|--user|demo
1 playlist|drop|Kept|--user|demo
0 playlist|drop|Kept|--yes|--user|demo
0 recipes
0 recipes|weekly
0 recipe|new|begun
0 recipe|from|artist:(Nobody):2 #rock
0 recipe|from|#rock|--to|rock.lua
0 backtest|weekly|--from|2026-08-01|--to|2026-09-26|--every|4w|--resamples|100
0 evaluate|shuffle|--lists|2|--tracks|10|--resamples|100
0 tune|weights.lua|--from|2026-08-01|--to|2026-10-27|--every|2w|--budget|2|--resamples|100
0 batch|weekly|--out|batch|--set|tracks=5
0 batch|weekly|--out|batch-shards|--set|tracks=5|--shard|1/2
0 batch|weekly|--out|batch-shards|--set|tracks=5|--shard|2/2
0 gather|batch-shards
0 scatter|shards|--shards|2
0 snapshot-catalogue|snapshot
0 update-weekly|--force|--out|update|--make-folders
0 update-weekly
0 benchmark|gowalla|DATA/benchmark/users_first|--models|item_cf
0 import|plays|--user|ann
0 import|plays|--user|ann
3 import|bad.lua
3 import|--files|bad.lua
3 import|--files|--audio|bad.lua
0 import|likes.csv|--dry-run|--user|ann
0 library|unmatched|--user|ann
0 library|imports
1 library|undo-import|IMPORT
0 library|undo-import|IMPORT|--yes
0 library
0 library|users
0 library|find|a|--user|demo
1 library|find|no such song
0 library|timezone|--user|ann
0 library|merge|11|12
0 library|merges
0 library|unmerge|1
0 ban|track:7|--user|demo
0 ban|artist:3|--user|demo
0 like|track:9|--user|demo
0 unlike|track:9|--user|demo
1 unlike|track:9|--user|demo
0 library|banned|--user|demo
0 unban|track:7|--user|demo
0 feedback|reject|track:7|--reason|overplayed|--in|weekly|--user|demo
0 feedback|rate|track:7|--stars|4|--user|demo
0 feedback|forget|--from|2025-01-01|--to|2025-02-01|--user|demo
0 feedback|--undo|last|--user|demo
0 feedback|--list|--user|demo
0 discover|-n|4|--user|demo
0 next|--user|demo
0 next|--answer|approve|--user|demo
0 next|--answer|reject|--reason|overplayed|--user|demo
0 next|--answer|undo|--user|demo
0 stats|discovery|--user|demo
0 mood|--user|demo
0 mood|--text|calm rainy evening|--for|3h|--user|demo
0 mood|--like|track:9|--user|demo
0 mood|--clear|--user|demo
0 library|rename|ann|anna
1 library|join|demo|anna
0 library|join|demo|anna|--yes
1 library|forget|ada
0 library|forget|ada|--yes
0 stats
0 features|report
0 train|embedding|neighbours
0 features|report
0 train|clusters|--set|method=kmeans
0 clusters
0 map|--html|map.html|--png|map.png
0 drift|--user|demo
0 dashboard|--user|demo
0 train|moods|--user|demo
0 dashboard|--html|board.html|--user|demo
0 update|--user|demo
0 retrain|--user|demo
0 update
0 metrics|--user|demo
1 metrics|nothing|--user|demo
0 drift|--rule|relative20|--days|14|--base|60|--user|demo
0 accounts
0 connect|mpd|--address|mpd://127.0.0.1:6600
0 accounts
0 listen|mpd
0 listen|mpd|--live|--user|demo
0 connect|lastfm|--address|http://127.0.0.1:9|--login|ann|--field|requests_per_second=100|--secret|key.txt|--secret-field|api_key
3 sync|lastfm
0 connect|subsonic|--address|http://127.0.0.1:9|--login|ann|--secret|key.txt
0 scrobble|subsonic|--user|demo
0 disconnect|subsonic
0 accounts|--check
0 connect|llm|--address|http://127.0.0.1:9|--field|model=small|--field|purposes=names,moods,context,ranking
0 next|--user|demo
3 accounts|--check
0 accounts
0 disconnect|llm
0 disconnect|lastfm
0 disconnect|mpd
0 config|show
0 config|get|weekly.hour
1 config|get|elements.ranking.external.url
0 config|set|weekly.hour|5
0 config|default
0 plugins|list
0 plugins|info|ranking.taste
0 plugins|info|org.playlist-engine.recall
0 plugins|check|BUILD/plugins/ordering/ordering.so
0 plugin|new|late_night|--kind|ranking|--to|.
1 jobs
0 jobs|add|--usual|--user|demo
1 jobs|add|--usual|--user|demo
0 jobs|add|nightly|0 3 * * *|--|stats
0 jobs
0 jobs|pause|nightly
0 jobs|resume|nightly
1 jobs|history
0 jobs|run|nightly
0 jobs|history
0 jobs|run-due
0 jobs|remove|nightly
0 jobs|systemd
0 doctor
0 watch|weights.lua
0 serve|--port|0
0 bot|--once
"""

RECIPE = "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', random_seed = 1,\n%s  build = function(p, user)\n%s  end }\n"
FILES = {
    "key.txt": "k3y\n",
    "sets.lua": RECIPE % ("", "return (user.likes + pl.recall.popular { limit = 9 }):limit { tracks = 9 }\n"),
    "weights.lua": RECIPE % (
        "  params = { energy = pl.number { 0.5, min = 0, max = 1, help = 'how loud', tune = true } },\n",
        "return pl.mix { { pl.recall.popular { limit = 40 }, share = 0.5, otherwise = user.likes },\n"
        "    { pl.recall.catalogue {}, share = 0.5 } }\n"
        "  :score { energy = p.energy, popularity = 0.01 }:limit { tracks = 12, per_artist = 1 }\n"),
    "keeps.lua": RECIPE % (
        "  params = { tracks = pl.int { 10, help = 'length' } },\n",
        "return pl.recall.popular { limit = 60 }:sample { temperature = 9 }:limit { tracks = p.tracks }\n"
        "  :keep { changed_at_most = 0.3 }\n"),
    "nothing.lua": RECIPE % ("", "return user.likes:filter(function(t) return t.energy > 9 end)\n"),
    "bad.lua": RECIPE % ("", "return pl.recall.populr { limt = 3 }\n"),
    "likes.csv": "Track URI,Track Name,Artist Name(s),Album Name\nspotify:track:4uLU6hMCjMI75M1A2tKUQC,A,B,C\n",
    "plays/StreamingHistory_music_0.json": json.dumps([
        {"endTime": "2026-01-10 10:00", "artistName": "Band", "trackName": "Song", "msPlayed": 200000},
        {"endTime": "yesterday", "artistName": "Band", "trackName": "Song", "msPlayed": 200000}]),
}
TYPED = ["w #1", "p energy=7", "p energy=0"]  # at engine watch; one line answers each


def command(words):
    words = [word.replace("DATA", str(DATA)).replace("BUILD", str(BUILD)) for word in words]
    common = ["--library", "library.db", "--now", "2026-11-21T10:00:00Z", "--random-seed", "7"]
    return [ENGINE, "--json", *([] if words == ["--version"] else common), *words]


def engine(words):
    if "IMPORT" in words:
        newest = json.loads(engine(["library", "imports"]).stdout)["imports"][-1]["import"]
        words = [str(newest) if word == "IMPORT" else word for word in words]
    return subprocess.run(command(words), capture_output=True, text=True)


def watch(words):
    """Its lines: a list, an answer, an error, another list, and who left."""
    with subprocess.Popen(command(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        lines = [watcher.stdout.readline()]
        for typed in TYPED:
            watcher.stdin.write(typed + "\n")
            watcher.stdin.flush()
            lines.append(watcher.stdout.readline())
        lines.append(watcher.stdout.readline())
        watcher.stdin.close()
        lines += watcher.stdout.readlines()
    return subprocess.CompletedProcess(words, watcher.returncode, "".join(lines), "")


QUEUE = ["Ann", "Bob", "Ann", "Cleo"]  # by whom its songs are


def play(connection):
    """MPD that plays a song, goes on to the next, stops, and waits: what `engine listen` asks of it."""
    lines = connection.makefile("rw", encoding="utf-8", newline="\n")
    say = lambda text: (lines.write(text), lines.flush())
    song = lambda k: f"file: {k}.ogg\nTitle: Song\nArtist: {QUEUE[k]}\nTime: 90\nduration: 90.0\nPos: {k}\nId: {k + 1}\n"
    say("OK MPD 0.23.5\n")
    at, is_list = 0, False
    for line in lines:
        if line.startswith("command_list"):
            is_list = "begin" in line
        if is_list or line.startswith("idle") and at == 2:
            continue
        if line.startswith("idle"):
            at += 1
            say("changed: player\nOK\n")
        elif line.startswith("status"):
            state = "stop" if at == 2 else f"play\nsong: {at}\nsongid: {at + 1}\nelapsed: 1.0\ntime: 1:90"
            say(f"playlist: 1\nplaylistlength: {len(QUEUE)}\nstate: {state}\nOK\n")
        elif line.startswith("currentsong"):
            say(song(at) + "OK\n")
        elif line.startswith("playlistinfo"):
            say("".join(song(k) for k in range(len(QUEUE))) + "OK\n")
        else:
            say("OK\n")


def listen(words):
    """Its lines: songs of a player made up, what was re-planned, and what it came to once it is interrupted."""
    is_live = "--live" in words
    if is_live:
        with contextlib.closing(sqlite3.connect("library.db")) as library:
            kept = json.dumps({"id": "now", "ours": [f"{k}.ogg" for k in range(len(QUEUE))]})
            library.execute("INSERT INTO pushes SELECT user_id, 'mpd', 'now', ?, 0 FROM users WHERE name = 'demo'", [kept])
            library.commit()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: play(server.accept()[0]), daemon=True).start()
        engine(["connect", "mpd", "--address", f"mpd://127.0.0.1:{port}"])
        with subprocess.Popen(command(words), stdout=subprocess.PIPE, text=True) as listener:
            told = [listener.stdout.readline().strip() for _ in range(3 if is_live else 2)]
            listener.send_signal(signal.SIGINT)
            end = listener.stdout.read()
    return subprocess.CompletedProcess(words, listener.returncode, "\n".join([*told, " ".join(end.split())]), "")


def serve(words):
    """Its line, once it can be asked."""
    with subprocess.Popen(command(words), stdout=subprocess.PIPE, text=True) as server:
        told = server.stdout.readline()
        server.send_signal(signal.SIGINT)
        told += server.stdout.read()
    return subprocess.CompletedProcess(words, server.returncode, told, "")


def bot(words):
    """Its line, where nobody has written to it."""
    token = pathlib.Path("token.txt")
    token.touch(0o600)
    token.write_text("123456:token\n")
    connected = engine(["connect", "telegram", "--secret", token.name, "--secret-field", "token", "--field", "users=5=demo",
                        "--address", f"http://127.0.0.1:{FakeTelegram(token.read_text().strip()).port}"])
    return engine(words) if connected.returncode == 0 else connected


class Schemas:
    """Those of the engine, and which of their shapes were met."""

    def __init__(self):
        self.names = json.loads(engine(["schema"]).stdout)["schemas"]
        self.schemas = {name: json.loads(engine(["schema", name]).stdout) for name in self.names}
        for schema in self.schemas.values():
            jsonschema.Draft202012Validator.check_schema(schema)
        self.unmet = {name: set(range(len(schema.get("oneOf", [0])))) for name, schema in self.schemas.items()}

    def name_of(self, words):
        """The longest verb that the words begin with."""
        if words == ["--version"]:
            return "version"
        return max((name for name in self.names if " ".join(words).startswith(name)), key=len)

    def problems(self, name, answer):
        schema = self.schemas[name]
        definitions = {"$defs": schema.get("$defs", {})}
        shapes = schema.get("oneOf", [schema])
        found = [list(jsonschema.Draft202012Validator({**shape, **definitions}).iter_errors(answer)) for shape in shapes]
        for place, errors in enumerate(found):
            if not errors:
                self.unmet[name].discard(place)
        nearest = min(found, key=len)
        return [f"{error.json_path}: {error.message[:300]}" for error in nearest]


def ask(schemas, line):
    status, words = line.split(" ", 1)
    words = words.split("|")
    name = schemas.name_of(words)
    ended = {"watch": watch, "listen": listen, "serve": serve, "bot": bot}.get(name, engine)(words)
    asked = "engine " + " ".join(words)
    if ended.returncode != int(status):
        return [f"{asked}: exit status {ended.returncode}: {ended.stdout[-400:]}{ended.stderr[-400:]}"]
    answers = ended.stdout.splitlines() if name in ("watch", "listen") else [ended.stdout]
    try:
        return [f"{asked}: {problem}" for answer in answers for problem in schemas.problems(name, json.loads(answer))]
    except json.JSONDecodeError:
        return [f"{asked}: its answer is no JSON: {ended.stdout[:400]}"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in FILES.items():
            pathlib.Path(name).parent.mkdir(exist_ok=True)
            pathlib.Path(name).write_text(text)
            pathlib.Path(name).chmod(0o600)
        for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            os.environ[variable] = folder + "/home"
        os.environ["TZ"] = "UTC"
        schemas = Schemas()
        problems = [problem for line in ASKED.strip().splitlines() for problem in ask(schemas, line)]
        for name, shapes in schemas.unmet.items():
            problems += [f"nothing was held against shape {shape + 1} of the schema of {name}" for shape in shapes]
        os.chdir("/")
    for problem in problems:
        print("error:", problem)
    print(f"{len(schemas.names)} schemas, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
