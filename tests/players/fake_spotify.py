"""Spotify's Web API as it answers an app in development mode in 2026, or one of extended quota, for
tests: fake_spotify.py FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  mode.json       "development", if nothing else is said; "extended": the paths of before 2026, and no others
  plays.json      [[milliseconds, track], ...]; a track is [id, title, [artist, ...], album], or null; a fifth
                  entry has what else it says: {"duration_ms": 180000, "isrc": "..."}
  saved.json      [[added_at, track], ...]
  artists.json    [[id, name], ...]
  playlists.json  [{"id", "name", "owner", "collaborative", "snapshot_id", "items": [track ...]}, ...]
                  where an item may also be "episode", or a list of an address and names: a local file
                  "owner" is ann0; what is changed is written back
  tracks.json     [track, ...]: what a search finds, and what an address stands for
  trouble.json    what to do in place of the next answers of the API: a status, "429:SECONDS", "429:"
                  without Retry-After, "403:MESSAGE", "quota", "html"; "done:502" after doing what was asked;
                  "hold": likewise, and then no answer; "cut": no answer; "half" of one; null
  unrest.json     troubles now and then (unrest.py), of the tokens' address, too
  tokens.json     {"access": [...], "refresh": "...", "scope": "..."}: what is good now; changed by each renewal
Writes requests.log, a line each: the method, unless it is GET, and the path with its query.
Traps that it has: DELETE takes out all occurrences, lists are public where nobody says otherwise, `uris` of a query go before those of the
body, a list that its owner has deleted still answers; null where a list or a track is gone, episodes, local files without an id, `item`
in lists and `track` elsewhere, next links to another host, no field that is gone, 403 with either
message on what is closed, 401, limits above which it answers 400.
"""
import base64
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlparse

import unrest

FOLDER = sys.argv[1]
LOCK = threading.Lock()
UNREST = {"": ("cut", "half", "html", "quota", "429:0", 401, 500, 502, 503),
          "changes": ("cut", "html", "429:0", "done:502", 401, 500, 502, 503), "token": ("html", 500, 503)}
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
    key, title, artists, album, more = [*track, {}][:5]
    return {"id": key, "uri": f"spotify:track:{key}", "type": "track", "name": title, "duration_ms": more.get("duration_ms", 215000),
            "explicit": False, "disc_number": 1, "track_number": 3, "is_local": False, "href": "", "external_urls": {},
            "artists": [artist_json(f"a{name}", name) for name in artists],
            "album": {"id": f"l{album}", "name": album, "album_type": "album", "release_date": "2026-01",
                      "release_date_precision": "month", "images": [{"url": f"https://i.scdn.co/image/ab67616d0000{size}", "height": size, "width": size}
                                                                        for size in (640, 300, 64)],
                      "artists": [], "uri": "spotify:album:1"},
            "external_ids": {"isrc": isrc_of(track)} if isrc_of(track) else {}}


def isrc_of(track):
    more = [*track, {}][4]
    return more.get("isrc", "XXABC26" + track[0][-5:] if track[0][-5:].isdigit() else "")


def is_extended():
    return read("mode.json", "development") == "extended"


def page(path, items, query, most=50):
    limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
    if not 1 <= limit <= most:
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
    return {"id": one["id"], "name": one["name"], "description": one.get("description", ""), "collaborative": one.get("collaborative", False),
            "owner": {"id": one["owner"], "type": "user"}, "public": one.get("public"),
            "snapshot_id": one["snapshot_id"], "images": None, "type": "playlist",
            "tracks" if is_extended() else "items": {"href": "", "total": len(one["items"])},
            "uri": "spotify:playlist:" + one["id"]}


def search(query):
    most = 50 if is_extended() else 10
    wanted = re.findall(r'(\w+):"([^"]*)"|(\w+):(\S+)', query.get("q", ""))
    if not wanted or query.get("type") != "track":
        raise ValueError("No search query")
    found = []
    for track in read("tracks.json", []):
        says = {"track": track[1], "artist": " ".join(track[2]), "isrc": isrc_of(track)}
        fields = [(one[0] or one[2], one[1] or one[3]) for one in wanted]
        if all(set(text.lower().split()) <= set(says[field].lower().split()) for field, text in fields):
            found.append(track_json(track))
    return {"tracks": page("/search", found, {"limit": 5, **query}, most)}


def track_of(uri):
    kind, _, key = uri.rpartition(":")
    if kind != "spotify:track" or not re.fullmatch("[0-9A-Za-z]{22}", key):
        raise ValueError("Invalid track uri: " + uri)
    known = [track for track in read("tracks.json", []) if track[0] == key]
    return known[0] if known else [key, "Title", ["Artist"], "Album"]


def uri_of(item):
    return (track_json(item) or {}).get("uri")


def some_uris(uris):
    if not isinstance(uris, list) or not uris:
        raise ValueError("No uris provided")
    if len(uris) > 100:
        raise ValueError("You can add a maximum of 100 tracks per request.")
    return uris


def add(items, query, body):
    uris = query["uris"].split(",") if "uris" in query else body.get("uris")
    at = int(query.get("position", body.get("position", len(items))))
    if not 0 <= at <= len(items):
        raise ValueError("Index out of bounds")
    return items[:at] + [track_of(uri) for uri in some_uris(uris)] + items[at:]


def put(items, query, body):
    if "uris" in query or "uris" in body:
        uris = query["uris"].split(",") if "uris" in query else body["uris"]
        if "range_start" in body:
            raise ValueError("uris and range_start do not go together")
        return [track_of(uri) for uri in some_uris(uris)] if uris else []
    begin, before, count = body["range_start"], body["insert_before"], body.get("range_length", 1)
    if not 0 <= begin < begin + count <= len(items) or not 0 <= before <= len(items):
        raise ValueError("Index out of bounds")
    moved, rest = items[begin:begin + count], items[:begin] + items[begin + count:]
    at = before if before <= begin else before - count
    return rest[:at] + moved + rest[at:]


def take_out(items, body):
    gone = [one["uri"] for one in some_uris(body.get("tracks" if is_extended() else "items"))]
    if any(uri.startswith("spotify:local:") for uri in gone):
        raise ValueError("Invalid track uri: " + gone[0])
    return [item for item in items if uri_of(item) not in gone]


def create(body):
    lists = read("playlists.json", [])
    if body.get("collaborative") and body.get("public", True):
        raise ValueError("Collaborative playlists can only be private.")
    if not body.get("name") or "\n" in body.get("description", ""):
        raise ValueError("Missing required field: name")
    key = "made" + str(len(lists)).rjust(18, "0")
    made = {"id": key, "name": body["name"], "owner": "ann0", "collaborative": body.get("collaborative", False),
            "public": body.get("public", True), "description": body.get("description", ""), "snapshot_id": "s1",
            "items": []}
    write("playlists.json", [made] + lists)
    return made


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head

    def log_message(self, *args):
        pass

    is_half = False

    def send(self, status, what, headers=()):
        body = (what if isinstance(what, str) else json.dumps(what)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if self.is_half else body)
        self.close_connection = self.close_connection or self.is_half

    def fail(self, status, message, **more):
        self.send(status, {"error": {"status": status, "message": message, **more}})

    def renew(self, form):
        with LOCK:
            self.log("token")
            trouble = unrest.trouble_of(FOLDER, UNREST["token"])
            if trouble:
                return self.answer_or(trouble, "", "")
            tokens = read("tokens.json", {})
            basic = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            client = form.get("client_id", [basic.partition(":")[0]])
            if form.get("refresh_token") != [tokens.get("refresh")] or client != ["0f5client"]:
                return self.send(400, {"error": "invalid_grant", "error_description": "Refresh token revoked"})
            number = str(int(tokens["refresh"].split("-")[-1]) + 1)
            write("tokens.json", {**tokens, "access": ["access-number-" + number], "refresh": "refresh-number-" + number})
            self.send(200, {"access_token": "access-number-" + number, "token_type": "Bearer", "expires_in": 3600,
                            "refresh_token": "refresh-number-" + number,
                            "scope": tokens.get("scope", "user-library-read")})

    def log(self, line):
        with open(os.path.join(FOLDER, "requests.log"), "a") as log:
            log.write(line + "\n")

    def do_GET(self):
        self.take("")

    def do_POST(self):
        self.take("POST ")

    def do_PUT(self):
        self.take("PUT ")

    def do_DELETE(self):
        self.take("DELETE ")

    def take(self, method):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/api/token":
            return self.renew(parse_qs(text))
        with LOCK:
            self.log(method + self.path.removeprefix("/v1"))
            troubles = read("trouble.json", [])
            if troubles:
                write("trouble.json", troubles[1:])
            trouble = troubles[0] if troubles else unrest.trouble_of(FOLDER, UNREST["changes" if method else ""])
            self.answer_or(trouble, method.strip(), text)

    def answer_or(self, trouble, method, text):
        if trouble == "cut":
            self.close_connection = True
            return None
        self.is_half = trouble == "half"
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == "quota":
            return self.fail(429, "Too many requests", reason="QUOTA_EXCEEDED")
        kind, _, value = trouble.partition(":") if isinstance(trouble, str) else ("", "", "")
        if kind == "429":
            return self.send(429, {"error": {"status": 429, "message": "API rate limit exceeded"}},
                             [("Retry-After", value)] if value else [])
        if kind == "403":
            return self.fail(403, value)
        if isinstance(trouble, int):
            return self.fail(trouble, "Server error.")
        if self.headers.get("Authorization") not in ["Bearer " + one for one in read("tokens.json", {})["access"]]:
            return self.fail(401, "The access token expired")
        address = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        path = address.path.removeprefix("/v1").rstrip("/")
        try:
            status, body = self.changed(method, path, query, json.loads(text or "{}")) if method else self.got(path, query)
        except (ValueError, KeyError) as problem:
            status, body = 400, str(problem)
        if kind == "done":
            return self.fail(int(value), "Server error.")
        if kind == "hold":
            write("held.json", True)
            return self.rfile.read()  # until whoever asked is gone
        if status < 400:
            return self.send(status, body)
        self.fail(status, body)

    CLOSED = (403, "Bad OAuth request (wrong consumer key, bad nonce, expired timestamp...)")

    def changed(self, method, path, query, body):
        """The status, and what is answered: of 400 and above a message."""
        if "playlist-modify-private" not in read("tokens.json", {}).get("scope", "playlist-modify-private"):
            return 403, "Insufficient client scope"
        if (method, path) == ("POST", "/me/playlists"):
            return 201, playlist_json(create(body))
        lists = read("playlists.json", [])
        parts = path.split("/")
        mine = [one for one in lists if len(parts) > 2 and one["id"] == parts[2] and one["owner"] == "ann0"]
        if parts[1] != "playlists" or not mine:
            return 404, "Not found."
        if len(parts) == 3 and method == "PUT":
            mine[0].update(body)
            write("playlists.json", lists)
            return 200, ""
        if parts[3:] == ["followers"] and method == "DELETE" and is_extended():
            write("playlists.json", [{**one, "is_gone": True} if one is mine[0] else one for one in lists])
            return 200, ""
        if parts[3:] != ["tracks" if is_extended() else "items"]:
            return 403, "Forbidden"
        items = mine[0]["items"]
        if method == "DELETE":
            items = take_out(items, body)
        else:
            items = add(items, query, body) if method == "POST" else put(items, query, body)
        mine[0].update(items=items, snapshot_id="s" + str(int(mine[0]["snapshot_id"][1:]) + 1))
        write("playlists.json", lists)
        return 201 if method == "POST" else 200, {"snapshot_id": mine[0]["snapshot_id"]}

    def got(self, path, query):
        lists = {one["id"]: one for one in read("playlists.json", [])}
        parts = path.split("/")
        if path == "/me":
            return 200, {"id": "ann0", "account_id": "a1", "display_name": "Ann", "type": "user"}
        if path == "/me/player/recently-played":
            return 200, recently_played(query)
        if path == "/me/tracks":
            saved = sorted(read("saved.json", []), key=lambda one: one[0], reverse=True)
            items = [{"added_at": added, "track": track_json(track)} for added, track in saved]
            return 200, page(path, items, query)
        if path == "/me/following":
            return 200, following(query)
        if path == "/me/playlists":
            return 200, page(path, [playlist_json(one) for one in lists.values() if not one.get("is_gone")], query)
        if path == "/search":
            return 200, search(query)
        if len(parts) == 3 and parts[1] == "playlists" and parts[2] in lists:
            return 200, playlist_json(lists[parts[2]])
        word = "tracks" if is_extended() else "items"
        if len(parts) == 4 and parts[1] == "playlists" and parts[3] == word and parts[2] in lists:
            one = lists[parts[2]]
            if one["owner"] != "ann0" and not one.get("collaborative"):
                return 403, "Forbidden"
            items = [{"added_at": "2026-02-03T04:05:06Z", "added_by": None, "is_local": False,
                      "track" if is_extended() else "item": track_json(track)} for track in one["items"]]
            return 200, page(path, items, query, 100 if is_extended() else 50)
        if parts[3:] == ["items"]:
            return 403, "Forbidden"
        if path.startswith(CLOSED) or path.endswith("/tracks"):
            return self.CLOSED
        return 404, "Not found."


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
