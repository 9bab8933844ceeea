"""Reads lists by the parser that Rhythmbox and Totem read them by, and tells how many of the files
that each names are there: "COUNT OF ENTRIES FILE" a line."""
import os
import sys
from urllib.parse import unquote_to_bytes

import gi

gi.require_version("TotemPlParser", "1.0")
from gi.repository import Gio, TotemPlParser  # noqa: E402

for path in sys.argv[1:]:
    found = []
    parser = TotemPlParser.Parser()
    parser.set_property("recurse", False)
    parser.connect("entry-parsed", lambda _, uri, __: found.append(uri))
    parser.parse(Gio.File.new_for_path(path).get_uri(), False)
    there = 0
    for uri in found:
        is_uri = uri.startswith("file://")
        there += os.path.exists(unquote_to_bytes(uri[7:]) if is_uri else os.fsencode(uri))
    print(there, len(found), path)
