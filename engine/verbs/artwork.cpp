// engine artwork TRACK: where the picture of its album is, and the picture.
#include "app/artwork.hpp"

#include "core/base64.hpp"
#include "core/output_file.hpp"
#include "library/merge.hpp"
#include "store/artworks.hpp"
#include "store/store.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Answer artwork(const app::Caller& caller, const Arguments& arguments) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::int64_t track = library::find_track(store, arguments.text("track"));
  const std::optional<std::string> address = artwork_address(store, track);
  Json data{{"track", track}, {"address", address ? Json(*address) : Json()}};
  const std::string& to = arguments.text("to");
  const bool is_wanted = arguments.flag("picture") || !to.empty();
  if (!address) return {Exit::kNothing, std::move(data), "no picture of its album is known\n"};
  if (!is_wanted) return {.data = std::move(data), .text = *address + "\n"};
  const std::optional<OutputFile> file =
      to.empty() ? std::nullopt
                 : std::optional<OutputFile>(
                       std::in_place, to, caller.home.kept_files(),
                       OutputFile::Options{.makes_folders = arguments.flag("make-folders")});
  const app::Artwork picture = app::fetch_artwork(caller, track).value();
  if (file) file->write(picture.bytes);
  data["type"] = picture.type;
  data["bytes"] = picture.bytes.size();
  if (arguments.flag("picture")) data["picture"] = base64(picture.bytes);
  std::string text = file && !file->is_standard_output() ? "wrote " + file->path() + "\n" : "";
  return {.data = std::move(data), .text = std::move(text)};
}

}  // namespace

std::vector<Verb> artwork_verbs() {
  return {
      {.name = "artwork",
       .help = "Where the picture of a track's album is, and the picture",
       .parameters = {{.name = "track",
                       .value_name = "TRACK",
                       .help = "Its number in the library, a Spotify id, ISRC or MusicBrainz id",
                       .is_first = true,
                       .is_required = true},
                      {.name = "to",
                       .value_name = "FILE",
                       .help = "Fetch the picture, and write it there",
                       .is_local = true},
                      {.name = "picture",
                       .type = Type::kFlag,
                       .help = "With --json: fetch it, and tell its bytes in base64"},
                      make_folders_parameter()},
       .footer = "Pictures are fetched only where http.artwork is true, and kept for a month.",
       .answer = artwork}};
}

}  // namespace engine::verbs
