"""Opens lists by VLC's own library, and tells how many entries it takes from each, and how many of these are
files that are there: "THERE COUNT FILE" a line."""
import ctypes
import os
import sys
import time
from urllib.parse import unquote_to_bytes

vlc = ctypes.CDLL("libvlc.so.5")
for name, kinds in {
    "libvlc_new": [ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)],
    "libvlc_media_new_path": [ctypes.c_void_p, ctypes.c_char_p],
    "libvlc_media_subitems": [ctypes.c_void_p],
    "libvlc_media_list_item_at_index": [ctypes.c_void_p, ctypes.c_int],
}.items():
    getattr(vlc, name).restype = ctypes.c_void_p
    getattr(vlc, name).argtypes = kinds
vlc.libvlc_media_parse_with_options.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
vlc.libvlc_media_get_parsed_status.argtypes = [ctypes.c_void_p]
vlc.libvlc_media_list_lock.argtypes = [ctypes.c_void_p]
vlc.libvlc_media_list_unlock.argtypes = [ctypes.c_void_p]
vlc.libvlc_media_list_count.argtypes = [ctypes.c_void_p]
vlc.libvlc_media_get_mrl.argtypes = [ctypes.c_void_p]
vlc.libvlc_media_get_mrl.restype = ctypes.c_char_p

PARSE_LOCAL, WAIT_MS, FAILED_OR_DONE = 0, 60_000, (2, 3, 4)
player = vlc.libvlc_new(1, (ctypes.c_char_p * 1)(b"--quiet"))
for path in sys.argv[1:]:
    media = vlc.libvlc_media_new_path(player, os.fsencode(path))
    vlc.libvlc_media_parse_with_options(media, PARSE_LOCAL, WAIT_MS)
    until = time.time() + WAIT_MS / 1000
    while vlc.libvlc_media_get_parsed_status(media) not in FAILED_OR_DONE and time.time() < until:
        time.sleep(0.01)
    items = vlc.libvlc_media_subitems(media)
    vlc.libvlc_media_list_lock(items)
    count = vlc.libvlc_media_list_count(items)
    mrls = [vlc.libvlc_media_get_mrl(vlc.libvlc_media_list_item_at_index(items, k)) for k in range(count)]
    vlc.libvlc_media_list_unlock(items)
    there = sum(os.path.isfile(unquote_to_bytes(mrl[7:])) for mrl in mrls if mrl.startswith(b"file://"))
    print(there, count, path)
