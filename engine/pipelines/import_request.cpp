#include "pipelines/import_request.hpp"

#include <cstdio>

namespace engine::pipelines {
namespace {

std::string time_left(double seconds) {
  char text[32];
  const auto whole = static_cast<long>(seconds + 0.5);
  std::snprintf(text, sizeof text, "%ld:%02ld left", whole / 60, whole % 60);
  return text;
}

std::string progress_line(const import::Progress& progress) {
  char text[160];
  std::snprintf(text, sizeof text, "%3.0f %%  %lld records  %.0f/s  %s", 100 * progress.fraction,
                static_cast<long long>(progress.rows), progress.rows_per_second,
                progress.seconds_left > 0 ? time_left(progress.seconds_left).c_str() : "");
  return text;
}

WorkerLimits import_limits(const Settings& settings) {
  WorkerLimits limits = import::kImportLimits;
  limits.wall_seconds = settings.number("import.wall_seconds");
  limits.memory_bytes = static_cast<std::size_t>(settings.integer("import.memory_megabytes")) << 20;
  return limits;
}

// Not "import::..." at the beginning of a line, which the formatter takes for a module's.
engine::import::ArchiveLimits archive_limits(const Settings& settings) {
  engine::import::ArchiveLimits limits;
  limits.total_bytes = static_cast<std::uint64_t>(settings.number("import.archive_gigabytes") *
                                                  static_cast<double>(1ull << 30));
  limits.members = static_cast<std::uint64_t>(settings.integer("import.archive_members"));
  limits.ratio = static_cast<std::uint64_t>(settings.number("import.archive_ratio"));
  return limits;
}

}  // namespace

engine::import::ImportOptions make_import_request(const app::Caller& caller) {
  const Settings& settings = caller.home.settings();
  engine::import::ImportOptions options;
  options.store_path = caller.home.library_path();
  options.now = caller.asked.now;
  options.is_in_process = caller.asked.in_process;
  options.limits = import_limits(settings);
  options.archives = archive_limits(settings);
  options.play = caller.home.play_rule();
  options.likeness = settings.number("import.likeness");
  const Registry::Options plugins{caller.home.plugin_directories(), caller.home.plugin_copies(),
                                  true};
  options.setting = [elements = settings.elements()](std::string_view key) {
    return elements.find(key);
  };
  options.load_plugins = [plugins] { return Registry::load(plugins); };
  options.on_progress = [&caller](const engine::import::Progress& progress) {
    caller.progress(progress_line(progress));
  };
  return options;
}

}  // namespace engine::pipelines
