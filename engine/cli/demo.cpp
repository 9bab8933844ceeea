// engine demo [DIR]: a synthetic library, so that everything can be tried without an account.
#include "demo/demo.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"

namespace engine {
namespace {

struct DemoArguments {
  std::string folder;
  DemoOptions options;
};

// Today's midnight, so that a demo made twice on a day is the same library.
std::int64_t end_of_history(const Cli& cli) {
  return cli.common.now.empty() ? cli.now() / kDay * kDay : cli.now();
}

Exit demo(Cli& cli, DemoArguments& arguments) {
  DemoOptions& options = arguments.options;
  options.now = end_of_history(cli);
  if (cli.common.random_seed) options.random_seed = *cli.common.random_seed;
  const std::string path =
      arguments.folder.empty() ? cli.library_path() : arguments.folder + "/library.db";
  const auto begin = std::chrono::steady_clock::now();
  const DemoSummary made =
      make_demo(path, options, [&cli](const std::string& text) { cli.verbose(text); });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (cli.common.json) {
    const nlohmann::ordered_json json = {{"library", path},
                                         {"tracks", made.tracks},
                                         {"artists", made.artists},
                                         {"genres", made.genres},
                                         {"users", made.users},
                                         {"listens", made.listens},
                                         {"likes", made.likes},
                                         {"playlists", made.playlists},
                                         {"random_seed", options.random_seed},
                                         {"now", options.now}};
    cli.out(printed_json(json));
    return Exit::kDone;
  }
  char text[256];
  std::snprintf(text, sizeof text,
                "made %s: %lld tracks by %lld artists in %lld genres, %lld listens of %lld people, "
                "%lld likes, %lld playlists (%.1f s)",
                std::filesystem::path(path).filename().c_str(), static_cast<long long>(made.tracks),
                static_cast<long long>(made.artists), static_cast<long long>(made.genres),
                static_cast<long long>(made.listens), static_cast<long long>(made.users),
                static_cast<long long>(made.likes), static_cast<long long>(made.playlists),
                seconds.count());
  cli.note(text);
  cli.out(path + "\n");
  return Exit::kDone;
}

}  // namespace

void add_demo(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("demo", "Make a synthetic library to try everything with");
  auto arguments = std::make_shared<DemoArguments>();
  DemoOptions& options = arguments->options;
  verb->add_option("folder", arguments->folder, "Make DIR/library.db [default: the user's library]")
      ->type_name("DIR");
  const auto size = [&](const char* name, std::int64_t& value, const char* help) {
    verb->add_option(name, value, help)->capture_default_str()->type_name("N");
  };
  size("--tracks", options.tracks, "Tracks in the catalogue, up to 1000000");
  size("--artists", options.artists, "Artists, up to 100000");
  size("--genres", options.genres, "Genres, up to 400");
  size("--listens", options.listens, "Listens of the main listener, up to 10000000");
  size("--users", options.users, "Listeners, up to 10000; the first is called demo");
  size("--days", options.days, "Days of listening");
  verb->callback(
      [&cli, arguments] { cli.action = [&cli, arguments] { return demo(cli, *arguments); }; });
}

}  // namespace engine
