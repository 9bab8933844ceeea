"""Serves the supysonic of this folder's supysonic.conf on 127.0.0.1: serve_supysonic.py PORT, 0 for any."""
import sys

import waitress
from supysonic.config import IniConfig
from supysonic.web import create_application

application = create_application(IniConfig("supysonic.conf"))
server = waitress.create_server(application, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
print("port", server.effective_port, flush=True)
server.run()
