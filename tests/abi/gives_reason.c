/* Refuses to start, and says why. */
#include "playlist/plugin.h"

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  host->fail(host, PLAYLIST_ERROR, "needs a processor with AVX2");
  return NULL;
}
