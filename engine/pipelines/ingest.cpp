// The first step of an update (pipelines/update.hpp).
//
// figures  files, failed: read now; accounts, failed_accounts: likewise; imports: since the row before; listens: of these, new ones, short
//          ones among them; duplicates, unmatched: records; missing: places that are not there
// state    {"import": the number of the last import that is counted}
#include <algorithm>

#include "app/default_user.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "import/places.hpp"
#include "pipelines/import_request.hpp"
#include "pipelines/sync.hpp"
#include "pipelines/update_steps.hpp"
#include "store/sync_states.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

Error failed_file(const import::FileResult& file) {
  return Error(Exit::kInput, "cannot read " + one_line(file.path) + " to its end",
               {.where = file.path,
                .source = {},
                .why = file.error,
                .fix = "what was read of it is kept; the next update reads on"});
}

Error failed_account(const SyncedAccount& account) {
  return Error(Exit::kInput, "cannot read " + account.account + " to its end",
               {.where = account.account,
                .source = {},
                .why = account.came.error,
                .fix = "what came of it is kept; the next update goes on behind it"});
}

Error interrupted() {
  return Error(Exit::kInterrupted, "interrupted",
               {"", "", "what was read is in the library", "the next update goes on from there"});
}

/// Tells of what went wrong.
ReadFiles take_result(const app::Caller& caller, const import::ImportResult& result) {
  caller.progress("");
  for (const auto& [path, message] : result.problems)
    caller.note("plugin " + path + ": " + message);
  for (const auto& [path, why] : result.refused) caller.note(path + ": " + why);
  ReadFiles read;
  for (const import::FileResult& file : result.files) {
    ++read.files;
    if (file.error.empty()) continue;
    ++read.failed;
    caller.error(failed_file(file));
  }
  if (result.is_interrupted) throw interrupted();
  if (read.failed > 0) read.exit = Exit::kInput;
  return read;
}

/// What somebody named and nothing came of.
void tell_fruitless(const app::Caller& caller, const import::ImportResult& result,
                    ReadFiles& read) {
  for (const std::string& path : result.fruitless) {
    read.exit = Exit::kInput;
    caller.error(Error(Exit::kInput, "nothing was read from " + one_line(path),
                       {path, "", "no source knows what is in it", "see: engine help exports"}));
  }
}

/// Of a person, the places that changed.
ReadFiles read_changed(Pass& pass, std::size_t& places, std::vector<std::string>& missing) {
  const import::ChangedFiles changed = import::find_changed_files(pass.store(), pass.user().id);
  pass.close_store();
  places = changed.places;
  missing = changed.missing;
  ReadFiles read;
  for (const import::Reading& reading : changed.readings) {
    import::ImportOptions options = make_import_request(pass.caller());
    options.paths = reading.paths;
    options.user = pass.user().name;
    options.columns = reading.columns;
    options.dates = reading.dates;
    options.tells_match_rates = false;
    const ReadFiles some = take_result(pass.caller(), import::import_paths(options));
    read.files += some.files;
    read.failed += some.failed;
    if (read.exit == Exit::kDone) read.exit = some.exit;
  }
  return read;
}

/// Of a person, the accounts that were read for them before.
void read_accounts(Pass& pass, ReadFiles& read) {
  const std::vector<std::string> titles = synced_accounts(pass.store(), pass.user().id);
  if (titles.empty() || pass.caller().home.settings().boolean("http.offline")) return;
  pass.close_store();
  for (const SyncedAccount& account :
       sync_accounts_again(pass.caller(), pass.user().name, titles)) {
    if (!account.is_catalogue) ++read.accounts;
    if (account.is_interrupted) throw interrupted();
    for (const std::string& note : account.came.notes)
      pass.caller().note(account.account + ": " + one_line(note));
    if (account.came.error.empty()) continue;
    ++read.failed_accounts;
    read.exit = Exit::kInput;
    pass.caller().error(failed_account(account));
  }
}

/// What imports behind a number brought.
struct Brought {
  std::int64_t last = 0, imports = 0;
  std::map<std::string, std::int64_t> buckets = {};
};
Brought brought_since(const Store& store, std::int64_t user_id, std::int64_t import,
                      std::int64_t now) {
  Brought brought{.last = import};
  Statement imports = store.prepare(
      "SELECT count(*), max(ingestion_id) FROM ingestions WHERE ingestion_id > ?1 AND "
      "user_id = ?2 AND started_at <= ?3");
  imports.start(import, user_id, now);
  while (imports.step()) {
    brought.imports = imports.integer(0);
    brought.last = std::max(import, imports.integer(1));
  }
  Statement buckets = store.prepare(
      "SELECT bucket, sum(last - first + 1) FROM ingestion_rows JOIN ingestions "
      "USING (ingestion_id) WHERE ingestion_id > ?1 AND user_id = ?2 AND started_at <= ?3 "
      "GROUP BY bucket");
  for (buckets.start(import, user_id, now); buckets.step();)
    brought.buckets[std::string(buckets.text(0))] = buckets.integer(1);
  return brought;
}

std::string reason_of(const std::map<std::string, double>& figures, bool were_named,
                      std::size_t places) {
  const auto of = [&](const char* name) { return static_cast<std::int64_t>(figures.at(name)); };
  std::string text;
  if (of("listens") > 0) text = counted(of("listens"), "new listen");
  if (of("duplicates") > 0)
    text += (text.empty() ? "" : ", ") + counted(of("duplicates"), "duplicate");
  if (of("unmatched") > 0)
    text += (text.empty() ? "" : ", ") + std::to_string(of("unmatched")) + " without a track";
  if (!text.empty()) return "from " + counted(of("imports"), "import") + ": " + text;
  if (of("failed") > 0) return counted(of("failed"), "file") + " could not be read";
  if (of("failed_accounts") > 0)
    return counted(of("failed_accounts"), "account") + " could not be read";
  if (were_named) return "nothing new in what was named";
  std::string looked_at;
  if (places > 0) looked_at = counted(places, "place") + " of earlier imports";
  if (of("accounts") > 0)
    looked_at += (looked_at.empty() ? "" : " and ") + counted(of("accounts"), "account");
  if (looked_at.empty()) return "no import of files is known; name what to read";
  return "nothing has changed at " + looked_at;
}

}  // namespace

ReadFiles read_named(const app::Caller& caller, const std::vector<std::string>& paths,
                     std::string& user) {
  import::ImportOptions options = make_import_request(caller);
  options.paths = paths;
  options.user = app::user_name(caller);
  options.tells_match_rates = false;
  const import::ImportResult result = import::import_paths(options);
  ReadFiles read = take_result(caller, result);
  tell_fruitless(caller, result, read);
  read.were_named = true;
  user = result.user;
  return read;
}

StepResult ingest(Pass& pass, const ReadFiles* named) {
  std::size_t places = 0;
  std::vector<std::string> missing;
  ReadFiles read = named ? *named : read_changed(pass, places, missing);
  if (!named) read_accounts(pass, read);
  const Json before = pass.state_of("ingest");
  const std::int64_t since = before.is_null() ? 0 : before.at("import").get<std::int64_t>();
  Brought brought = brought_since(pass.store(), pass.user().id, since, pass.now());
  StepResult result;
  std::int64_t other = 0;
  for (const auto& [bucket, count] : brought.buckets)
    if (bucket != "new" && bucket != "short" && bucket != "refined" && bucket != "duplicate" &&
        bucket != "unmatched" && bucket != "updated")
      other += count;
  result.figures = {
      {"files", static_cast<double>(read.files)},
      {"failed", static_cast<double>(read.failed)},
      {"accounts", static_cast<double>(read.accounts)},
      {"failed_accounts", static_cast<double>(read.failed_accounts)},
      {"imports", static_cast<double>(brought.imports)},
      {"listens", static_cast<double>(brought.buckets["new"] + brought.buckets["short"])},
      {"duplicates", static_cast<double>(brought.buckets["duplicate"])},
      {"updated", static_cast<double>(brought.buckets["updated"] + brought.buckets["refined"])},
      {"unmatched", static_cast<double>(brought.buckets["unmatched"])},
      {"other_records", static_cast<double>(other)},
      {"missing_places", static_cast<double>(missing.size())}};
  result.state = {{"import", brought.last}};
  result.reason = reason_of(result.figures, read.were_named, places);
  result.exit = read.exit;
  if (read.failed > 0 || read.failed_accounts > 0)
    result.outcome = Outcome::kFailed;
  else if (brought.imports == 0)
    result.outcome = Outcome::kNothing;
  return result;
}

}  // namespace engine::pipelines
