"""What a service does now and then in place of an answer, for the fakes beside this.

unrest.json in the folder of a fake: {"seed": 7, "share": 0.05}, the share of its requests that meet one of the
troubles that it has by itself; without that file there are none. unrest.log: a line for each that was met, the
number of the request and the trouble. The same requests meet the same troubles.
"""
import json
import os
import random
import threading

LOCK = threading.Lock()
COUNT = [0]  # of the requests so far


def trouble_of(folder, troubles):
    """One of them, or None."""
    path = os.path.join(folder, "unrest.json")
    if not os.path.exists(path):
        return None
    with open(path) as file:
        unrest = json.load(file)
    with LOCK:
        COUNT[0] += 1
        chance = random.Random(f"{unrest['seed']}/{COUNT[0]}")
        if chance.random() >= unrest["share"]:
            return None
        trouble = chance.choice(troubles)
        with open(os.path.join(folder, "unrest.log"), "a") as log:
            log.write(f"{COUNT[0]} {trouble}\n")
        return trouble
