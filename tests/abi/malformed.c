/* A description in which nearly everything is wrong. */
#include "playlist/plugin.h"

static const playlist_param kRange = {
    sizeof(playlist_param), PLAYLIST_PARAM_NUMBER, "target", "wanted", 2, 0, 1, NULL, NULL, 0, 0};
static const playlist_param kEmptyRange = {
    sizeof(playlist_param), PLAYLIST_PARAM_INTEGER, "limit", "most", 1, 5, 1, NULL, NULL, 0, 0};
static const char* const kWords[] = {"up", "down", NULL};
static const playlist_param kChoice = {
    sizeof(playlist_param), PLAYLIST_PARAM_CHOICE, "way", "which", 0, 0, 0, "left", kWords, 0, 0};
static const playlist_param kNoName = {
    sizeof(playlist_param), PLAYLIST_PARAM_TEXT, NULL, "nameless", 0, 0, 0, NULL, NULL, 0, 0};
static const playlist_param kType = {
    sizeof(playlist_param), 99, "odd", "odd", 0, 0, 0, NULL, NULL, 0, 0};
static const playlist_param* const kParams[] = {&kRange, &kEmptyRange, &kChoice, &kNoName,
                                                &kType,  &kRange,      NULL};
static const playlist_field kField = {sizeof(playlist_field), 77, "mood", "", 0, 0};
static const playlist_field* const kFields[] = {&kField, NULL};

static const playlist_element kPrefix = {sizeof(playlist_element),
                                         PLAYLIST_RANKING,
                                         0,
                                         0,
                                         "rank.mood",
                                         "",
                                         NULL,
                                         kFields,
                                         kParams,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL};
static const playlist_element kNameless = {sizeof(playlist_element),
                                           PLAYLIST_SOURCE,
                                           0,
                                           0,
                                           NULL,
                                           "Help.",
                                           NULL,
                                           NULL,
                                           NULL,
                                           NULL,
                                           NULL,
                                           NULL,
                                           NULL,
                                           NULL};
static const playlist_element kWord = {sizeof(playlist_element),
                                       PLAYLIST_FILTERING,
                                       0,
                                       0,
                                       "filtering.Not Heard",
                                       "Help.",
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL};
static const playlist_element kKind = {sizeof(playlist_element),
                                       8,
                                       0,
                                       0,
                                       "magic.wand",
                                       "Help.",
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL,
                                       NULL};
static const playlist_element kSmall = {
    24,  PLAYLIST_RECALL, 0, 0, "recall.small", "Help.", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL};
static const playlist_element* const kElements[] = {&kPrefix, &kNameless, &kWord,
                                                    &kKind,   &kSmall,    NULL};
static const playlist_plugin kPlugin = {
    sizeof(playlist_plugin), 0, "", NULL, NULL, NULL, kElements};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return &kPlugin;
}
