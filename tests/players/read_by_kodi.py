"""Opens lists of music by Kodi itself, and tells how many entries it takes from each, and how many of these are files
that are there: "THERE COUNT FILE" a line. Kodi runs on a screen of Xvfb's, with a home of its own; exit status 3 where it
does not start."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

KODI = "/usr/lib/x86_64-linux-gnu/kodi/kodi.bin"
SETTINGS = """<settings version="2">
  <setting id="services.webserver">true</setting>
  <setting id="services.webserverport">{port}</setting>
  <setting id="services.webserverauthentication">false</setting>
  <setting id="services.esenabled">false</setting>
</settings>"""
SOURCES = '<sources><music><source><name>all</name><path pathversion="1">/</path></source></music></sources>'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Kodi:
    def __init__(self, home):
        self.port = free_port()
        folder = os.path.join(home, ".kodi", "userdata")
        os.makedirs(folder)
        for name, text in (("guisettings.xml", SETTINGS.format(port=self.port)), ("sources.xml", SOURCES)):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        # Xvfb names the display that it has found free.
        read, write = os.pipe()
        self.screen = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24"],
                                       pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        display = os.read(read, 16).decode().strip()
        environment = {**os.environ, "HOME": home, "DISPLAY": ":" + display, "KODI_HOME": "/usr/share/kodi"}
        self.player = subprocess.Popen([KODI], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        for process in (self.player, self.screen):
            process.kill()
            process.wait()

    def ask(self, method, **parameters):
        question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/jsonrpc", question.encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            # Of a path it gives the bytes, which need not be UTF-8.
            return json.loads(answer.read().decode("utf-8", "surrogateescape")).get("result", {})

    def is_up(self):
        until = time.time() + 180  # on a busy machine
        while time.time() < until and self.player.poll() is None:
            try:
                return self.ask("JSONRPC.Ping") == "pong"
            except OSError:
                time.sleep(0.1)
        return False

    def files_of(self, path):
        self.ask("Playlist.Clear", playlistid=0)
        self.ask("Playlist.Add", playlistid=0, item={"directory": path, "media": "music", "recursive": False})
        items = self.ask("Playlist.GetItems", playlistid=0, properties=["file"]).get("items") or []
        return [item.get("file", "") for item in items]


with tempfile.TemporaryDirectory() as home:
    kodi = Kodi(home)
    try:
        if not kodi.is_up():
            sys.exit(3)
        for path in sys.argv[1:]:
            files = kodi.files_of(path)
            print(sum(os.path.isfile(file) for file in files), len(files), path)
    finally:
        kodi.end()
