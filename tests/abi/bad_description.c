/* A description whose list of elements leads nowhere: to read it crashes. */
#include "playlist/plugin.h"

static const playlist_plugin kPlugin = {sizeof(playlist_plugin),
                                        0,
                                        "org.playlist-engine.test.bad-description",
                                        "1.0.0",
                                        "",
                                        "",
                                        (const playlist_element* const*)64};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return &kPlugin;
}
