#include "app/push.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include <nlohmann/json.hpp>

#include "accounts/accounts.hpp"
#include "accounts/tokens.hpp"
#include "app/account_connection.hpp"
#include "app/account_service.hpp"
#include "app/supervised_run.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "plugin/http_service.hpp"
#include "recipe/output.hpp"
#include "recipe/output_document.hpp"
#include "recipe/run_frames.hpp"
#include "store/pushes.hpp"

namespace engine::app {
namespace {

enum PushFrame : std::uint32_t { kKeep = JobFrame::kOwn, kMissing, kReport };

constexpr double kLongestPush = 600;  // seconds

/// "mpd@home,keep_others=true" in its parts.
struct RemoteFormat {
  std::string account;    // "mpd@home"
  std::string arguments;  // ",shuffle=true": the element's own
  bool keeps_others = false;
};

RemoteFormat taken_apart(const std::string& format) {
  RemoteFormat parts;
  std::size_t at = std::min(format.find(','), format.size());
  parts.account = format.substr(0, at);
  while (at < format.size()) {
    const std::size_t end = std::min(format.find(',', at + 1), format.size());
    const std::string argument = format.substr(at, end - at);
    at = end;
    if (!argument.starts_with(",keep_others=")) {
      parts.arguments += argument;
      continue;
    }
    parts.keeps_others = argument == ",keep_others=true";
    if (!parts.keeps_others && argument != ",keep_others=false")
      throw Error(Exit::kUsage, "keep_others is true or false", {"", "", argument.substr(1), ""});
  }
  return parts;
}

accounts::Account account_for_lists(const Caller& caller, const std::string& title) {
  accounts::Account account = accounts::Accounts(caller.home.accounts_file()).require(title);
  accounts::require_may_put_lists(account);
  return account;
}

// ---- the worker's side ----

struct PushJob {
  RunRequest request;  // for its plugins' folders and the elements' settings
  accounts::Account account;
  std::string arguments;  // of the output: ",shuffle=true"
  std::string document;
  std::string name;
  std::optional<std::string> kept, kept_of_account;
  bool is_dry_run = false, keeps_others = false;
  int descriptor = -1;
  std::optional<Network> confinement;
};

PushTarget target_of(const PushJob& job, JobSender& sender) {
  PushTarget target;
  target.name = job.name;
  target.is_dry_run = job.is_dry_run;
  target.keeps_others = job.keeps_others;
  target.kept = job.kept;
  target.descriptor = job.descriptor;
  target.keep = [&sender](const std::string& text) { sender.send(kKeep, text); };
  target.missing = [&sender](std::int64_t row, const std::string& why, const std::string& nearest) {
    sender.send(kMissing, json_text(nlohmann::json{row, why, nearest}));
  };
  target.report = [&sender](const PushChanges& changes) {
    sender.send(kReport, json_text(nlohmann::json{changes.added, changes.removed, changes.moved,
                                                  changes.stayed, changes.others}));
  };
  return target;
}

void push_in_worker(const PushJob& job, JobSender& sender) {
  const RunReports reports = run_reports(sender, job.confinement);
  const std::string element_name = "output." + job.account.service;
  const std::shared_ptr<const Registry> registry = load_plugins(job.request, reports);
  const Element& element = output_element(*registry, job.account.service);
  if ((element.description->flags & PLAYLIST_REMOTE) == 0)
    throw Error(Exit::kUsage, element_name + " writes files, and puts nothing into a service");
  InputFiles files(job.request.recipe_folder);
  CheckedArguments arguments =
      output_arguments(element, job.account.service + job.arguments, &files);
  const UnpackedPlaylist unpacked(job.document);
  PushTarget target = target_of(job, sender);
  HttpAsker asker(element_name, reports.ask);
  Texts texts;
  CallContext context;
  context.texts = &texts;
  context.now = unpacked.playlist().created;
  context.random_seed = std::random_device()();  // of salts, which are to be new each time
  context.is_cancelled = reports.is_cancelled;
  context.progress = [&](double) { reports.beat(); };
  context.setting = [&](std::string_view key) -> const char* {
    if (key == element_name + ".kept_of_account")
      return job.kept_of_account ? job.kept_of_account->c_str() : nullptr;
    const char* value = account_value(job.account, key.substr(element_name.size() + 1));
    return value != nullptr ? value : job.request.elements.find(key);
  };
  context.log = [&](int level, std::string_view message) {
    if (level >= PLAYLIST_LOG_INFO) sender.note(std::string(message));
  };
  context.sink = [](const void*, std::size_t) { return true; };
  context.services = {asker.service(), target.target_service()};
  if (job.descriptor >= 0) context.services.push_back(target.connection_service());
  reports.doing(element_name);
  ElementInstance instance(element, std::move(arguments), std::move(context));
  const CallResult ended = instance.output(unpacked.playlist());
  if (ended.status == PLAYLIST_CANCELLED) throw Error(Exit::kInterrupted, "interrupted");
  if (ended.status != PLAYLIST_OK)
    throw Error(Exit::kInput, "nothing was put into " + job.account.title(),
                {"", "", ended.message, ""});
}

PushJob make_job(const Caller& caller, std::int64_t user_id, const RunOutput& output,
                 const std::string& document, bool is_dry_run) {
  const RemoteFormat format = taken_apart(output.format);
  PushJob job;
  job.account = account_for_lists(caller, format.account);
  job.arguments = format.arguments;
  job.keeps_others = format.keeps_others;
  job.is_dry_run = is_dry_run;
  job.document = document;
  job.name = output.file;
  job.request.plugin_directories = caller.home.plugin_directories();
  job.request.plugin_copies = caller.home.plugin_copies();
  job.request.elements = caller.home.settings().elements();
  // Whatever limits.network says of runs: what is asked, the supervisor asks.
  if (run_confinement(caller)) job.confinement = Network::kDenied;
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  job.kept = kept_of_push(store, user_id, job.account.title(), output.file);
  job.kept_of_account = last_kept_of_account(store, user_id, job.account.title());
  return job;
}

/// The supervisor's side: what the worker tells, without what the account keeps secret.
class PushReceiver {
 public:
  PushReceiver(const Caller& caller, const PushJob& job, std::int64_t user_id,
               const AccountAccess& access)
      : caller_(caller), user_id_(user_id), access_(access), playlist_(job.document) {
    report_.account = job.account.title();
    report_.name = job.name;
    report_.is_dry_run = job.is_dry_run;
  }

  [[nodiscard]] JobTakes takes() {
    return {.note =
                [this](const std::string& text) {
                  caller_.note(report_.account + ": " + one_line(access_.scrubbed(text)));
                },
            .not_loaded = [this](const std::string& line) { caller_.note_once(line); },
            .own = [this](std::uint32_t kind, const std::string& bytes) { take(kind, bytes); }};
  }
  [[nodiscard]] const PushReport& report() const { return report_; }

 private:
  void take(std::uint32_t kind, const std::string& bytes) {
    if (kind == kKeep) return keep(bytes);
    const auto told = nlohmann::json::parse(bytes);
    if (kind == kReport) {
      report_.changes = {told.at(0), told.at(1), told.at(2), told.at(3), told.at(4)};
      return;
    }
    const auto row = told.at(0).get<std::int64_t>();
    report_.missing.push_back({row, playlist_.track_name(row),
                               access_.scrubbed(told.at(1).get<std::string>()),
                               access_.scrubbed(told.at(2).get<std::string>())});
  }

  void keep(const std::string& text) const {
    Store store = Store::open(caller_.home.library_path());
    keep_of_push(store, user_id_, report_.account, report_.name, text, caller_.asked.now);
  }

  const Caller& caller_;
  std::int64_t user_id_;
  const AccountAccess& access_;
  UnpackedPlaylist playlist_;
  PushReport report_;
};

}  // namespace

bool is_remote(const Caller& caller, const RunOutput& output) {
  const std::string title = output.format.substr(0, output.format.find(','));
  return accounts::Accounts(caller.home.accounts_file()).is_account(title);
}

void require_account(const Caller& caller, const RunOutput& output) {
  static_cast<void>(account_for_lists(caller, taken_apart(output.format).account));
}

PushReport push(const Caller& caller, std::int64_t user_id, const RunOutput& output,
                const std::string& document, bool is_dry_run) {
  PushJob job = make_job(caller, user_id, output, document, is_dry_run);
  const AccountConnection connection(job.account, caller.home.settings().boolean("http.offline"));
  job.descriptor = connection.descriptor();
  const AccountAccess access(caller, "output." + job.account.service, job.account);
  PushReceiver receiver(caller, job, user_id, access);
  const std::string title = job.account.title();
  JobReader reader(receiver.takes(),
                   {.who = "the push to " + title,
                    .interrupted = "interrupted; the list and its record are kept",
                    .why = "the list and its record are kept"});
  WorkerLimits limits = run_limits(caller);
  limits.wall_seconds = kLongestPush;
  try {
    const WorkerEnd end = reader.run(limits, caller.asked.in_process,
                                     [&](JobSender& sender) { push_in_worker(job, sender); });
    reader.finish(end);
  } catch (const Error& error) {
    throw access.scrubbed(error);
  }
  return receiver.report();
}

nlohmann::ordered_json push_json(const PushReport& report) {
  auto missing = nlohmann::ordered_json::array();
  for (const PushReport::Missing& one : report.missing)
    missing.push_back({{"place", one.row + 1},
                       {"track", one.track},
                       {"why", one.why},
                       {"nearest", one.nearest.empty() ? nlohmann::ordered_json(nullptr)
                                                       : nlohmann::ordered_json(one.nearest)}});
  return {{"account", report.account},         {"name", report.name},
          {"is_dry_run", report.is_dry_run},   {"added", report.changes.added},
          {"removed", report.changes.removed}, {"moved", report.changes.moved},
          {"stayed", report.changes.stayed},   {"others", report.changes.others},
          {"missing", std::move(missing)}};
}

std::string push_text(const PushReport& report) {
  const PushChanges& changes = report.changes;
  const std::int64_t tracks = changes.added + changes.moved + changes.stayed;
  std::string text = report.is_dry_run ? "would put " : "put ";
  text += counted(tracks, "track") + " into \"" + one_line(report.name) + "\" of " + report.account;
  std::string what;
  for (const auto& [count, word] :
       {std::pair(changes.added, "new"), std::pair(changes.removed, "taken out"),
        std::pair(changes.moved, "moved")}) {
    if (count > 0) what += (what.empty() ? ": " : ", ") + std::to_string(count) + " " + word;
  }
  text += what.empty() ? ": nothing had changed" : what;
  if (changes.others > 0)
    text += "; " + counted(changes.others, "track") + " of others stay behind";
  for (const PushReport::Missing& one : report.missing) {
    text += "\n  not there: " + one_line(one.track) + ": " + one_line(one.why);
    if (!one.nearest.empty()) text += "; nearest: " + one_line(one.nearest);
  }
  return text;
}

}  // namespace engine::app
