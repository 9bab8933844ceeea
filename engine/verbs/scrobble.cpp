// engine scrobble ACCOUNT: what somebody heard on a player, told to a server that keeps plays.
#include "app/scrobble.hpp"

#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json scrobble_json(const app::ScrobbleReport& report) {
  Json missing = Json::array();
  for (const app::PushReport::Missing& one : report.missing)
    missing.push_back({{"track", one.track},
                       {"why", one.why},
                       {"nearest", one.nearest.empty() ? Json(nullptr) : Json(one.nearest)}});
  return {{"account", report.account}, {"user", report.user}, {"plays", report.plays},
          {"told", report.told},       {"missing", missing},  {"dry_run", report.is_dry_run}};
}

std::string scrobble_text(const app::ScrobbleReport& report) {
  if (report.plays == 0) return report.account + ": no play that it was not told of\n";
  std::string text = report.account + (report.is_dry_run ? " would be told of " : " was told of ") +
                     counted(report.told, "play") + "\n";
  for (const app::PushReport::Missing& one : report.missing) {
    text += "  not there: " + one_line(one.track) + ": " + one_line(one.why);
    if (!one.nearest.empty()) text += "; nearest: " + one_line(one.nearest);
    text += "\n";
  }
  return text;
}

Answer scrobble(const app::Caller& caller, const Arguments& arguments) {
  const app::ScrobbleReport report =
      app::scrobble(caller, arguments.text("account"), arguments.flag("dry-run"));
  return {.data = scrobble_json(report), .text = scrobble_text(report)};
}

}  // namespace

std::vector<Verb> scrobble_verbs() {
  return {{.name = "scrobble",
           .help = "Tell a server of yours what you heard on players that engine listen follows",
           .parameters = {{.name = "account",
                           .value_name = "ACCOUNT",
                           .help = "subsonic, or subsonic@NAME (engine accounts)",
                           .is_first = true,
                           .is_required = true},
                          {.name = "dry-run",
                           .type = Type::kFlag,
                           .help = "Look the songs up, tell what would be told, and tell nothing"}},
           .footer = "Each play once, since the last one that was told. What was skipped does not "
                     "count, nor what was "
                     "heard for less than\nhalf and less than four minutes (30 seconds, where its "
                     "length is not known). "
                     "engine listen PLAYER\n--scrobble ACCOUNT does it after each song.",
           .answer = scrobble}};
}

}  // namespace engine::verbs
