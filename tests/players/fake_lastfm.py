"""Last.fm's API as it answers, for tests: fake_lastfm.py FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  scrobbles.json   [[unix time, artist, title, album], ...]
  loved.json       the same, may be missing
  trouble.json     what to do in place of the next answers, a list that is used up: "half", "html",
                   "foreign", "cut", 500, 429, "error:8" (inside a 200), "error400:8" ...
  unrest.json      troubles now and then (unrest.py)
  user.json        {"name": "Bob", "key": "..."} in place of Ann and "k3y"
  playing          where it exists, something is playing now
  catalogue.json   {"similar_artists": {artist: [[artist, match], ...]}, "top_tracks": {artist: [title, ...]},
                   "tags": {artist: [[tag, count], ...]}, "similar_tracks": {"artist - title": [[artist, title,
                   match], ...]}, "friends": {name: [[unix time, artist, title, album], ...], or null: private}}
Writes requests.log, a line for each question about a user: method, page, from, to; and answers.log, a line
for each about the catalogue: method, artist, track. The only user is "Ann", beside her friends, the key "k3y",
where user.json says nothing else.
Traps that it has: numbers as texts, a list of one as the thing itself, what is playing now on each
page beside its limit, `from` inclusive and `to` exclusive, artists as "#text".
"""
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import unrest

FOLDER = sys.argv[1]
LOCK = threading.Lock()
UNREST = ("half", "cut", "html", "foreign", 429, 500, 503, "error:8", "error:11", "error:16", "error:29", "error400:11")


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


def one_or_list(items):
    return items[0] if len(items) == 1 else items


def attributes(user, page, limit, total):
    return {"user": user, "page": str(page), "perPage": str(limit),
            "totalPages": str(-(-total // limit)), "total": str(total)}


def recent_tracks(query, user, scrobbles=None):
    limit, page = int(query.get("limit", 50)), int(query.get("page", 1))
    begin, end = int(query.get("from", 0)), int(query.get("to", 1 << 40))
    heard = sorted((s for s in scrobbles or read("scrobbles.json", []) if begin <= s[0] < end), reverse=True)
    tracks = [{"artist": {"mbid": "", "#text": artist}, "streamable": "0", "name": title, "mbid": "",
               "album": {"mbid": "", "#text": album}, "url": "", "image": [],
               "date": {"uts": str(time), "#text": "then"}}
              for time, artist, title, album in heard[(page - 1) * limit:page * limit]]
    if os.path.exists(os.path.join(FOLDER, "playing")):
        tracks.insert(0, {"artist": {"mbid": "", "#text": "Now"}, "name": "Playing", "mbid": "",
                          "album": {"mbid": "", "#text": ""}, "url": "", "streamable": "0", "image": [],
                          "@attr": {"nowplaying": "true"}})
    return {"recenttracks": {"track": one_or_list(tracks), "@attr": attributes(user, page, limit, len(heard))}}


def loved_tracks(query, user):
    limit, page = int(query.get("limit", 50)), int(query.get("page", 1))
    loved = sorted(read("loved.json", []), reverse=True)
    tracks = [{"name": title, "mbid": "", "url": "", "date": {"uts": str(time), "#text": "then"},
               "artist": {"name": artist, "mbid": "", "url": ""}, "image": []}
              for time, artist, title, album in loved[(page - 1) * limit:page * limit]]
    return {"lovedtracks": {"track": one_or_list(tracks), "@attr": attributes(user, page, limit, len(loved))}}


def catalogue(part):
    return read("catalogue.json", {}).get(part, {})


def friends(query, user):
    names = list(catalogue("friends"))[:int(query.get("limit", 50))]
    if not names:
        return None
    return {"friends": {"user": one_or_list([{"name": name, "realname": "", "url": "", "image": []} for name in names]),
                        "@attr": attributes(user, 1, 50, len(names))}}


def similar_artists(query, user):
    found = catalogue("similar_artists").get(query["artist"])
    return found and {"similarartists": {
        "artist": one_or_list([{"name": name, "mbid": "", "match": str(match), "url": "", "image": []}
                               for name, match in found[:int(query.get("limit", 30))]]),
        "@attr": {"artist": query["artist"]}}}


def top_tracks(query, user):
    found = catalogue("top_tracks").get(query["artist"])
    return found and {"toptracks": {
        "track": one_or_list([{"name": title, "playcount": "9", "listeners": "5", "mbid": "", "url": "", "image": [],
                               "artist": {"name": query["artist"], "mbid": "", "url": ""}}
                              for title in found[:int(query.get("limit", 50))]]),
        "@attr": {"artist": query["artist"], "page": "1", "perPage": "50", "totalPages": "1", "total": "9"}}}


def top_tags(query, user):
    found = catalogue("tags").get(query["artist"])
    return {"toptags": {"tag": one_or_list([{"count": count, "name": tag, "url": ""} for tag, count in found or []]),
                        "@attr": {"artist": query["artist"]}}}


def track_tags(query, user):
    found = catalogue("track_tags").get(query["artist"] + " - " + query["track"])
    return found and {"toptags": {"tag": one_or_list([{"count": count, "name": tag, "url": ""} for tag, count in found]),
                                  "@attr": {"artist": query["artist"], "track": query["track"]}}}


def similar_tracks(query, user):
    found = catalogue("similar_tracks").get(query["artist"] + " - " + query["track"])
    return found and {"similartracks": {
        "track": [{"name": title, "playcount": 7, "mbid": "", "match": match, "url": "", "duration": 278, "image": [],
                   "streamable": {"#text": "0", "fulltrack": "0"}, "artist": {"name": artist, "mbid": "", "url": ""}}
                  for artist, title, match in found[:int(query.get("limit", 100))]],
        "@attr": {"artist": query["artist"]}}}


METHODS = {"user.getrecenttracks": recent_tracks, "user.getlovedtracks": loved_tracks, "user.getfriends": friends}
ANSWERS = {"artist.getsimilar": similar_artists, "artist.gettoptracks": top_tracks, "artist.gettoptags": top_tags,
           "track.getsimilar": similar_tracks, "track.gettoptags": track_tags}


def as_xml(name, value):
    """The same answer as XML, which clients that do not ask for JSON get."""
    from xml.sax.saxutils import escape, quoteattr
    if isinstance(value, (str, int, float)):
        return f"<{name}>{escape(str(value))}</{name}>"
    attrs = dict(value.get("@attr", {}))
    text = escape(value.get("#text", ""))
    inner = text
    for key, part in value.items():
        if key in ("@attr", "#text"):
            continue
        if isinstance(part, str) and key in ("mbid", "uts") and "#text" in value:
            attrs[key] = part
        elif isinstance(part, list):
            inner += "".join(as_xml(key, one) for one in part)
        else:
            inner += as_xml(key, part)
    return f"<{name}{''.join(f' {k}={quoteattr(v)}' for k, v in attrs.items())}>{inner}</{name}>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head

    def log_message(self, *args):
        pass

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.answer(self.rfile.read(length).decode())

    def do_GET(self):
        self.answer(urlparse(self.path).query)

    def answer(self, text):
        query = {key: values[0] for key, values in parse_qs(text).items()}
        method = query.get("method", "").lower()
        owner = read("user.json", {"name": "Ann", "key": "k3y"})
        is_answer = method in ANSWERS
        with LOCK, open(os.path.join(FOLDER, "answers.log" if is_answer else "requests.log"), "a") as log:
            log.write(" ".join([method] + [query.get(k, "-") for k in (("artist", "track") if is_answer else
                                                                       ("page", "from", "to"))]) + "\n")
        if urlparse(self.path).path != "/2.0/":
            return self.send(404, "not here")
        is_json = query.get("format") == "json"
        trouble = None if is_answer and query.get("api_key") == owner["key"] and not os.path.exists(
            os.path.join(FOLDER, "catalogue.json")) else take_trouble()
        if trouble == "cut":
            self.close_connection = True
            return None
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == 429:
            return self.fail(429, 29, "Rate Limit Exceeded", is_json)
        if isinstance(trouble, int):
            return self.send(trouble, "")
        if isinstance(trouble, str) and trouble.startswith("error"):
            kind, code = trouble.split(":")
            return self.fail(int(kind[5:] or 200), int(code), "Operation failed", is_json)
        if query.get("api_key") != owner["key"]:
            return self.fail(403, 10, "Invalid API key - You must be granted a valid key by last.fm", is_json)
        if is_answer:
            found = ANSWERS[method](query, "")
            if found is None:
                return self.fail(200, 6, "The artist you supplied could not be found", is_json)
        elif method not in METHODS:
            return self.fail(400, 3, "Invalid Method - No method with that name in this package", is_json)
        elif query.get("user", "") in catalogue("friends"):
            heard = catalogue("friends")[query["user"]]
            if heard is None:
                return self.fail(403, 17, "Login: User required to be logged in", is_json)
            found = recent_tracks(query, query["user"], heard)
        elif query.get("user", "").lower() != owner["name"].lower():
            return self.fail(404, 6, "User not found", is_json)
        else:
            found = METHODS[method](query, "Somebody" if trouble == "foreign" else owner["name"])
            if found is None:
                return self.fail(400, 6, "no such page", is_json)
        if is_json:
            self.send(200, json.dumps(found), is_half=trouble == "half")
        else:
            name, value = next(iter(found.items()))
            self.send(200, '<?xml version="1.0" encoding="UTF-8"?><lfm status="ok">' + as_xml(name, value) + "</lfm>")

    def fail(self, status, code, message, is_json):
        if is_json:
            return self.send(status, json.dumps({"error": code, "message": message}))
        self.send(status, f'<?xml version="1.0"?><lfm status="failed"><error code="{code}">{message}</error></lfm>')

    def send(self, status, text, is_half=False):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if is_half else body)
        if is_half:
            self.close_connection = True


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
