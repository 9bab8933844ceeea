#include "pipelines/listen.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "accounts/accounts.hpp"
#include "app/account_connection.hpp"
#include "app/default_user.hpp"
#include "app/outputs.hpp"
#include "app/scrobble.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "pipelines/import_request.hpp"
#include "pipelines/song_knowledge.hpp"
#include "players/listen_journal.hpp"
#include "players/mpd_follower.hpp"
#include "store/pushes.hpp"
#include "store/users.hpp"
#include "worker/job.hpp"

namespace engine::pipelines {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using players::HeardSong;
using players::Replanned;

enum ListenFrame : std::uint32_t { kHeardSong = JobFrame::kOwn, kReplanned };
constexpr std::chrono::milliseconds kLookAtSignals(250);
/// Room for whoever else has something to ask of MPD.
constexpr std::chrono::milliseconds kBetweenReasons(50);

std::string pack_song(const HeardSong& song) {
  return json_text(Json{song.title, song.artist, song.album, song.mbid, song.started_at,
                        song.ms_played, song.duration_ms, song.is_skipped});
}

HeardSong unpack_song(const std::string& bytes) {
  const Json song = Json::parse(bytes);
  return {song.at(0), song.at(1), song.at(2), song.at(3),
          song.at(4), song.at(5), song.at(6), song.at(7)};
}

std::string pack_replanned(const Replanned& replanned) {
  Json moved = Json::array();
  for (const Replanned::Song& song : replanned.moved)
    moved.push_back({song.uri, song.title, song.artist, song.from, song.to, song.why});
  return json_text(Json{pack_song(replanned.after), replanned.quick_skips, replanned.is_elsewhere,
                        replanned.ours, replanned.moves, std::move(moved), replanned.milliseconds});
}

Replanned unpack_replanned(const std::string& bytes) {
  const Json told = Json::parse(bytes);
  Replanned replanned{.after = unpack_song(told.at(0)),
                      .quick_skips = told.at(1),
                      .is_elsewhere = told.at(2),
                      .ours = told.at(3),
                      .moves = told.at(4),
                      .moved = {},
                      .milliseconds = told.at(6)};
  for (const Json& song : told.at(5))
    replanned.moved.push_back(
        {song.at(0), song.at(1), song.at(2), song.at(3), song.at(4), song.at(5)});
  return replanned;
}

/// Takes in the songs that are over, and re-plans what comes next where somebody is to.
class Follower {
 public:
  Follower(int socket, const std::string& password, JobSender& sender,
           players::SongKnowledge* knowledge)
      : sender_(sender), mpd_(socket, password, knowledge != nullptr) {
    if (knowledge == nullptr) return;
    queue_.emplace(mpd_.connection(), *knowledge);
    queue_->look(mpd_.status());
  }

  void run() {
    while (!sender_.heartbeat().is_interrupted()) {
      const bool has_reasons = queue_ && queue_->has_reasons();
      const auto song = mpd_.wait(has_reasons ? kBetweenReasons : kLookAtSignals);
      if (song) tell(*song);
      if (queue_ && song) replan(*song);
      if (queue_) queue_->look(mpd_.status());
      if (has_reasons && !song) queue_->tell_reason();
      sender_.heartbeat().beat();
    }
    if (const auto song = mpd_.under_way(); song && song->ms_played > 0) tell(*song);
  }

 private:
  void tell(const HeardSong& song) { sender_.send(kHeardSong, pack_song(song)); }

  void replan(const HeardSong& song) {
    if (song.is_skipped && mpd_.status().is_random)
      sender_.note("MPD plays in random order: what comes next is not re-planned");
    const auto replanned = queue_->take(song, mpd_.status(), mpd_.changed_at());
    if (replanned) sender_.send(kReplanned, pack_replanned(*replanned));
    if (!queue_->refusal().empty())
      sender_.note("MPD does not move songs of its queue: " + queue_->refusal());
  }

  JobSender& sender_;
  players::MpdFollower mpd_;
  std::optional<players::LiveQueue> queue_;
};

/// Whose listens they are: who was asked for, else the only one, else whoever an import would make.
std::string listener_name(const app::Caller& caller) {
  if (const std::string name = app::user_name(caller); !name.empty()) return name;
  if (!fs::exists(caller.home.library_path())) return "me";
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  return list_users(store).empty() ? "me" : choose_user(store, "").name;
}

/// Imports a file, or a folder of them.
void import_journal(const app::Caller& caller, const std::string& user, const std::string& path) {
  engine::import::ImportOptions options = make_import_request(caller);
  options.paths = {path};
  options.user = user;
  options.tells_match_rates = false;
  options.on_progress = nullptr;
  options.now = std::time(nullptr);  // days may have gone by since the request
  const engine::import::ImportResult result = engine::import::import_paths(options);
  for (const engine::import::FileResult& file : result.files)
    if (!file.error.empty()) caller.note("cannot import " + file.path + ": " + file.error);
}

/// How many plays the account was told of. That it cannot be told costs nothing: the next time tells
/// of these as well.
std::int64_t scrobbled(const app::Caller& caller, const std::string& user,
                       const std::string& account) {
  if (account.empty()) return 0;
  app::Caller listener = caller;
  listener.asked.user = user;
  listener.asked.now = std::time(nullptr);
  try {
    return app::scrobble(listener, account).told;
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted || error.exit() == Exit::kStore) throw;
    caller.note_once(account + " was not told: " + std::string(error.what()) +
                     (error.parts().why.empty() ? "" : ": " + error.parts().why) +
                     "; it is after the next song, or by: engine scrobble " + account);
    return 0;
  }
}

/// Without one nothing could be planned.
void require_list(const app::Caller& caller, const std::string& user, const std::string& account) {
  if (fs::exists(caller.home.library_path())) {
    const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
    const std::optional<User> listener = find_user(store, user);
    if (listener && !kept_of_pushes(store, listener->id, account).empty()) return;
  }
  throw Error(Exit::kInput, "there is nothing to re-plan in " + account,
              {"", "", "no list was put into it for " + one_line(user) + " yet",
               "engine run weekly --to " + account + ":now,queue=true"});
}

/// Asking as of now, and saying nothing: for a worker.
app::Caller as_listener(const app::Caller& caller, const std::string& user) {
  app::Caller listener{caller.home, caller.asked, {}, {}};
  listener.asked.user = user;
  listener.asked.now = std::time(nullptr);
  return listener;
}

}  // namespace

ListenReport listen(const app::Caller& caller, const ListenOptions& options) {
  const std::string& title = options.account;
  const accounts::Account account = accounts::Accounts(caller.home.accounts_file()).require(title);
  if (account.service != "mpd")
    throw Error(Exit::kUsage, "what " + title + " plays cannot be followed",
                {"", "", "only MPD says so while it plays", "engine listen mpd"});
  const std::string user = listener_name(caller);
  ListenReport report;
  report.user = user;
  report.folder = caller.home.library_path() + ".listens";
  const players::ListenJournal journal(report.folder, title + "-" + app::person_file_name(user),
                                       title);
  if (!options.scrobble_to.empty()) app::require_takes_plays(caller, options.scrobble_to);
  if (fs::exists(report.folder)) import_journal(caller, user, report.folder);
  if (options.is_live) require_list(caller, user, title);
  const app::AccountConnection connection(account, caller.home.settings().boolean("http.offline"));

  JobTakes takes;
  takes.note = [&](const std::string& text) { caller.note_once(text); };
  takes.own = [&](std::uint32_t kind, const std::string& bytes) {
    if (kind == kReplanned) {
      ++report.replanned;
      if (options.replanned) options.replanned(unpack_replanned(bytes));
    }
    if (kind != kHeardSong) return;
    const HeardSong song = unpack_song(bytes);
    if (song.title.empty() || song.artist.empty()) {
      caller.note_once("a song without title or artist is not counted: tag its file");
      return;
    }
    ++report.songs;
    import_journal(caller, user, journal.add(song));
    if (options.heard) options.heard(song);
    report.told += scrobbled(caller, user, options.scrobble_to);
  };
  JobReader reader(std::move(takes), {.who = "following " + title});
  WorkerLimits limits;
  limits.wall_seconds = limits.cpu_seconds = 0;  // it goes on for days
  const WorkerEnd end = reader.run(limits, false, [&](JobSender& sender) {
    std::unique_ptr<players::SongKnowledge> knowledge;
    if (options.is_live) knowledge = song_knowledge(as_listener(caller, user), title);
    Follower follower(connection.descriptor(), account.value("password"), sender, knowledge.get());
    sender.note("following " + title + " until Ctrl-C");
    follower.run();
  });
  if (!end.is_interrupted) reader.finish(end);
  return report;
}

}  // namespace engine::pipelines
