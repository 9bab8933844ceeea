"""ReccoBeats as it answers of tracks, for tests: fake_reccobeats.py FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  features.json  the records: {"spotify_id", "isrc", "energy", ...}; "asked_as": the id that it is asked
                 for by, where that of its answer is another edition's
  similar.json   {Spotify id: [{"spotify_id", "isrc", "title", "artists": [name, ...]}, ...]}: what it recommends
                 for whom it is asked with, the best first
  trouble.json   what to do in place of the next answers, a list that is used up: a status (500, 429 with
                 Retry-After: 0), "html", "null"
Writes requests.log, a line each: the path, then the query as it came.
Traps that it has: ids that it does not know are left out, the order is not that of the question, "id" is a
UUID of its own, an edition is told under the id of another, more than 40 ids are error 4004, and so is asking for
more than 5 seeds or 100 tracks; a seed that it does not know is error 4041.
"""
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

FOLDER = sys.argv[1]
LOCK = threading.Lock()


def read(name):
    path = os.path.join(FOLDER, name)
    return json.load(open(path)) if os.path.exists(path) else []


def take_trouble():
    troubles = read("trouble.json")
    if not troubles:
        return None
    with open(os.path.join(FOLDER, "trouble.json"), "w") as file:
        json.dump(troubles[1:], file)
    return troubles[0]


def features_json(number, record):
    told = {key: value for key, value in record.items() if key not in ("spotify_id", "asked_as")}
    return {"id": f"00000000-0000-4000-8000-{number:012}", **told,
            "href": "https://open.spotify.com/track/" + record["spotify_id"]}


def track_json(number, track):
    return {"id": f"00000000-0000-4000-8000-1{number:011}", "trackTitle": track["title"],
            "artists": [{"id": "00000000-0000-4000-8000-200000000000", "name": name,
                         "href": "https://open.spotify.com/artist/0000000000000000000001"} for name in track["artists"]],
            "durationMs": 200000, "isrc": track.get("isrc"), "ean": None, "upc": None,
            "href": "https://open.spotify.com/track/" + track["spotify_id"], "availableCountries": "DE,SE",
            "popularity": 5}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urlparse(self.path)
        ids = [one for part in parse_qs(url.query).get("ids", []) for one in part.split(",")]
        with LOCK:
            with open(os.path.join(FOLDER, "requests.log"), "a") as log:
                log.write(url.path + " " + url.query + "\n")
            trouble = take_trouble()
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == "null":
            return self.send(200, "null")
        if isinstance(trouble, int):
            return self.send(trouble, json.dumps({"status": trouble}), {"Retry-After": "0"} if trouble == 429 else {})
        if url.path == "/v1/track/recommendation":
            return self.recommend(parse_qs(url.query))
        if url.path != "/v1/audio-features":
            return self.send(404, json.dumps({"status": 4042, "error": "No static resource"}))
        if not 1 <= len(ids) <= 40:
            return self.send(400, json.dumps({"status": 4004, "errors": [
                {"message": "size must be between 1 and 40"}]}))
        known = [features_json(number, record) for number, record in enumerate(read("features.json"))
                 if record.get("asked_as", record["spotify_id"]) in ids]
        self.send(200, json.dumps({"content": known[::-1]}))

    def recommend(self, query):
        seeds = [one for part in query.get("seeds", []) for one in part.split(",")]
        size = int(query.get("size", ["10"])[0])
        for name, number, most in (("seeds", len(seeds), 5), ("size", size, 100)):
            if not 1 <= number <= most:
                return self.send(400, json.dumps({"status": 4004, "errors": [
                    {"path": "getRecommendation." + name, "message": f"must be between 1 and {most}"}]}))
        similar = read("similar.json") or {}
        if not any(seed in similar for seed in seeds):
            return self.send(404, json.dumps({"timestamp": "2026-01-12T07:09:10.228+00:00", "error": "Track not found",
                                              "path": "uri=/v1/track/recommendation", "status": 4041}))
        content = [track_json(number, track) for seed in seeds for number, track in enumerate(similar.get(seed, []))]
        self.send(200, json.dumps({"content": content[:size]}))

    def send(self, status, text, headers={}):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
