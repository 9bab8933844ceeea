/* Built without hiding anything: its helpers could take over another library's. */
#include "playlist/plugin.h"

extern int helper_count;
extern int helper(void);
int helper_count = 0;
int helper(void) {
  return ++helper_count;
}

static const playlist_plugin kPlugin = {
    sizeof(playlist_plugin), 0, "org.playlist-engine.test.exports-more", "1.0.0", "", "", NULL};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return helper() ? &kPlugin : NULL;
}
