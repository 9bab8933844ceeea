"""Deezer's public API as it answers, for tests: fake_deezer.py FOLDER. Prints its port.

Reads of FOLDER, anew where it has changed
  artists.json   [{"id", "name", "fans", "related": [id ...], "tracks": [[title, album, seconds] ...]} ...]
  recordings.json  {ISRC: {"artist": id, "title", "bpm", "gain"}}, may be missing
  trouble.json   what to do in place of the next answers, a list that is used up: a status, "quota", "busy",
                 "html", "half", "cut", "list" (no list where there should be one); null: answer as usual
  unrest.json    troubles now and then (unrest.py)
  limit.json     how many requests it answers in five seconds; Deezer: 50. As many as come without it
Writes requests.log, a line each: the path with its query; and over.log, a line for each request beyond the
limit, which Deezer answers with its error 4.
As Deezer does, it says what is wrong in the body of an answer with status 200, finds artists by words of
their names, lists the most liked first, and puts tracks of others that an artist appears on into the list;
its radio of an artist begins with the artist, and goes on with those related.
"""
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import unrest

FOLDER = sys.argv[1]
LOCK = threading.Lock()
ASKED = []  # when
KEPT = {}  # of files: when they changed, and what they hold
UNREST = ("quota", "busy", "html", "half", "cut", "list", 429, 500, 503)


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        return otherwise
    changed = os.stat(path).st_mtime_ns
    if KEPT.get(name, (None,))[0] != changed:
        KEPT[name] = (changed, json.load(open(path)))
    return KEPT[name][1]


def take_trouble():
    with LOCK:
        troubles = read("trouble.json", [])
        if not troubles:
            return unrest.trouble_of(FOLDER, UNREST)
        with open(os.path.join(FOLDER, "trouble.json"), "w") as file:
            json.dump(troubles[1:], file)
        return troubles[0]


def is_over():
    now = time.monotonic()
    with LOCK:
        ASKED.append(now)
        while ASKED[0] < now - 5:
            ASKED.pop(0)
        return len(ASKED) > read("limit.json", float("inf"))


def error(kind, message, code):
    return {"error": {"type": kind, "message": message, "code": code}}


def artist_json(artist):
    key = artist["id"]
    return {"id": key, "name": artist["name"], "link": f"https://www.deezer.com/artist/{key}", "nb_album": 3,
            "nb_fan": artist["fans"], "radio": True, "tracklist": f"https://api.deezer.com/artist/{key}/top?limit=50",
            "picture": "", "type": "artist"}


def track_json(number, artist, track):
    title, album, seconds = track[:3]
    name = track[3] if len(track) > 3 else artist["name"]
    return {"id": artist["id"] * 1000 + number, "readable": True, "title": title, "title_short": title,
            "title_version": "", "link": "", "duration": seconds, "rank": 900000 - number, "explicit_lyrics": False,
            "explicit_content_lyrics": 0, "explicit_content_cover": 0, "preview": "",
            "contributors": [], "md5_image": "", "artist": {"id": artist["id"], "name": name, "type": "artist"},
            "album": {"id": 1, "title": album, "cover": "",
                      "cover_medium": "https://cdn-images.dzcdn.net/images/cover/1/250x250-000000-80-0-0.jpg", "type": "album"}, "type": "track"}


def page(items, query):
    begin, limit = int(query.get("index", 0)), int(query.get("limit", 25))
    return {"data": items[begin:begin + limit], "total": len(items)}


def recording_json(isrc, recording, artists):
    artist = next(one for one in artists if one["id"] == recording["artist"])
    return {**track_json(0, artist, [recording["title"], "Album", 200]), "isrc": isrc, "bpm": recording["bpm"],
            "gain": recording["gain"], "share": "", "track_position": 1, "disk_number": 1,
            "release_date": "2026-01-01", "available_countries": ["DE"]}


def radio_of(artist, by_id):
    return [track_json(number, one, one["tracks"][0])
            for number, one in enumerate([artist] + [by_id[key] for key in artist["related"]]) if one["tracks"]]


def answer(path, query):
    artists = read("artists.json", [])
    if path.startswith("/track/isrc:"):
        isrc = path[len("/track/isrc:"):]
        known = read("recordings.json", {})
        return recording_json(isrc, known[isrc], artists) if isrc in known else error("DataException", "no data", 800)
    if path == "/search/artist":
        words = query.get("q", "").lower().split()
        found = [one for one in artists if all(word in one["name"].lower() for word in words)]
        return page([artist_json(one) for one in found], query)
    parts = path.strip("/").split("/")
    artist = next((one for one in artists if str(one["id"]) == parts[1]), None) if parts[0] == "artist" else None
    if artist is None:
        return error("DataException", "no data", 800)
    if len(parts) == 2:
        return artist_json(artist)
    by_id = {one["id"]: one for one in artists}
    if parts[2] == "radio":
        return page(radio_of(artist, by_id), query)
    if parts[2] == "related":
        return page([artist_json(by_id[key]) for key in artist["related"]], query)
    if parts[2] == "top":
        return page([track_json(number, artist, track) for number, track in enumerate(artist["tracks"])], query)
    return error("InvalidQueryException", "Unknown path components : /" + "/".join(parts), 600)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        with LOCK:
            with open(os.path.join(FOLDER, "requests.log"), "a") as log:
                log.write(self.path + "\n")
        if is_over():
            with open(os.path.join(FOLDER, "over.log"), "a") as log:
                log.write(self.path + "\n")
            return self.send(200, json.dumps(error("Exception", "Quota limit exceeded", 4)))
        trouble = take_trouble()
        if trouble == "cut":
            self.close_connection = True
            return None
        if trouble == "quota":
            return self.send(200, json.dumps(error("Exception", "Quota limit exceeded", 4)))
        if trouble == "busy":
            return self.send(200, json.dumps(error("Exception", "Service busy", 700)))
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == "list":
            return self.send(200, '{"data": {}}')
        if isinstance(trouble, int):
            return self.send(trouble, "{}", {"Retry-After": "0"} if trouble == 429 else {})
        text = json.dumps(answer(url.path.rstrip("/"), query))
        self.send(200, text[:len(text) // 2] if trouble == "half" else text)

    def send(self, status, text, headers={}):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
