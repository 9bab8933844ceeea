"""pylast, which we did not write, reads what fake_lastfm.py serves: prove_lastfm.py PORT.

Prints JSON: what it heard [[time, artist, title, album], ...], what is loved [[artist, title], ...],
and what it calls the answer to a wrong key.
"""
import json
import sys
from http.client import HTTPConnection

import pylast

# The fake speaks no TLS; all else is as pylast has it.
pylast.HTTPSConnection = lambda context, host: HTTPConnection(host)


def network(key):
    made = pylast.LastFMNetwork(api_key=key)
    made.ws_server = (f"127.0.0.1:{sys.argv[1]}", "/2.0/")
    return made


user = network("k3y").get_user("Ann")
heard = [[int(one.timestamp), one.track.artist.name, one.track.title, one.album]
         for one in user.get_recent_tracks(limit=None)]
loved = [[one.track.artist.name, one.track.title] for one in user.get_loved_tracks(limit=None)]
try:
    network("wrong").get_user("Ann").get_recent_tracks(limit=1)
    refused = ""
except pylast.WSError as error:
    refused = str(error)
ada = network("k3y").get_artist("Ada")
known = {"similar": [[one.item.name, one.match] for one in ada.get_similar()],
         "top": [one.item.title for one in ada.get_top_tracks()],
         "tags": [[one.item.name, one.weight] for one in ada.get_top_tags()],
         "track tags": [[one.item.name, one.weight] for one in network("k3y").get_track("Ada", "One").get_top_tags()],
         "like": [[one.item.artist.name, one.item.title] for one in network("k3y").get_track("Ada", "One").get_similar()],
         "friends": [one.name for one in user.get_friends()]}
print(json.dumps({"known": known, "heard": heard, "loved": loved, "refused": refused}))
