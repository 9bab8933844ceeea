// output.mpd: a stored playlist, or the queue, of the Music Player Daemon.
//
// Tracks    are looked for in its database by MusicBrainz recording, else by title (track_match.hpp).
// Changes   are the fewest (list_edits.hpp), so that what plays goes on; a list keeps its name.
// Reasons   why each track is there, as the sticker "reason" of its song, where MPD keeps stickers.
// Needs     MPD 0.23.3 or later (January 2022), which puts songs anywhere in a stored playlist.
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <memory>
#include <mpd/client.h>
#include <string>
#include <vector>

#include "shared/mpd_greeting.hpp"
#include "shared/remote_list.hpp"

namespace {

constexpr unsigned kPatience = 20'000;  // milliseconds for an answer

struct FreeSong {
  void operator()(mpd_song* song) const { mpd_song_free(song); }
};
using Song = std::unique_ptr<mpd_song, FreeSong>;

class Mpd final : public shared::RemoteLibrary {
 public:
  Mpd(const playlist::OutputCall& call, bool is_queue) : is_queue_(is_queue) {
    connection_ = shared::greeted_mpd(playlist::connection(call), kPatience);
    if (connection_ == nullptr) throw playlist::Error("what answers there is no MPD");
    check();
    if (const auto password = call.setting("password"))
      check(mpd_run_password(connection_.get(), std::string(*password).c_str()));
    if (mpd_connection_cmp_server_version(connection_.get(), 0, 23, 3) < 0)
      throw playlist::Error("it is older than MPD 0.23.3, which lists are changed in place with");
  }

  std::vector<shared::OfferedTrack> search(const shared::TrackNames& ours) override {
    if (!ours.mbid.empty()) {
      auto found = searched(MPD_TAG_MUSICBRAINZ_TRACKID, ours.mbid, true);
      if (!found.empty()) return found;
    }
    return searched(MPD_TAG_TITLE, shared::song_of_title(ours.title), false);
  }

  std::optional<std::string> find_list(const std::string& /*id*/,
                                       const std::string& name) override {
    if (is_queue_) return name;
    check(mpd_send_list_playlists(connection_.get()));
    std::optional<std::string> found;
    while (mpd_playlist* list = mpd_recv_playlist(connection_.get())) {
      if (name == mpd_playlist_get_path(list)) found = name;
      mpd_playlist_free(list);
    }
    check(mpd_response_finish(connection_.get()));
    return found;
  }

  std::vector<std::string> tracks_of(const std::string& list) override {
    if (is_queue_) {
      check(mpd_send_list_queue_meta(connection_.get()));
    } else {
      check(mpd_send_list_playlist(connection_.get(), list.c_str()));
    }
    std::vector<std::string> uris;
    while (const Song song{mpd_recv_song(connection_.get())})
      uris.emplace_back(mpd_song_get_uri(song.get()));
    check(mpd_response_finish(connection_.get()));
    return uris;
  }

  std::string create(const std::string& name, const std::vector<std::string>& tracks) override {
    if (name.find_first_of("/\n\r") != std::string::npos)
      throw playlist::Error("the name of a list in MPD has no / and no line break");
    for (const std::string& uri : tracks)
      check(mpd_run_playlist_add(connection_.get(), name.c_str(), uri.c_str()));
    return name;
  }

  void change(const std::string& list, const std::vector<std::string>& /*wanted*/,
              const shared::ListEdits& edits) override {
    for (const shared::ListEdit& edit : edits.edits) {
      if (is_queue_) {
        change_queue(edit);
      } else {
        change_list(list, edit);
      }
    }
  }

  [[nodiscard]] bool is_always_there() const override { return is_queue_; }

  void tell_reasons(const std::string& /*list*/, const std::vector<std::string>& tracks,
                    const std::vector<std::string>& reasons) override {
    for (std::size_t k = 0; k < tracks.size(); ++k) {
      if (reasons[k].empty()) continue;
      if (mpd_run_sticker_set(connection_.get(), "song", tracks[k].c_str(), "reason",
                              reasons[k].c_str()))
        continue;
      // It has no file of stickers, or does not know the song by now: the list stands all the same.
      if (mpd_connection_get_error(connection_.get()) != MPD_ERROR_SERVER) check();
      mpd_connection_clear_error(connection_.get());
      return;
    }
  }

 private:
  void change_list(const std::string& list, const shared::ListEdit& edit) {
    const auto from = static_cast<unsigned>(edit.from), to = static_cast<unsigned>(edit.to);
    switch (edit.kind) {
      case shared::ListEdit::Kind::kRemove:
        return check(mpd_run_playlist_delete(connection_.get(), list.c_str(), from));
      case shared::ListEdit::Kind::kMove:
        return check(mpd_run_playlist_move(connection_.get(), list.c_str(), from, to));
      case shared::ListEdit::Kind::kInsert:
        return check(
            mpd_run_playlist_add_to(connection_.get(), list.c_str(), edit.item.c_str(), to));
    }
  }

  void change_queue(const shared::ListEdit& edit) {
    const auto from = static_cast<unsigned>(edit.from), to = static_cast<unsigned>(edit.to);
    switch (edit.kind) {
      case shared::ListEdit::Kind::kRemove:
        return check(mpd_run_delete(connection_.get(), from));
      case shared::ListEdit::Kind::kMove:
        return check(mpd_run_move(connection_.get(), from, to));
      case shared::ListEdit::Kind::kInsert:
        return check(mpd_run_add_id_to(connection_.get(), edit.item.c_str(), to) >= 0);
    }
  }

  std::vector<shared::OfferedTrack> searched(mpd_tag_type tag, const std::string& text,
                                             bool is_exact) {
    std::vector<shared::OfferedTrack> found;
    if (text.empty()) return found;
    check(mpd_search_db_songs(connection_.get(), is_exact));
    check(
        mpd_search_add_tag_constraint(connection_.get(), MPD_OPERATOR_DEFAULT, tag, text.c_str()));
    check(mpd_search_commit(connection_.get()));
    while (const Song song{mpd_recv_song(connection_.get())}) found.push_back(offered(song.get()));
    check(mpd_response_finish(connection_.get()));
    return found;
  }

  static shared::OfferedTrack offered(const mpd_song* song) {
    const auto tag = [&](mpd_tag_type type) { return shared::mpd_tag(song, type, "; "); };
    return {mpd_song_get_uri(song),
            {tag(MPD_TAG_TITLE), tag(MPD_TAG_ARTIST), tag(MPD_TAG_ALBUM),
             tag(MPD_TAG_MUSICBRAINZ_TRACKID), "", static_cast<int>(mpd_song_get_duration(song))}};
  }

  void check(bool is_done = false) {
    if (is_done) return;
    if (mpd_connection_get_error(connection_.get()) == MPD_ERROR_SUCCESS) return;
    throw playlist::Error(
        playlist::concat("MPD says: ", mpd_connection_get_error_message(connection_.get())));
  }

  shared::MpdConnection connection_;
  bool is_queue_;
};

class MpdOutput final : public playlist::Output {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static constexpr playlist::Param kParams[] = {
      {"queue", false, "put the tracks into the queue, in place of a stored list"},
      {"replace", false, "take a stored list of that name that the engine has not made, too"},
  };

  explicit MpdOutput(const playlist::Args& args)
      : is_queue_(args.boolean("queue")), may_replace_(args.boolean("replace")) {}

  void write(playlist::OutputCall& call) const {
    Mpd mpd(call, is_queue_);
    shared::push_list(call, mpd, may_replace_);
  }

 private:
  bool is_queue_, may_replace_;
};

constinit const playlist::Element kMpd = playlist::element<MpdOutput>(
    "output.mpd", "A stored playlist, or the queue, of the Music Player Daemon.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.output.mpd", "1.0.0", "Playlist Engine", "MIT", kMpd);
