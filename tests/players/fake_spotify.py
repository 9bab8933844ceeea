"""Spotify's Web API as it answers an app in development mode in 2026, for tests: fake_spotify.py
FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  plays.json      [[milliseconds, track], ...]; a track is [id, title, [artist, ...], album], or null
  saved.json      [[added_at, track], ...]
  artists.json    [[id, name], ...]
  playlists.json  [{"id", "name", "owner", "collaborative", "snapshot_id", "items": [track ...]}, ...]
                  where an item may also be "episode", or a list of an address and names: a local file
  trouble.json    what to do in place of the next answers of the API: a status, "429:SECONDS", "quota",
                  "html"; null
  tokens.json     {"access": [...], "refresh": "..."}: what is good now; changed by each renewal
Writes requests.log, a line each: the path with its query.
Traps that it has: null where a list or a track is gone, episodes, local files without an id, `item`
in lists and `track` elsewhere, next links to another host, no field that is gone, 403 with either
message on what is closed, 401, limits above which it answers 400.
"""
import base64
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlparse

FOLDER = sys.argv[1]
LOCK = threading.Lock()
CLOSED = ("/audio-features", "/audio-analysis", "/recommendations", "/tracks", "/artists", "/albums", "/browse",
          "/users", "/markets")


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    return json.load(open(path)) if os.path.exists(path) else otherwise


def write(name, what):
    with open(os.path.join(FOLDER, name + ".part"), "w") as file:
        json.dump(what, file)
    os.replace(os.path.join(FOLDER, name + ".part"), os.path.join(FOLDER, name))


def artist_json(key, name):
    return {"id": key, "name": name, "type": "artist", "uri": f"spotify:artist:{key}", "href": "", "external_urls": {}}


def track_json(track):
    if track is None:
        return None
    if track == "episode":
        return {"id": "0000000000000000000009", "name": "Episode", "type": "episode", "uri": "spotify:episode:9"}
    if track[0].startswith("spotify:local:"):
        return {"id": None, "name": track[1], "type": "track", "uri": track[0], "is_local": True, "duration_ms": 200000,
                "artists": [{"id": None, "name": name, "uri": None, "type": "artist"} for name in track[2]],
                "album": {"id": None, "name": track[3], "uri": None, "artists": []}, "external_ids": {}}
    key, title, artists, album = track
    return {"id": key, "uri": f"spotify:track:{key}", "type": "track", "name": title, "duration_ms": 215000,
            "explicit": False, "disc_number": 1, "track_number": 3, "is_local": False, "href": "", "external_urls": {},
            "artists": [artist_json(f"a{name}", name) for name in artists],
            "album": {"id": f"l{album}", "name": album, "album_type": "album", "release_date": "2026-01",
                      "release_date_precision": "month", "images": [], "artists": [], "uri": "spotify:album:1"},
            "external_ids": {"isrc": "XXABC26" + key[-5:]} if key[-5:].isdigit() else {}}


def page(path, items, query):
    limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
    if not 1 <= limit <= 50:
        raise ValueError("Invalid limit")
    has_next = offset + limit < len(items)
    # A link to a host that is none of ours.
    following = f"http://127.0.0.2:9{path}?offset={offset + limit}&limit={limit}" if has_next else None
    return {"href": "", "limit": limit, "offset": offset, "previous": None, "next": following, "total": len(items),
            "items": items[offset:offset + limit]}


def stamp(milliseconds):
    text = datetime.fromtimestamp(milliseconds / 1000, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def recently_played(query):
    limit = int(query.get("limit", 20))
    if not 1 <= limit <= 50 or ("after" in query and "before" in query):
        raise ValueError("Invalid limit")
    plays = sorted(read("plays.json", []), reverse=True)[:50]
    plays = [one for one in plays if one[0] > int(query.get("after", 0)) and one[0] < int(query.get("before", 1 << 60))]
    return {"href": "", "limit": limit, "next": None, "cursors": None,
            "items": [{"track": track_json(track), "played_at": stamp(time), "context": None}
                      for time, track in plays[:limit]]}


def following(query):
    artists, limit = read("artists.json", []), int(query.get("limit", 20))
    keys = [key for key, _ in artists]
    begin = keys.index(query["after"]) + 1 if "after" in query else 0
    items = artists[begin:begin + limit]
    has_next = begin + limit < len(artists)
    return {"artists": {"href": "", "limit": limit, "next": "http://127.0.0.2:9/" if has_next else None,
                        "cursors": {"after": items[-1][0] if has_next else None}, "total": len(artists),
                        "items": [artist_json(*one) for one in items]}}


def playlist_json(one):
    return {"id": one["id"], "name": one["name"], "description": "", "collaborative": one.get("collaborative", False),
            "owner": {"id": one["owner"], "type": "user"}, "public": None, "snapshot_id": one["snapshot_id"],
            "images": None, "items": {"href": "", "total": len(one["items"])}, "type": "playlist",
            "uri": "spotify:playlist:" + one["id"]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def send(self, status, what, headers=()):
        body = (what if isinstance(what, str) else json.dumps(what)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, message, **more):
        self.send(status, {"error": {"status": status, "message": message, **more}})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        with LOCK:
            self.log("token")
            tokens = read("tokens.json", {})
            basic = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            client = form.get("client_id", [basic.partition(":")[0]])
            if form.get("refresh_token") != [tokens.get("refresh")] or client != ["0f5client"]:
                return self.send(400, {"error": "invalid_grant", "error_description": "Refresh token revoked"})
            number = str(int(tokens["refresh"].split("-")[-1]) + 1)
            write("tokens.json", {"access": ["access-number-" + number], "refresh": "refresh-number-" + number})
            self.send(200, {"access_token": "access-number-" + number, "token_type": "Bearer", "expires_in": 3600,
                            "refresh_token": "refresh-number-" + number, "scope": "user-library-read"})

    def log(self, line):
        with open(os.path.join(FOLDER, "requests.log"), "a") as log:
            log.write(line + "\n")

    def do_GET(self):
        with LOCK:
            self.log(self.path.removeprefix("/v1"))
            troubles = read("trouble.json", [])
            if troubles:
                write("trouble.json", troubles[1:])
            trouble = troubles[0] if troubles else None
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == "quota":
            return self.fail(429, "Too many requests", reason="QUOTA_EXCEEDED")
        if isinstance(trouble, str):
            return self.send(429, {"error": {"status": 429, "message": "API rate limit exceeded"}},
                             [("Retry-After", trouble.split(":")[1])])
        if trouble:
            return self.fail(trouble, "Server error.")
        if self.headers.get("Authorization") not in ["Bearer " + one for one in read("tokens.json", {})["access"]]:
            return self.fail(401, "The access token expired")
        address = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        path = address.path.removeprefix("/v1")
        try:
            self.answer(path, query)
        except ValueError as problem:
            self.fail(400, str(problem))

    def answer(self, path, query):
        lists = {one["id"]: one for one in read("playlists.json", [])}
        parts = path.split("/")
        if path == "/me":
            return self.send(200, {"id": "ann0", "account_id": "a1", "display_name": "Ann", "type": "user"})
        if path == "/me/player/recently-played":
            return self.send(200, recently_played(query))
        if path == "/me/tracks":
            saved = sorted(read("saved.json", []), key=lambda one: one[0], reverse=True)
            items = [{"added_at": added, "track": track_json(track)} for added, track in saved]
            return self.send(200, page(path, items, query))
        if path == "/me/following":
            return self.send(200, following(query))
        if path == "/me/playlists":
            return self.send(200, page(path, [playlist_json(one) for one in lists.values()], query))
        if len(parts) == 4 and parts[1] == "playlists" and parts[3] == "items" and parts[2] in lists:
            one = lists[parts[2]]
            if one["owner"] != "ann0" and not one.get("collaborative"):
                return self.fail(403, "Forbidden")
            items = [{"added_at": "2026-02-03T04:05:06Z", "added_by": None, "is_local": False, "item": track_json(track)}
                     for track in one["items"]]
            return self.send(200, page(path, items, query))
        if path.startswith(CLOSED) or path.endswith("/tracks"):
            return self.fail(403, "Bad OAuth request (wrong consumer key, bad nonce, expired timestamp...)")
        self.fail(404, "Not found.")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
