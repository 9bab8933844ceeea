/* playlist_plugin_abi is a function here. */
extern __attribute__((visibility("default"))) int playlist_plugin_abi(void);
extern __attribute__((visibility("default"))) int playlist_plugin_main(void);
int playlist_plugin_abi(void) {
  return 1;
}
int playlist_plugin_main(void) {
  return 1;
}
