// Written against plugin.h alone, and forgets that no exception may leave.
#include "playlist/plugin.h"

#include <stdexcept>

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host*) {
  throw std::runtime_error("no licence file");
}
