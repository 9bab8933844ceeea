#include "players/mpd_follower.hpp"

#include <algorithm>
#include <ctime>
#include <mpd/client.h>
#include <poll.h>

#include "core/error.hpp"
#include "shared/mpd_greeting.hpp"

namespace engine::players {
namespace {

/// So much before its end a song counts as over: players fade, and statuses come late.
std::int64_t margin_of(std::int64_t duration_ms) {
  return std::min<std::int64_t>(2000, duration_ms / 4);
}

constexpr int kPatience = 20'000;  // milliseconds for an answer

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

PlayerStatus status_of(const mpd_status* status) {
  PlayerStatus told;
  if (mpd_status_get_state(status) == MPD_STATE_PLAY) told.state = PlayerStatus::State::kPlaying;
  if (mpd_status_get_state(status) == MPD_STATE_PAUSE) told.state = PlayerStatus::State::kPaused;
  told.song = told.state == PlayerStatus::State::kStopped ? -1 : mpd_status_get_song_id(status);
  told.elapsed_ms = mpd_status_get_elapsed_ms(status);
  told.duration_ms = static_cast<std::int64_t>(mpd_status_get_total_time(status)) * 1000;
  told.place = told.song < 0 ? -1 : mpd_status_get_song_pos(status);
  told.queue_version = mpd_status_get_queue_version(status);
  told.queue_length = mpd_status_get_queue_length(status);
  told.is_random = mpd_status_get_random(status);
  told.is_consuming = mpd_status_get_consume(status);
  return told;
}

HeardSong song_of(const mpd_song* song) {
  HeardSong told;
  told.title = shared::mpd_tag(song, MPD_TAG_TITLE, ", ");
  told.artist = shared::mpd_tag(song, MPD_TAG_ARTIST, ", ");
  told.album = shared::mpd_tag(song, MPD_TAG_ALBUM, ", ");
  told.mbid = shared::mpd_tag(song, MPD_TAG_MUSICBRAINZ_TRACKID, ", ");
  told.duration_ms = mpd_song_get_duration_ms(song);
  return told;
}

}  // namespace

std::int64_t HeardSongs::played_until(std::int64_t now_ms) const {
  const bool plays = last_.state == PlayerStatus::State::kPlaying;
  return played_ms_ + (plays ? std::max<std::int64_t>(now_ms - last_ms_, 0) : 0);
}

std::int64_t HeardSongs::stood_at(std::int64_t now_ms) const {
  const bool plays = last_.state == PlayerStatus::State::kPlaying;
  return last_.elapsed_ms + (plays ? std::max<std::int64_t>(now_ms - last_ms_, 0) : 0);
}

HeardSong HeardSongs::ended(std::int64_t now_ms, bool gives_way) const {
  HeardSong song = song_;
  song.duration_ms = std::max(song_.duration_ms, last_.duration_ms);
  song.ms_played = played_until(now_ms);
  if (song.duration_ms > 0) song.ms_played = std::min(song.ms_played, song.duration_ms);
  const bool has_ended =
      song.duration_ms > 0 && stood_at(now_ms) >= song.duration_ms - margin_of(song.duration_ms);
  song.is_skipped = gives_way && !has_ended;
  song.queue_id = last_.song;
  return song;
}

std::optional<HeardSong> HeardSongs::take(const PlayerStatus& status, const HeardSong& song,
                                          std::int64_t now_ms, std::int64_t unix_seconds) {
  std::optional<HeardSong> over;
  // The same song again (repeat): it stands near its beginning, and stood near its end.
  const bool begins_again = status.song == last_.song && last_.duration_ms > 0 &&
                            stood_at(now_ms) >= last_.duration_ms - margin_of(last_.duration_ms) &&
                            status.elapsed_ms < last_.duration_ms / 2;
  if (last_.song >= 0 && (status.song != last_.song || begins_again))
    over = ended(now_ms, status.song >= 0);
  if (status.song >= 0 && (status.song != last_.song || begins_again)) {
    song_ = song;
    song_.started_at = unix_seconds - status.elapsed_ms / 1000;
    // What was heard before anybody followed counts, too.
    played_ms_ = status.elapsed_ms;
  } else {
    played_ms_ = played_until(now_ms);
  }
  last_ = status;
  last_ms_ = now_ms;
  return over;
}

std::optional<HeardSong> HeardSongs::under_way(std::int64_t now_ms) const {
  if (last_.song < 0) return std::nullopt;
  return ended(now_ms, false);
}

void MpdFollower::Free::operator()(mpd_connection* connection) const {
  mpd_connection_free(connection);
}

MpdFollower::MpdFollower(int socket, const std::string& password, bool follows_queue)
    : follows_queue_(follows_queue) {
  connection_ = Connection(shared::greeted_mpd(socket, kPatience).release());
  if (connection_ == nullptr) throw Error(Exit::kInput, "what answers there is no MPD");
  if (mpd_connection_get_error(connection_.get()) != MPD_ERROR_SUCCESS) fail();
  if (!password.empty() && !mpd_run_password(connection_.get(), password.c_str())) fail();
  static_cast<void>(look());
}

MpdFollower::~MpdFollower() = default;

void MpdFollower::fail() const {
  throw Error(Exit::kInput, "MPD is not followed any more",
              {"", "", mpd_connection_get_error_message(connection_.get()),
               "engine listen mpd goes on once it is there again"});
}

std::optional<HeardSong> MpdFollower::look() {
  const std::unique_ptr<mpd_status, void (*)(mpd_status*)> status(mpd_run_status(connection_.get()),
                                                                  mpd_status_free);
  if (status == nullptr) fail();
  const PlayerStatus told = status_ = status_of(status.get());
  HeardSong song;
  if (told.song >= 0) {
    const std::unique_ptr<mpd_song, void (*)(mpd_song*)> current(
        mpd_run_current_song(connection_.get()), mpd_song_free);
    if (current != nullptr) {
      song = song_of(current.get());
    } else if (mpd_connection_get_error(connection_.get()) != MPD_ERROR_SUCCESS) {
      fail();
    }
  }
  return heard_.take(told, song, steady_ms(), std::time(nullptr));
}

std::optional<HeardSong> MpdFollower::wait(std::chrono::milliseconds patience) {
  const int player = MPD_IDLE_PLAYER, queue = MPD_IDLE_QUEUE | MPD_IDLE_OPTIONS;
  if (!mpd_send_idle_mask(connection_.get(),
                          static_cast<mpd_idle>(follows_queue_ ? player | queue : player)))
    fail();
  pollfd ready{mpd_connection_get_fd(connection_.get()), POLLIN, 0};
  const bool has_changed = ::poll(&ready, 1, static_cast<int>(patience.count())) > 0;
  changed_at_ = std::chrono::steady_clock::now();
  if (!has_changed) {
    // What comes in between is told by noidle.
    if (mpd_run_noidle(connection_.get()) == 0) {
      if (mpd_connection_get_error(connection_.get()) != MPD_ERROR_SUCCESS) fail();
      return std::nullopt;
    }
  } else if (mpd_recv_idle(connection_.get(), false) == 0 ||
             !mpd_response_finish(connection_.get())) {
    fail();
  }
  return look();
}

std::optional<HeardSong> MpdFollower::under_way() const {
  return heard_.under_way(steady_ms());
}

}  // namespace engine::players
