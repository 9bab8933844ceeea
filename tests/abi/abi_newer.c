/* Says that it was built for ABI 9. Its code must never be called. */
#include "playlist/plugin.h"

#include <stdlib.h>

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, 9, 3, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  abort();
}
