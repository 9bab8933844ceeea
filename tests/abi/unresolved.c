/* Calls a function that nobody has. */
#include "playlist/plugin.h"

extern int nowhere(void);

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return nowhere() ? NULL : NULL;
}
