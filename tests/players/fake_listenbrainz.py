"""ListenBrainz's API as it answers, for tests: fake_listenbrainz.py FOLDER. Prints its port.

Reads of FOLDER, anew where it has changed
  listens.json     [[listened_at, artist, title, album, more], ...]; `more`, which may be missing, has
                   "info" (additional_info), "mapping" (mbid_mapping, null too) and "inserted_at"
  feedback.json    [[score, created, recording_mbid, artist, title], ...], may be missing
  limit.json       {"limit": requests, "reset_in": seconds, "page": most listens}, may be missing
  names.json       {"artist / title": [recording_mbid, artist, title, release]}, in lower case, for lookups
  recommendations.json  [[recording_mbid, score, title, artist, artist_mbid, album], ...]; without it a 204
  fresh.json       [[release_mbid, release, date, artist, [artist_mbid, ...]], ...], may be missing
  artists.json     {artist_mbid: {"name", "similar": [[artist_mbid, name, score], ...],
                   "top": [[recording_mbid, title, artist, [artist_mbid, ...], release_mbid, release,
                   milliseconds, listens], ...], "tags": [[tag, votes, is_genre], ...]}}
  trouble.json     what to do in place of the next answers to GET, a list that is used up: "half",
                   "html", 500, 429 ...
  post_trouble.json  likewise to POST, with "done": does it, and answers nothing; "lost": does nothing,
                   and answers nothing
  unrest.json      troubles now and then (unrest.py)
  user.json        {"name": "Bob", "token": "..."} in place of "Ann" and "t0ken"
Keeps playlists.json: [{"mbid", "title", "public", "annotation", "tracks", "annotations"}, ...].
Writes labs_port, where labs answers, requests.log, a line each: status, method, path, query; and over.log, a
line for each request beyond the limit. The only user is "Ann", the token "t0ken".
Traps that it has: max_ts not included, so that a page may end in the middle of a second; times with a
fraction; mbid_mapping null or not there; a total_count of all feedback whatever is asked for;
X-RateLimit-* counting down, and 429 below zero.
"""
import json
import os
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlparse

import unrest

FOLDER = sys.argv[1]
LOCK = threading.RLock()
KEPT = {}  # of files: when they changed, and what they held
UNREST = {"trouble.json": ("lost", "half", "html", 429, 500, 502, 503),
          "post_trouble.json": ("lost", "done", "half", "html", 429, 500, 503)}


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        return otherwise
    changed = os.stat(path).st_mtime_ns
    if KEPT.get(name, (0,))[0] != changed:
        KEPT[name] = (changed, json.load(open(path)))
    return KEPT[name][1]


USER, TOKEN = (read("user.json", {"name": "Ann", "token": "t0ken"})[part] for part in ("name", "token"))


def write(name, what):
    with open(os.path.join(FOLDER, name + ".new"), "w") as file:
        json.dump(what, file)
    os.rename(os.path.join(FOLDER, name + ".new"), os.path.join(FOLDER, name))


def take_trouble(name):
    with LOCK:
        path = os.path.join(FOLDER, name)
        troubles = json.load(open(path)) if os.path.exists(path) else []
        if troubles:
            write(name, troubles[1:])
        return troubles[0] if troubles else unrest.trouble_of(FOLDER, UNREST[name])


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def msid(*names):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(names)))


def listen_of(row):
    at, artist, title, album = row[:4]
    more = row[4] if len(row) > 4 else {}
    metadata = {"artist_name": artist, "track_name": title, "release_name": album,
                "additional_info": more.get("info", {"recording_msid": msid(artist, title, album)})}
    if "mapping" in more:
        metadata["mbid_mapping"] = more["mapping"]
    return {"listened_at": at, "inserted_at": more.get("inserted_at", at + 1), "user_name": USER,
            "recording_msid": msid(artist, title, album), "track_metadata": metadata}


def number(query, name, otherwise):
    try:
        return int(query.get(name, otherwise))
    except ValueError:
        raise Refused(400, f"Invalid {name} argument: {query[name]}")


def require_user(name):
    if name.lower() != USER.lower():
        raise Refused(404, f"Cannot find user: {name}")


def listens(user, query, who):
    require_user(user)
    if "max_ts" in query and "min_ts" in query and number(query, "max_ts", 0) < number(query, "min_ts", 0):
        raise Refused(400, "max_ts should be greater than min_ts")
    end, begin = number(query, "max_ts", 1 << 40), number(query, "min_ts", -1)
    count = min(number(query, "count", 25), read("limit.json", {}).get("page", 1000))
    heard = read("listens.json", [])
    if KEPT.get("sorted", (None,))[0] is not heard:
        KEPT["sorted"] = (heard, sorted(heard, key=lambda row: row[0], reverse=True))
    newest_first = KEPT["sorted"][1]
    some = [row for row in newest_first if begin < row[0] < end]
    some = some[-count:] if "min_ts" in query and "max_ts" not in query else some[:count]
    ends = (newest_first[0][0], newest_first[-1][0]) if newest_first else (0, 0)
    return {"payload": {"count": len(some), "user_id": USER, "latest_listen_ts": int(ends[0]),
                        "oldest_listen_ts": int(ends[1]), "listens": [listen_of(row) for row in some]}}


def feedback(user, query, who):
    require_user(user)
    told = read("feedback.json", [])
    wanted = [row for row in told if "score" not in query or row[0] == number(query, "score", 0)]
    offset, count = number(query, "offset", 0), min(number(query, "count", 25), 1000)
    answer = []
    for score, created, mbid, artist, title in wanted[offset:offset + count]:
        one = {"user_id": USER, "recording_msid": msid(artist or "", title or ""), "recording_mbid": mbid,
               "score": score, "created": created}
        if query.get("metadata") == "true":
            one["track_metadata"] = artist and {"artist_name": artist, "track_name": title, "release_name": ""}
        answer.append(one)
    return {"feedback": answer, "count": len(answer), "total_count": len(told), "offset": offset}


def require_token(who):
    if not who:
        raise Refused(401, "You need to provide an Authorization header.")


def lookup(query, who):
    require_token(who)
    names = [query.get(name, "") for name in ("artist_name", "recording_name", "release_name")]
    if not names[0] or not names[1]:
        raise Refused(400, "artist_name is invalid or not present in arguments")
    if sum(len(name) for name in names) > 250:
        raise Refused(400, "total length of the names is over 250 characters")
    found = read("names.json", {}).get(f"{names[0]} / {names[1]}".lower())
    if found is None:
        return {}
    mbid, artist, title, release = found
    return {"artist_credit_name": artist, "artist_mbids": [msid(artist)], "recording_mbid": mbid,
            "recording_name": title, "release_mbid": msid(release), "release_name": release}


LIST, RECORDING = "https://listenbrainz.org/playlist/", "https://musicbrainz.org/recording/"
EXTENSION = "https://musicbrainz.org/doc/jspf#playlist"


def is_mbid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def jspf(one, has_tracks):
    told = {"title": one["title"], "creator": USER, "identifier": LIST + one["mbid"],
            "date": "2026-11-21T10:00:00+00:00", "track": [],
            "extension": {EXTENSION: {"public": one["public"], "creator": USER,
                                      "last_modified_at": "2026-11-21T10:00:00+00:00"}}}
    if one["annotation"]:
        told["annotation"] = one["annotation"]
    if has_tracks:
        told["track"] = [{"identifier": [RECORDING + mbid], "title": "", "creator": "",
                          "extension": {"https://musicbrainz.org/doc/jspf#track": {
                              "added_by": USER, "added_at": "2026-11-21T10:00:00+00:00"}}}
                         for mbid in one["tracks"]]
    return {"playlist": told}


def list_of(mbid, who):
    if not is_mbid(mbid):
        raise Refused(400, "Provided playlist ID is invalid.")
    lists = read("playlists.json", [])
    for one in lists:
        if one["mbid"] == mbid and (one["public"] or who):
            return lists, one
    raise Refused(404, f"Cannot find playlist: {mbid}")


def playlist(mbid, query, who):
    return jspf(list_of(mbid, who)[1], has_tracks=True)


def playlists(user, query, who):
    require_user(user)
    seen = [one for one in reversed(read("playlists.json", [])) if one["public"] or who]
    offset, count = number(query, "offset", 0), number(query, "count", 25)
    some = seen[offset:offset + count]
    return {"count": len(some), "offset": offset, "playlist_count": len(seen),
            "playlists": [jspf(one, has_tracks=False) for one in some]}


def tracks_in(sent):
    """[(recording, annotation), ...]: the first identifier of each is that of a recording."""
    tracks = []
    for k, track in enumerate(sent.get("playlist", {}).get("track", [])):
        identifier = track.get("identifier", [])
        first = identifier if isinstance(identifier, str) else (identifier or [""])[0]
        if not first.startswith(RECORDING) or not is_mbid(first[len(RECORDING):]):
            raise Refused(400, f"JSPF playlist track {k} must contain a identifier field having a fully "
                               "qualified URI to a recording_mbid.")
        tracks.append((first[len(RECORDING):], track.get("annotation", "")))
    return tracks


def create(sent, who):
    require_token(who)
    told = sent.get("playlist", {})
    extension = told.get("extension", {}).get(EXTENSION, {})
    if not told.get("title"):
        raise Refused(400, "JSPF playlist must contain a title element with the title of the playlist.")
    if not isinstance(extension.get("public"), bool):
        raise Refused(400, f"JSPF playlist.extension.{EXTENSION}.public field must be given.")
    if "created_for" in extension:
        raise Refused(403, "Playlist contains a created_for field, but submitting user is not an approved bot.")
    tracks = tracks_in(sent)
    made = {"mbid": str(uuid.uuid4()), "title": told["title"], "public": extension["public"],
            "annotation": told.get("annotation", ""), "tracks": [track[0] for track in tracks],
            "annotations": [track[1] for track in tracks]}
    write("playlists.json", read("playlists.json", []) + [made])
    return {"status": "ok", "playlist_mbid": made["mbid"]}


def changed(mbid, who, change):
    require_token(who)
    lists, one = list_of(mbid, who)
    lists = json.loads(json.dumps(lists))
    one = next(other for other in lists if other["mbid"] == mbid)
    change(one)
    write("playlists.json", lists)
    return {"status": "ok"}


def add_at(mbid, offset, sent, who):
    tracks = tracks_in(sent)
    if len(tracks) > 100:
        raise Refused(400, "You may only add max 100 recordings per call.")

    def change(one):
        at = len(one["tracks"]) if offset is None else int(offset)
        one["tracks"][at:at] = [track[0] for track in tracks]
        one["annotations"][at:at] = [track[1] for track in tracks]
    return changed(mbid, who, change)


def places(sent, *names):
    try:
        return [int(sent[name]) for name in names]
    except (KeyError, ValueError):
        raise Refused(400, f"post data for this instruction must include the keys {', '.join(names)}.")


def move(mbid, sent, who):
    begin, to, count = places(sent, "from", "to", "count")
    if not is_mbid(sent.get("mbid", "")):
        raise Refused(400, "move instruction mbid is not a valid mbid.")

    def change(one):
        for name in ("tracks", "annotations"):
            taken = one[name][begin:begin + count]
            del one[name][begin:begin + count]
            one[name][to:to] = taken
    return changed(mbid, who, change)


def delete(mbid, sent, who):
    index, count = places(sent, "index", "count")

    def change(one):
        if index >= len(one["tracks"]) or count < 1:
            raise Refused(500, "Failed to deleting recordings from the playlist. Please try again.")
        for name in ("tracks", "annotations"):
            del one[name][index:index + count]
    return changed(mbid, who, change)


def recommendations(user, query, who):
    require_user(user)
    told = read("recommendations.json", None)
    if told is None:
        return None
    offset, count = number(query, "offset", 0), min(number(query, "count", 25), 1000)
    some = [{"recording_mbid": row[0], "score": row[1], "latest_listened_at": None} for row in told]
    return {"payload": {"mbids": some[offset:offset + count], "entity": "recording", "user_name": USER,
                        "last_updated": 1795000000, "count": len(some[offset:offset + count]),
                        "total_mbid_count": len(told), "offset": offset, "model_id": "m", "model_url": "u"}}


def mbids_in(query, name):
    mbids = query.get(name, "").split(",")
    for mbid in mbids:
        if not is_mbid(mbid.strip()):
            raise Refused(400, f"{name}: {mbid} is not valid.")
    return [mbid.strip() for mbid in mbids]


def recordings(query, who):
    """Keyed by mbid; what is not known is not there."""
    known = {row[0]: row for row in read("recommendations.json", [])}
    answer = {}
    for mbid in mbids_in(query, "recording_mbids"):
        if mbid not in known:
            continue
        _, _, title, artist, artist_mbid, album = known[mbid]
        answer[mbid] = {"recording": {"name": title, "length": 200000, "rels": []}}
        if "artist" in query.get("inc", "").split():
            answer[mbid]["artist"] = {"name": artist, "artist_credit_id": 1, "artists": [
                {"artist_mbid": artist_mbid, "name": artist, "join_phrase": ""}]}
        if "release" in query.get("inc", "").split():
            answer[mbid]["release"] = {"mbid": msid(album), "name": album, "year": 2001}
    return answer


def releases_of(rows):
    return [{"release_mbid": row[0], "release_name": row[1], "release_date": row[2], "artist_credit_name": row[3],
             "artist_mbids": row[4], "release_group_mbid": msid(row[0]), "release_group_primary_type": "Album"}
            for row in rows]


def fresh_of(user, query, who):
    require_user(user)
    return {"payload": {"releases": releases_of(read("fresh.json", [])), "user_id": USER}}


def fresh(query, who):
    rows = read("fresh.json", [])
    return {"payload": {"releases": releases_of(rows), "total_count": len(rows)}}


def artist_of(mbid):
    if not is_mbid(mbid):
        raise Refused(400, f"artist_mbid: '{mbid}' is not a valid uuid")
    return read("artists.json", {}).get(mbid, {})


def top_recordings(mbid, query, who):
    known = artist_of(mbid)
    require_token(who)
    return [{"recording_mbid": row[0], "recording_name": row[1], "artist_name": row[2], "artist_mbids": row[3],
             "release_mbid": row[4], "release_name": row[5], "length": row[6], "total_listen_count": row[7],
             "total_user_count": 1} for row in known.get("top", [])]


def artists(query, who):
    """As a list, in which those that are not known are not."""
    return [{"artist_mbid": mbid, "name": artist_of(mbid).get("name", ""), "tag": {"artist": [
        {"artist_mbid": mbid, "tag": tag, "count": votes, **({"genre_mbid": msid(tag)} if is_genre else {})}
        for tag, votes, is_genre in artist_of(mbid).get("tags", [])]}}
        for mbid in mbids_in(query, "artist_mbids") if artist_of(mbid)]


ALGORITHMS = {
    "artist_mbids": ("session_based_days_7500_session_300_contribution_5_threshold_10_limit_100_filter_True_skip_30",
                     "session_based_days_7500_session_300_contribution_3_threshold_10_limit_100_filter_True_skip_30"),
    "recording_mbids": ("session_based_days_9000_session_300_contribution_5_threshold_15_limit_50_skip_30",
                        "session_based_days_7500_session_300_contribution_5_threshold_15_limit_50_skip_30"
                        "_top_n_listeners_1000")}


def similar(query, name):
    if query.get("algorithm") not in ALGORITHMS[name]:
        raise Refused(400, "algorithm: value is not a valid enumeration member")
    return mbids_in(query, name)


def similar_artists(query, who):
    return [{"artist_mbid": other, "name": name, "comment": "", "type": "Group", "gender": None, "score": score,
             "reference_mbid": mbid}
            for mbid in similar(query, "artist_mbids") for other, name, score in artist_of(mbid).get("similar", [])]


def similar_recordings(query, who):
    """Of a recording that somebody was recommended, the others."""
    told = read("recommendations.json", [])
    return [{"recording_mbid": row[0], "recording_name": row[2], "artist_credit_name": row[3],
             "[artist_credit_mbids]": [row[4]], "release_name": row[5], "release_mbid": msid(row[5]), "score": row[1],
             "reference_mbid": mbid}
            for mbid in similar(query, "recording_mbids") for row in told if row[0] != mbid]


GET = [("/1/user/*/listens", listens), ("/1/feedback/user/*/get-feedback", feedback),
       ("/1/metadata/lookup", lookup), ("/1/user/*/playlists", playlists), ("/1/playlist/*", playlist),
       ("/1/cf/recommendation/user/*/recording", recommendations), ("/1/metadata/recording", recordings),
       ("/1/metadata/artist", artists), ("/1/user/*/fresh_releases", fresh_of), ("/1/explore/fresh-releases", fresh),
       ("/1/popularity/top-recordings-for-artist/*", top_recordings)]
LABS = [("/similar-artists/json", similar_artists), ("/similar-recordings/json", similar_recordings)]
POST = [("/1/playlist/create", create), ("/1/playlist/*/item/add/*", add_at),
        ("/1/playlist/*/item/add", lambda mbid, sent, who: add_at(mbid, None, sent, who)),
        ("/1/playlist/*/item/move", move), ("/1/playlist/*/item/delete", delete)]


class Window:
    """How many requests are left, for all who ask."""
    begun, used = 0.0, 0

    @classmethod
    def take(cls):
        limit = read("limit.json", {"limit": 10000, "reset_in": 10})
        with LOCK:
            now = time.time()
            if now >= cls.begun + limit["reset_in"]:
                cls.begun, cls.used = now, 0
            cls.used += 1
            left = max(0.0, cls.begun + limit["reset_in"] - now)
            return cls.used > limit["limit"], {
                "X-RateLimit-Limit": str(limit["limit"]),
                "X-RateLimit-Remaining": str(max(0, limit["limit"] - cls.used)),
                "X-RateLimit-Reset-In": f"{left:.3f}" if limit["reset_in"] < 1 else str(int(left) + 1),
                "X-RateLimit-Reset": str(int(now + left))}


def route(routes, path):
    parts = path.rstrip("/").split("/")
    for pattern, answer in routes:
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(a in ("*", b) for a, b in zip(wanted, parts)):
            return answer, [unquote(b) for a, b in zip(wanted, parts) if a == "*"]
    raise Refused(404, "The requested URL was not found on the server.")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head

    def log_message(self, *args):
        pass

    def do_GET(self):
        is_labs = self.server is not server
        if is_labs and "Authorization" in self.headers:
            return self.send(400, {"code": 400, "error": "the token has left its own host"}, {})
        return self.answer(LABS if is_labs else GET, None, take_trouble("trouble.json"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(POST, body, take_trouble("post_trouble.json"))

    def who_asks(self):
        """The user of the token; "" for nobody."""
        words = self.headers.get("Authorization", "").split(" ")
        return USER if words == ["Token", TOKEN] else ""

    def answer(self, routes, body, trouble):
        address = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        is_over, limits = Window.take()
        if is_over:
            with LOCK, open(os.path.join(FOLDER, "over.log"), "a") as log:
                log.write(self.path + "\n")
        if is_over or trouble == 429:
            return self.send(429, {"code": 429, "error": "Rate limit exceeded."}, limits)
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>", limits)
        if trouble == "lost":
            self.close_connection = True
            return None
        if isinstance(trouble, int):
            return self.send(trouble, {"code": trouble, "error": "Something went wrong."}, limits)
        try:
            found, values = route(routes, address.path)
            what = query if body is None else json.loads(body)
            with LOCK:
                told = found(*values, what, self.who_asks())
        except Refused as refused:
            return self.send(refused.status, {"code": refused.status, "error": str(refused)}, limits)
        if trouble == "done":
            self.close_connection = True
            return None
        return self.send(204 if told is None else 200, told, limits, trouble)

    def send(self, status, what, headers, trouble=None):
        address = urlparse(self.path)
        with LOCK, open(os.path.join(FOLDER, "requests.log"), "a") as log:
            log.write(" ".join([str(status), self.command, address.path, address.query]) + "\n")
        body = b"" if status == 204 else (what if isinstance(what, str) else json.dumps(what)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if trouble == "half" else body)
        if trouble == "half":
            self.close_connection = True


server, labs = (ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2))
threading.Thread(target=labs.serve_forever, daemon=True).start()
write("labs_port", labs.server_port)
print(server.server_port, flush=True)
server.serve_forever()
