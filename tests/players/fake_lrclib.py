"""LRCLIB's API as it answers, for tests: fake_lrclib.py FOLDER. Prints its port.

Reads of FOLDER, anew for each request
  lyrics.json    the records, with the fields of LRCLIB's answers
  trouble.json   what to do in place of the next answers, a list that is used up: a status (500, 429
                 with Retry-After: 0), "html", "half", "null", "foreign404"
Writes requests.log, a line each: the path, then the query as it came; and agents.log, the
User-Agent of each.
As LRCLIB does, /api/get compares artist, title and album without regard to case and the length
within two seconds, and says 404 with JSON that it knows no such track; /api/search gives up to 20.
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
    with LOCK:
        troubles = read("trouble.json")
        if not troubles:
            return None
        with open(os.path.join(FOLDER, "trouble.json"), "w") as file:
            json.dump(troubles[1:], file)
        return troubles[0]


def is_asked_for(record, query):
    for asked, field in (("artist_name", "artistName"), ("track_name", "trackName"), ("album_name", "albumName")):
        if asked in query and query[asked].lower() != record[field].lower():
            return False
    return "duration" not in query or abs(float(query["duration"]) - record["duration"]) <= 2


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
                log.write(url.path + " " + url.query + "\n")
            with open(os.path.join(FOLDER, "agents.log"), "a") as log:
                log.write(self.headers.get("User-Agent", "") + "\n")
        trouble = take_trouble()
        if trouble == "html":
            return self.send(200, "<html>maintenance</html>")
        if trouble == "null":
            return self.send(200, "null")
        if trouble == "foreign404":
            return self.send(404, "<html>nginx</html>")
        if isinstance(trouble, int):
            return self.send(trouble, json.dumps({"code": trouble, "name": "Trouble", "message": "trouble"}),
                             {"Retry-After": "0"} if trouble == 429 else {})
        found = [record for record in read("lyrics.json") if is_asked_for(record, query)]
        if url.path == "/api/search":
            return self.send(200, json.dumps(found[:20]), is_half=trouble == "half")
        if url.path != "/api/get":
            return self.send(404, "not here")
        if not found:
            return self.send(404, json.dumps({"code": 404, "name": "TrackNotFound",
                                              "message": "Failed to find specified track"}))
        self.send(200, json.dumps(found[0]), is_half=trouble == "half")

    def send(self, status, text, headers={}, is_half=False):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if is_half else body)
        if is_half:
            self.close_connection = True


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
