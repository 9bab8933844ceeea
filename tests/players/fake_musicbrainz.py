"""MusicBrainz' web service as it answers, for tests: fake_musicbrainz.py FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  artists.json   [{"id", "name", "genres": {name: votes}, "tags": {name: votes}, "old_ids": [...],
                 "relations": [[type, id, name], ...]} ...]
  isrcs.json     {ISRC: [[id, title, milliseconds or null], ...]}
  trouble.json   what to do in place of the next answers, a list that is used up: a status, "html", "half",
                 "cut"; null: answer as usual
  unrest.json    troubles now and then (unrest.py)
  seconds.json   how far apart requests have to be; 0 without it
Writes requests.log, a line each: the path with its query; and over.log, a line for each that came too
soon, which MusicBrainz answers with 503.
As MusicBrainz does, it answers 403 without a User-Agent that names the program, 404 with JSON where it
knows no such thing, in XML where nobody asks for JSON, and finds artists by words of their names.
"""
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import unrest

FOLDER = sys.argv[1]
LOCK = threading.Lock()
LAST = [0.0]
UNREST = ("html", "half", "cut", 429, 500, 502, 503)


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    return json.load(open(path)) if os.path.exists(path) else otherwise


def take_trouble():
    with LOCK:
        troubles = read("trouble.json", [])
        if not troubles:
            return unrest.trouble_of(FOLDER, UNREST)
        with open(os.path.join(FOLDER, "trouble.json"), "w") as file:
            json.dump(troubles[1:], file)
        return troubles[0]


def is_over():
    apart = read("seconds.json", 0)
    with LOCK:
        now = time.monotonic()
        over = now - LAST[0] < apart
        LAST[0] = now
        return over


def votes_json(votes, is_genre):
    return [dict({"count": count, "name": name}, **({"id": "00000000-0000-4000-8000-00000000000g",
                                                     "disambiguation": ""} if is_genre else {}))
            for name, count in votes.items()]


def artist_json(artist, inc):
    found = {"id": artist["id"], "name": artist["name"], "sort-name": artist["name"], "type": "Group", "type-id": None,
             "disambiguation": "", "country": None, "gender": None, "gender-id": None, "area": None, "begin-area": None,
             "end-area": None, "isnis": [], "ipis": [], "life-span": {"begin": None, "end": None, "ended": False}}
    if "genres" in inc:
        found["genres"] = votes_json(artist.get("genres", {}), True)
    if "tags" in inc:
        found["tags"] = votes_json(dict(artist.get("genres", {}), **artist.get("tags", {})), False)
    if "artist-rels" in inc:
        found["relations"] = [
            {"type": kind, "type-id": "5be4c609-9afa-4ea0-910b-12ffb71e3821", "target-type": "artist",
             "direction": "backward", "begin": None, "end": None, "ended": False, "attributes": [],
             "attribute-ids": {}, "attribute-values": {}, "source-credit": "", "target-credit": "",
             "artist": {"id": key, "name": name, "sort-name": name, "type": "Person", "type-id": None,
                        "country": None, "disambiguation": ""}}
            for kind, key, name in artist.get("relations", [])]
    return found


def search(query):
    asked = re.fullmatch(r'artist:"((?:[^"\\]|\\.)*)"', query.get("query", ""))
    words = re.findall(r"\w+", asked.group(1).lower()) if asked else []
    found = [artist for artist in read("artists.json", [])
             if words and all(word in re.findall(r"\w+", artist["name"].lower()) for word in words)]
    listed = [dict(artist_json(artist, []), score=100 - number) for number, artist in enumerate(found)]
    return {"created": "2026-11-20T00:00:00.000Z", "count": len(listed), "offset": 0,
            "artists": listed[:int(query.get("limit", 25))]}


def recordings(isrc):
    found = read("isrcs.json", {}).get(isrc)
    return found and {"isrc": isrc, "recordings": [
        {"id": key, "title": title, "length": length, "disambiguation": "", "video": False, "first-release-date": ""}
        for key, title, length in found]}


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
        if "/" not in self.headers.get("User-Agent", ""):
            return self.send(403, json.dumps({"error": "Please provide a meaningful User-Agent"}))
        if is_over():
            with open(os.path.join(FOLDER, "over.log"), "a") as log:
                log.write(self.path + "\n")
            return self.send(503, json.dumps({"error": "Your requests are exceeding the allowable rate limit."}))
        trouble = take_trouble()
        if isinstance(trouble, int):
            return self.send(trouble, json.dumps({"error": "trouble"}), {"Retry-After": "0"})
        if trouble == "cut":
            self.close_connection = True
            return None
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if query.get("fmt") != "json" and "json" not in self.headers.get("Accept", ""):
            return self.send(200, '<?xml version="1.0"?><metadata/>')
        path = url.path.split("/ws/2", 1)[-1].rstrip("/")
        if path == "/artist":
            found = search(query)
        elif path.startswith("/isrc/"):
            found = recordings(path.split("/")[-1])
        else:
            key = path.split("/")[-1]
            found = next((artist_json(artist, query.get("inc", "").split()) for artist in read("artists.json", [])
                          if path.startswith("/artist/") and key in [artist["id"]] + artist.get("old_ids", [])), None)
        if found is None:
            return self.send(404, json.dumps({"error": "Not Found", "help": "For usage, please see: ..."}))
        text = json.dumps(found)
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
