// engine sync [ACCOUNT...]: what somebody has with services, brought into the library.
#include "pipelines/sync.hpp"

#include <algorithm>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using pipelines::SyncedAccount;

Json time_or_null(const std::optional<std::int64_t>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

Json account_json(const SyncedAccount& synced) {
  const auto& came = synced.came;
  Json json = {{"account", synced.account},
               {"user", synced.user},
               {"records", came.rows},
               {"buckets", Json::object()},
               {"first", time_or_null(came.first)},
               {"last", time_or_null(came.last)},
               {"notes", came.notes},
               {"examples", came.examples},
               {"ended", Json::array()},
               {"error", came.error.empty() ? Json(nullptr) : Json(came.error)},
               {"interrupted", synced.is_interrupted},
               {"seconds", synced.seconds}};
  for (const auto& [bucket, count] : came.buckets) json["buckets"][bucket] = count;
  for (const auto& ended : came.ended)
    json["ended"].push_back({{"list", ended.list}, {"count", ended.count}, {"names", ended.names}});
  return json;
}

std::string account_text(const SyncedAccount& synced) {
  const auto& came = synced.came;
  std::string text = synced.account + ": ";
  if (came.rows == 0) {
    text += came.error.empty() && !synced.is_interrupted ? "nothing new" : "nothing came";
  } else {
    text += counted(came.rows, "record") + ": " + engine::import::buckets_text(came.buckets);
    if (came.first && came.last)
      text += " (" + format_date(*came.first) + " to " + format_date(*came.last) + ")";
  }
  text += "\n";
  for (const std::string& note : came.notes) text += "  note: " + one_line(note) + "\n";
  if (!came.ended.empty())
    text += "  no longer listed: " + one_line(engine::import::ended_text(came.ended)) + "\n";
  for (const std::string& example : came.examples) text += "  " + one_line(example) + "\n";
  if (!came.error.empty())
    text += "  error: not read to its end: " + one_line(came.error) + "\n" +
            "  fix:   what came is kept; engine sync " + synced.account + " goes on behind it\n";
  if (synced.is_interrupted) text += "  interrupted: what came is kept\n";
  return text;
}

Answer sync(const app::Caller& caller, const Arguments& arguments) {
  const bool is_dry_run = arguments.flag("dry-run");
  const std::vector<SyncedAccount> synced =
      pipelines::sync_accounts(caller, arguments.texts("accounts"), is_dry_run);
  Answer answer;
  answer.data = {{"accounts", Json::array()}, {"dry_run", is_dry_run}};
  for (const SyncedAccount& one : synced) {
    answer.data["accounts"].push_back(account_json(one));
    answer.text += account_text(one);
    if (!one.came.error.empty()) answer.exit = Exit::kInput;
  }
  if (is_dry_run) answer.text += "dry run, nothing was written\n";
  if (synced.back().is_interrupted) answer.exit = Exit::kInterrupted;
  return answer;
}

}  // namespace

std::vector<Verb> sync_verbs() {
  return {
      {.name = "sync",
       .help = "Read what is new at the services that you have connected",
       .parameters = {{.name = "accounts",
                       .value_name = "ACCOUNT",
                       .help =
                           "lastfm, subsonic@home ... (engine accounts); all that are connected, "
                           "where none is named",
                       .is_first = true,
                       .is_several = true},
                      {.name = "dry-run",
                       .type = Type::kFlag,
                       .help = "Ask, tell what would happen, and write nothing"}},
       .footer =
           "Each sync that brings something is an import of its own: engine library "
           "imports lists them, engine library\nundo-import takes one back. What is read from "
           "where: engine help services.",
       .answer = sync}};
}

}  // namespace engine::verbs
