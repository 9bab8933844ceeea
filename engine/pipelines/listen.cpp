#include "pipelines/listen.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "accounts/accounts.hpp"
#include "app/account_connection.hpp"
#include "app/default_user.hpp"
#include "app/outputs.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "pipelines/import_request.hpp"
#include "players/listen_journal.hpp"
#include "players/mpd_follower.hpp"
#include "store/users.hpp"
#include "worker/job.hpp"

namespace engine::pipelines {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using players::HeardSong;

enum ListenFrame : std::uint32_t { kHeardSong = JobFrame::kOwn };
constexpr std::chrono::milliseconds kLookAtSignals(250);

std::string pack_song(const HeardSong& song) {
  return json_text(Json{song.title, song.artist, song.album, song.mbid, song.started_at,
                        song.ms_played, song.duration_ms, song.is_skipped});
}

HeardSong unpack_song(const std::string& bytes) {
  const Json song = Json::parse(bytes);
  return {song.at(0), song.at(1), song.at(2), song.at(3),
          song.at(4), song.at(5), song.at(6), song.at(7)};
}

void follow_in_worker(int socket, const std::string& password, JobSender& sender) {
  players::MpdFollower follower(socket, password);
  const auto tell = [&](const HeardSong& song) { sender.send(kHeardSong, pack_song(song)); };
  while (!sender.heartbeat().is_interrupted()) {
    if (const auto song = follower.wait(kLookAtSignals)) tell(*song);
    sender.heartbeat().beat();
  }
  if (const auto song = follower.under_way(); song && song->ms_played > 0) tell(*song);
}

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

}  // namespace

ListenReport listen(const app::Caller& caller, const std::string& title,
                    const std::function<void(const HeardSong&)>& heard) {
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
  if (fs::exists(report.folder)) import_journal(caller, user, report.folder);
  const app::AccountConnection connection(account, caller.home.settings().boolean("http.offline"));

  JobTakes takes;
  takes.own = [&](std::uint32_t kind, const std::string& bytes) {
    if (kind != kHeardSong) return;
    const HeardSong song = unpack_song(bytes);
    if (song.title.empty() || song.artist.empty()) {
      caller.note_once("a song without title or artist is not counted: tag its file");
      return;
    }
    ++report.songs;
    import_journal(caller, user, journal.add(song));
    if (heard) heard(song);
  };
  JobReader reader(std::move(takes), {.who = "following " + title});
  WorkerLimits limits;
  limits.wall_seconds = limits.cpu_seconds = 0;  // it goes on for days
  const WorkerEnd end = reader.run(limits, false, [&](JobSender& sender) {
    follow_in_worker(connection.descriptor(), account.value("password"), sender);
  });
  if (!end.is_interrupted) reader.finish(end);
  return report;
}

}  // namespace engine::pipelines
