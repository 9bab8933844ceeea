// output.subsonic: a playlist of Navidrome, Gonic, supysonic or another OpenSubsonic server.
//
// Tracks       are looked for by words of the title; of what is found the one with the same
//              MusicBrainz recording or ISRC, else of the same names (track_match.hpp).
// Changes      What leaves and what comes at the end is one updatePlaylist; any other change of the
//              order replaces what the list holds, under its id.
// Plays        `plays`: scrobble, once for each, with its time.
// Reasons      The list's comment says what it is; the protocol has none for a track.
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/remote_list.hpp"
#include "shared/subsonic/server.hpp"

namespace {

using subsonic::Fields;
using subsonic::Json;
using subsonic::list_of;
using subsonic::text_of;

constexpr std::size_t kSongs = 100;           // that a search asks for
constexpr std::size_t kLongestComment = 255;  // some servers keep no more

std::string cut_comment(std::string text) {
  if (text.size() <= kLongestComment) return text;
  std::size_t end = kLongestComment;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

class Subsonic final : public shared::RemoteLibrary {
 public:
  explicit Subsonic(const playlist::OutputCall& call)
      : server_(call), comment_(cut_comment(std::string(call.description()))) {}

  std::vector<shared::OfferedTrack> search(const shared::TrackNames& ours) override {
    const std::string song = shared::song_of_title(ours.title);
    std::vector<shared::OfferedTrack> found = searched(song);
    if (found.size() >= kSongs)  // of many the one that is meant may not be there
      for (shared::OfferedTrack& more : searched(song + " " + ours.artist))
        found.push_back(std::move(more));
    return found;
  }

  std::optional<std::string> find_list(const std::string& id, const std::string& name) override {
    std::optional<std::string> named;
    for (const Json& list : lists()) {
      const std::string its_id = text_of(list, "id");
      if (!id.empty() && its_id == id) return its_id;
      if (text_of(list, "name") == name && !named) named = its_id;
    }
    return named;
  }

  std::vector<std::string> tracks_of(const std::string& list) override {
    const Json answer = server_.ask("getPlaylist", {{"id", list}}, true);
    std::vector<std::string> ids;
    for (const Json& entry : list_of(answer.value("playlist", Json::object()), "entry"))
      ids.push_back(text_of(entry, "id"));
    return ids;
  }

  std::string create(const std::string& name, const std::vector<std::string>& tracks) override {
    std::vector<std::string> before;
    for (const Json& list : lists()) before.push_back(text_of(list, "id"));
    Fields fields = {{"name", name}};
    for (const std::string& id : tracks) fields.emplace_back("songId", id);
    const Json answer = server_.ask("createPlaylist", fields, false);
    std::string id = text_of(answer.value("playlist", Json::object()), "id");
    if (id.empty())  // servers of before 1.14 do not tell it
      for (const Json& list : lists()) {
        const std::string its_id = text_of(list, "id");
        if (text_of(list, "name") == name &&
            std::find(before.begin(), before.end(), its_id) == before.end())
          id = its_id;
      }
    if (id.empty()) throw playlist::Error("the server has made no list");
    require_is(id, tracks);
    if (!comment_.empty())
      static_cast<void>(
          server_.ask("updatePlaylist", {{"playlistId", id}, {"comment", comment_}}, true));
    return id;
  }

  void change(const std::string& list, const std::vector<std::string>& wanted,
              const shared::ListEdits& edits) override {
    if (const auto update = as_update(list, wanted, edits)) {
      static_cast<void>(server_.ask("updatePlaylist", *update, false));
    } else {
      Fields fields = {{"playlistId", list}};
      for (const std::string& id : wanted) fields.emplace_back("songId", id);
      static_cast<void>(server_.ask("createPlaylist", fields, true));
    }
    require_is(list, wanted);
  }

  /// Not asked again by itself: some servers count what they are told twice.
  void scrobble(const std::string& song, std::int64_t time) const {
    static_cast<void>(server_.ask(
        "scrobble", {{"id", song}, {"time", std::to_string(time * 1000)}, {"submission", "true"}},
        false));
  }

 private:
  std::vector<Json> lists() const {
    const Json answer = server_.ask("getPlaylists", {}, true);
    return list_of(answer.value("playlists", Json::object()), "playlist");
  }

  std::vector<shared::OfferedTrack> searched(const std::string& text) const {
    std::vector<shared::OfferedTrack> found;
    if (text.empty()) return found;
    const Json answer = server_.ask("search3",
                                    {{"query", text},
                                     {"songCount", std::to_string(kSongs)},
                                     {"albumCount", "0"},
                                     {"artistCount", "0"}},
                                    true);
    for (const Json& song : list_of(answer.value("searchResult3", Json::object()), "song")) {
      shared::OfferedTrack offered;
      offered.id = text_of(song, "id");
      offered.names = {text_of(song, "title"),
                       text_of(song, "artist"),
                       text_of(song, "album"),
                       text_of(song, "musicBrainzId"),
                       "",
                       0};
      if (const auto duration = song.find("duration");
          duration != song.end() && duration->is_number())
        offered.names.seconds = duration->get<int>();
      if (const std::vector<Json> isrc = list_of(song, "isrc");
          !isrc.empty() && isrc.front().is_string())
        offered.names.isrc = isrc.front().get<std::string>();
      found.push_back(std::move(offered));
    }
    return found;
  }

  /// Removals, and insertions at the end: what one updatePlaylist can say. Its places are those of
  /// the list as it was, as removals come from behind.
  static std::optional<Fields> as_update(const std::string& list,
                                         const std::vector<std::string>& wanted,
                                         const shared::ListEdits& edits) {
    Fields fields = {{"playlistId", list}};
    const std::size_t first_new = wanted.size() - edits.added;
    for (const shared::ListEdit& edit : edits.edits) {
      if (edit.kind == shared::ListEdit::Kind::kRemove) {
        fields.emplace_back("songIndexToRemove", std::to_string(edit.from));
      } else if (edit.kind == shared::ListEdit::Kind::kInsert && edit.to >= first_new) {
        fields.emplace_back("songIdToAdd", edit.item);
      } else {
        return std::nullopt;
      }
    }
    return fields;
  }

  void require_is(const std::string& list, const std::vector<std::string>& wanted) {
    if (tracks_of(list) != wanted)
      throw playlist::Error(
          "the server has taken the list otherwise than it was given: somebody else "
          "may be changing it; try again");
  }

  subsonic::Server server_;
  std::string comment_;
};

/// Tells the server of plays, oldest first. The time of the last one is kept once all of that second
/// are told: who is killed in between tells one second twice at most, and none never.
void scrobble(playlist::OutputCall& call, Subsonic& library) {
  const playlist::Target target(call);
  const auto played_at = call.tracks()["played_at"].i64();
  const shared::RemoteTracks tracks(call);
  std::map<std::array<std::string, 4>, shared::TrackThere> songs;  // each is looked for once
  std::int64_t told = 0;
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    call.checkpoint(static_cast<double>(row) / static_cast<double>(tracks.size()));
    const shared::TrackNames ours = tracks[row].names;
    const auto [known, is_new] =
        songs.try_emplace({ours.artist, ours.title, ours.album, ours.mbid});
    if (is_new) known->second = shared::find_track(library, ours);
    const shared::TrackThere& song = known->second;
    if (song.id.empty()) {
      target.missing(static_cast<std::int64_t>(row), song.why, song.nearest);
    } else {
      if (!target.is_dry_run()) library.scrobble(song.id, played_at[row]);
      ++told;
    }
    const bool is_last_of_second = row + 1 == tracks.size() || played_at[row + 1] != played_at[row];
    if (is_last_of_second && !target.is_dry_run()) target.keep(std::to_string(played_at[row]));
  }
  target.report({told, 0, 0, 0, 0});
}

class SubsonicOutput final : public playlist::Output {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static constexpr playlist::Param kParams[] = {
      {"replace", false, "take a list of that name that the engine has not made, too"},
      {"plays", false,
       "no list: what was played, at the times of a column played_at (engine scrobble)"},
  };

  explicit SubsonicOutput(const playlist::Args& args)
      : may_replace_(args.boolean("replace")), are_plays_(args.boolean("plays")) {}

  void write(playlist::OutputCall& call) const {
    Subsonic subsonic(call);
    if (are_plays_) return scrobble(call, subsonic);
    shared::push_list(call, subsonic, may_replace_);
  }

 private:
  bool may_replace_, are_plays_;
};

constinit const playlist::Element kSubsonic = playlist::element<SubsonicOutput>(
    "output.subsonic",
    "A playlist of Navidrome or another OpenSubsonic server, or what was played.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.output.subsonic", "1.0.0", "Playlist Engine", "MIT",
                    kSubsonic);
