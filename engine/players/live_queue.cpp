#include "players/live_queue.hpp"

#include <algorithm>
#include <memory>
#include <mpd/client.h>
#include <unordered_set>

#include "core/error.hpp"
#include "shared/kept_list.hpp"
#include "shared/list_edits.hpp"
#include "shared/mpd_greeting.hpp"

namespace engine::players {
namespace {

constexpr std::size_t kPlanned = 500;   // songs to come that are looked at: more than a day of them
constexpr std::size_t kGoneSongs = 50;  // that are kept in mind

struct FreeSong {
  void operator()(mpd_song* song) const { mpd_song_free(song); }
};

QueueSong queue_song(const mpd_song* song) {
  QueueSong told;
  told.id = static_cast<int>(mpd_song_get_id(song));
  told.uri = mpd_song_get_uri(song);
  told.title = shared::mpd_tag(song, MPD_TAG_TITLE, ", ");
  const char* first = mpd_song_get_tag(song, MPD_TAG_ARTIST, 0);
  told.artist = first != nullptr ? first : "";
  const char* recording = mpd_song_get_tag(song, MPD_TAG_MUSICBRAINZ_TRACKID, 0);
  told.mbid = recording != nullptr ? recording : "";
  return told;
}

std::vector<std::string> texts_of(const std::vector<int>& ids) {
  std::vector<std::string> texts;
  for (const int id : ids) texts.push_back(std::to_string(id));
  return texts;
}

}  // namespace

LiveQueue::LiveQueue(mpd_connection* connection, SongKnowledge& knowledge)
    : connection_(connection), knowledge_(knowledge), heard_(knowledge.session()) {}

bool LiveQueue::is_answered(bool is_done) {
  if (is_done) return true;
  if (mpd_connection_get_error(connection_) == MPD_ERROR_SUCCESS) return true;
  if (mpd_connection_get_error(connection_) == MPD_ERROR_SERVER) {
    if (mpd_connection_get_server_error(connection_) == MPD_SERVER_ERROR_PERMISSION)
      refusal_ = mpd_connection_get_error_message(connection_);
    if (mpd_connection_clear_error(connection_)) return false;
  }
  throw Error(Exit::kInput, "MPD is not followed any more",
              {"", "", mpd_connection_get_error_message(connection_),
               "engine listen mpd goes on once it is there again"});
}

std::optional<std::size_t> LiveQueue::place_of(int id) const {
  const auto found = std::find(queue_.begin(), queue_.end(), id);
  if (found == queue_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - queue_.begin());
}

void LiveQueue::read_all() {
  queue_.clear();
  if (!is_answered(mpd_send_list_queue_meta(connection_))) return;
  std::vector<QueueSong*> unknown;
  while (const std::unique_ptr<mpd_song, FreeSong> song{mpd_recv_song(connection_)}) {
    const int id = static_cast<int>(mpd_song_get_id(song.get()));
    queue_.push_back(id);
    const auto [entry, is_new] = songs_.try_emplace(id);
    if (!is_new) continue;
    entry->second = queue_song(song.get());
    unknown.push_back(&entry->second);
  }
  is_answered(mpd_response_finish(connection_));
  if (!unknown.empty()) look_up(unknown);
}

void LiveQueue::look_up(const std::vector<QueueSong*>& songs) {
  std::unordered_set<std::string> ours;
  for (const std::string& kept : knowledge_.kept_lists())
    if (auto list = shared::kept_list(kept)) ours.insert(list->ours.begin(), list->ours.end());
  for (QueueSong* song : songs) song->is_ours = ours.contains(song->uri);
  knowledge_.look_up(songs);
  is_acquainted_ = false;
}

void LiveQueue::read_changes(const PlayerStatus& status) {
  if (status.queue_version == version_) return;
  std::vector<std::pair<unsigned, int>> changes;
  const unsigned before = version_;
  version_ = status.queue_version;
  if (before == 0 || before > version_) return read_all();
  if (!is_answered(mpd_send_queue_changes_brief(connection_, before))) return read_all();
  unsigned place = 0, id = 0;
  while (mpd_recv_queue_change_brief(connection_, &place, &id))
    changes.emplace_back(place, static_cast<int>(id));
  if (!is_answered(mpd_response_finish(connection_))) return read_all();
  queue_.resize(status.queue_length, -1);
  for (const auto& [at, song] : changes)
    if (at < queue_.size()) queue_[at] = song;
  const auto is_known = [&](int song) { return songs_.contains(song); };
  if (!std::all_of(queue_.begin(), queue_.end(), is_known)) read_all();
}

void LiveQueue::learn() {
  if (is_acquainted_) return;
  std::vector<std::int32_t> artists;
  for (const auto& [id, song] : songs_) artists.push_back(song.artist_number);
  for (const SongHeard& song : heard_.songs()) artists.push_back(song.artist_number);
  std::sort(artists.begin(), artists.end());
  artists_ = knowledge_.acquaintance(artists);
  is_acquainted_ = true;
}

void LiveQueue::look(const PlayerStatus& status) {
  read_changes(status);
  if (songs_.size() > 2 * queue_.size() + kGoneSongs) {
    std::unordered_map<int, QueueSong> kept;
    for (const int id : queue_)
      if (auto found = songs_.find(id); found != songs_.end()) kept.insert(*found);
    songs_ = std::move(kept);
  }
  learn();
}

SongHeard LiveQueue::heard(const HeardSong& song) {
  SongHeard heard{song.title,
                  song.artist,
                  0,
                  {},
                  knowledge_.weight(song),
                  song.started_at + song.ms_played / 1000};
  if (const auto found = songs_.find(song.queue_id); found != songs_.end()) {
    heard.artist = found->second.artist;
    heard.artist_number = found->second.artist_number;
    heard.sound = found->second.sound;
  }
  return heard;
}

std::optional<Replanned> LiveQueue::take(const HeardSong& song, const PlayerStatus& status,
                                         std::chrono::steady_clock::time_point since) {
  read_changes(status);
  const SongHeard over = heard(song);
  const bool begins_session = over.weight != 0 && heard_.add(over, song.started_at);
  std::optional<Replanned> replanned;
  const auto before = place_of(song.queue_id);
  const bool went_on = before ? status.place > static_cast<int>(*before) : status.is_consuming;
  if (song.is_skipped && over.weight < 0 && went_on && !status.is_random)
    replanned = replan(song, status, since);
  if (over.weight != 0) {
    knowledge_.add(over, begins_session);
    is_acquainted_ = false;
  }
  return replanned;
}

std::optional<Replanned> LiveQueue::replan(const HeardSong& song, const PlayerStatus& status,
                                           std::chrono::steady_clock::time_point since) {
  learn();
  const auto first = static_cast<std::size_t>(status.place) + 1;
  std::vector<std::size_t> places;
  std::vector<QueueSong> ours;
  for (std::size_t place = first; place < std::min(queue_.size(), first + kPlanned); ++place) {
    const auto found = songs_.find(queue_[place]);
    if (found == songs_.end() || !found->second.is_ours) continue;
    places.push_back(place);
    ours.push_back(found->second);
  }
  if (ours.size() < 2) return std::nullopt;
  const auto playing = songs_.find(status.song);
  const QueuePlan plan = plan_queue(
      ours, heard_.songs(), playing == songs_.end() ? 0 : playing->second.artist_number, artists_);

  const auto from = queue_.begin() + static_cast<std::ptrdiff_t>(first);
  const std::vector<int> before(from,
                                from + static_cast<std::ptrdiff_t>(places.back() + 1 - first));
  std::vector<int> after = before;
  Replanned replanned{.after = song,
                      .quick_skips = plan.quick_skips,
                      .is_elsewhere = plan.is_elsewhere,
                      .ours = ours.size(),
                      .moved = {}};
  for (std::size_t k = 0; k < places.size(); ++k) {
    const std::size_t moved = plan.order[k];
    const QueueSong& it = ours[moved];
    after[places[k] - first] = it.id;
    const PlanReason& reason = k < moved ? plan.likes[moved] : plan.dislikes[moved];
    if (k == moved || reason.kind == PlanReason::Kind::kNone) continue;
    replanned.moved.push_back(
        {it.uri, it.title, it.artist, places[moved] + 1, places[k] + 1,
         (k < moved ? "up: " : "down: ") + reason_text(reason, it, heard_.songs())});
  }
  const bool is_done = before == after || move(before, after, first, replanned.moves);
  replanned.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
  if (!is_done || before == after) return std::nullopt;
  keep_reasons(replanned);
  return replanned;
}

bool LiveQueue::move(const std::vector<int>& before, const std::vector<int>& after,
                     std::size_t first, std::size_t& moves) {
  const shared::ListEdits edits = shared::list_edits(texts_of(before), texts_of(after));
  std::vector<int> stands = before;
  refusal_.clear();
  if (!is_answered(mpd_command_list_begin(connection_, false))) return false;
  for (const shared::ListEdit& edit : edits.edits) {  // all of them are moves
    const int id = stands[edit.from];
    stands.erase(stands.begin() + static_cast<std::ptrdiff_t>(edit.from));
    stands.insert(stands.begin() + static_cast<std::ptrdiff_t>(edit.to), id);
    is_answered(mpd_send_move_id(connection_, static_cast<unsigned>(id),
                                 static_cast<unsigned>(first + edit.to)));
  }
  moves = edits.edits.size();
  const bool is_sent = mpd_command_list_end(connection_);
  return is_answered(is_sent && mpd_response_finish(connection_));
}

void LiveQueue::keep_reasons(const Replanned& replanned) {
  std::unordered_set<std::string> again;
  for (const Replanned::Song& song : replanned.moved) again.insert(song.uri);
  std::erase_if(untold_, [&](const auto& reason) { return again.contains(reason.first); });
  auto first = untold_.begin();  // what was moved now comes before what was moved then
  for (const Replanned::Song& song : replanned.moved)
    first = untold_.emplace(first, song.uri, song.why) + 1;
}

void LiveQueue::tell_reason() {
  const auto [uri, why] = untold_.front();
  untold_.pop_front();
  // It has no file of stickers, or does not know the song by now: the queue stands all the same.
  is_answered(mpd_run_sticker_set(connection_, "song", uri.c_str(), "replanned", why.c_str()));
}

}  // namespace engine::players
