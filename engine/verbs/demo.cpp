// engine demo [DIR]: a synthetic library, so that everything can be tried without an account.
#include "demo/demo.hpp"

#include <chrono>
#include <filesystem>

#include "core/duration.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

// Today's midnight, so that a demo made twice on a day is the same library.
std::int64_t end_of_history(const app::Asked& asked) {
  return asked.is_now_given ? asked.now : asked.now / kDay * kDay;
}

DemoOptions demo_options(const app::Caller& caller, const Arguments& arguments) {
  DemoOptions options;
  options.tracks = arguments.integer("tracks");
  options.artists = arguments.integer("artists");
  options.genres = arguments.integer("genres");
  options.listens = arguments.integer("listens");
  options.users = arguments.integer("users");
  options.days = arguments.integer("days");
  options.now = end_of_history(caller.asked);
  if (caller.asked.random_seed) options.random_seed = *caller.asked.random_seed;
  return options;
}

std::string made_note(const std::string& path, const DemoSummary& made, double seconds) {
  char text[256];
  std::snprintf(text, sizeof text,
                "made %s: %lld tracks by %lld artists in %lld genres, %lld listens of %lld people, "
                "%lld likes, %lld playlists (%.1f s)",
                std::filesystem::path(path).filename().c_str(), static_cast<long long>(made.tracks),
                static_cast<long long>(made.artists), static_cast<long long>(made.genres),
                static_cast<long long>(made.listens), static_cast<long long>(made.users),
                static_cast<long long>(made.likes), static_cast<long long>(made.playlists),
                seconds);
  return text;
}

Answer demo(const app::Caller& caller, const Arguments& arguments) {
  const DemoOptions options = demo_options(caller, arguments);
  const std::string& folder = arguments.text("folder");
  const std::string path = folder.empty() ? caller.home.library_path() : folder + "/library.db";
  const auto begin = std::chrono::steady_clock::now();
  const DemoSummary made =
      make_demo(path, options, [&](const std::string& text) { caller.verbose(text); });
  if (!caller.screen.is_json) caller.note(made_note(path, made, seconds_since(begin)));
  return {.data = {{"library", path},
                   {"tracks", made.tracks},
                   {"artists", made.artists},
                   {"genres", made.genres},
                   {"users", made.users},
                   {"listens", made.listens},
                   {"likes", made.likes},
                   {"playlists", made.playlists},
                   {"random_seed", options.random_seed},
                   {"now", options.now}},
          .text = path + "\n"};
}

}  // namespace

std::vector<Verb> demo_verbs() {
  const auto size = [](const char* name, std::int64_t usual, double least, double most,
                       const char* help) {
    return Parameter{.name = name,
                     .type = Type::kInteger,
                     .value_name = "N",
                     .help = help,
                     .usual = std::to_string(usual),
                     .least = least,
                     .most = most};
  };
  const DemoOptions usual;
  return {
      {.name = "demo",
       .help = "Make a synthetic library to try everything with",
       .parameters = {{.name = "folder",
                       .value_name = "DIR",
                       .help = "Make DIR/library.db [default: the user's library]",
                       .is_first = true,
                       .is_local = true},
                      size("tracks", usual.tracks, 1, 1'000'000, "Tracks in the catalogue"),
                      size("artists", usual.artists, 1, 100'000, "Artists"),
                      size("genres", usual.genres, 1, 400, "Genres"),
                      size("listens", usual.listens, 0, 10'000'000, "Listens of the main listener"),
                      size("users", usual.users, 1, 10'000, "Listeners; the first is called demo"),
                      size("days", usual.days, 1, 20'000, "Days of listening")},
       .answer = demo}};
}

}  // namespace engine::verbs
