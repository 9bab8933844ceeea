// output.listenbrainz: a playlist of ListenBrainz.
//
// Tracks       are MusicBrainz recordings. Those of ours that have none are looked up by their names
//              (/1/metadata/lookup), which the engine remembers for a week
// Lists        are known by their MBID, never by a name, and made without tracks. One whose making was
//              cut short before its MBID was kept is the one of that name without tracks
// Changes      item/delete, item/move and item/add at a place, neighbours together, 100 at a time.
//              Such a request is not asked again by itself: where nobody knows whether it was done,
//              the list is read, which tells
// Reasons      go along as the annotation of each track, as JSPF has it, and that of the list says what
//              it is. ListenBrainz keeps the list's
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/kept_list.hpp"
#include "shared/listenbrainz/server.hpp"
#include "shared/remote_list.hpp"

namespace {

using listenbrainz::Json;
using listenbrainz::part_of;
using listenbrainz::text_of;
using Tracks = std::vector<std::string>;

constexpr std::size_t kTracksAtOnce = 100;
constexpr std::size_t kListsAtOnce = 100;
constexpr std::size_t kMostLists = 10'000;  // of one person, that are looked through
constexpr std::size_t kLongestNames = 250;  // together, of a lookup
constexpr std::int64_t kLookupSeconds = 7 * 24 * 60 * 60;
constexpr int kTries = 3;  // of a change, each after the list was read
constexpr std::string_view kRecording = "https://musicbrainz.org/recording/";
constexpr std::string_view kList = "https://listenbrainz.org/playlist/";
constexpr const char* kListExtension = "https://musicbrainz.org/doc/jspf#playlist";

/// What stands behind the prefix in a text or in the first text of a list that begins with it.
std::string id_behind(std::string_view prefix, const Json& identifier) {
  if (identifier.is_array()) {
    for (const Json& one : identifier)
      if (std::string id = id_behind(prefix, one); !id.empty()) return id;
    return "";
  }
  if (!identifier.is_string()) return "";
  const auto& text = identifier.get_ref<const std::string&>();
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "";
}

std::string first_artist(const std::string& artists) {
  return artists.substr(0, artists.find("; "));
}

class ListenbrainzLists final : public shared::RemoteLibrary {
 public:
  ListenbrainzLists(const playlist::OutputCall& call, bool is_public)
      : server_(call), about_(call.description()), is_public_(is_public) {
    server_.require_token("a list of ListenBrainz");
    const std::optional<std::string> text = playlist::Target(call).kept();
    const auto kept = text ? shared::kept_list(*text) : std::nullopt;
    is_unfinished_ = kept && kept->id.empty();
  }

  [[nodiscard]] std::string known_id(const shared::TrackNames& ours) const override {
    return ours.mbid;
  }

  std::vector<shared::OfferedTrack> search(const shared::TrackNames& ours) override {
    const std::string artist = first_artist(ours.artist);
    std::size_t length = artist.size() + ours.title.size();
    if (artist.empty() || ours.title.empty() || length > kLongestNames) return {};
    std::string target = "/1/metadata/lookup/?artist_name=" + playlist::url_encoded(artist) +
                         "&recording_name=" + playlist::url_encoded(ours.title);
    length += ours.album.size();
    if (!ours.album.empty() && length <= kLongestNames)
      target += "&release_name=" + playlist::url_encoded(ours.album);
    const Json answer = server_.get(target, kLookupSeconds);
    shared::OfferedTrack offered;
    offered.id = text_of(answer, "recording_mbid");
    if (offered.id.empty()) return {};
    offered.names = {text_of(answer, "recording_name"),
                     text_of(answer, "artist_credit_name"),
                     text_of(answer, "release_name"),
                     offered.id,
                     "",
                     0};
    return {std::move(offered)};
  }

  std::optional<std::string> find_list(const std::string& id, const std::string& name) override {
    if (!id.empty())
      return server_.find(path_of(id) + "?fetch_metadata=false") ? std::optional(id) : std::nullopt;
    return is_unfinished_ ? find_begun(name) : std::nullopt;
  }

  Tracks tracks_of(const std::string& list) override {
    const auto answer = server_.find(path_of(list) + "?fetch_metadata=false");
    if (!answer) throw playlist::Error("the list is no longer there: try again, for a new one");
    there_.clear();
    const Json& entries = part_of(part_of(*answer, "playlist"), "track");
    if (entries.is_array())
      for (const Json& entry : entries)
        there_.push_back(id_behind(kRecording, part_of(entry, "identifier")));
    return there_;
  }

  void expect(const Tracks& tracks, const std::vector<std::string>& reasons) override {
    for (std::size_t k = 0; k < tracks.size(); ++k) reasons_[tracks[k]] = reasons[k];
  }

  std::string create(const std::string& name, const Tracks& /*tracks*/) override {
    Json list = jspf_of({});
    list["playlist"]["title"] = name;
    if (!about_.empty()) list["playlist"]["annotation"] = about_;
    list["playlist"]["extension"] = {{kListExtension, {{"public", is_public_}}}};
    const listenbrainz::Server::Posted posted = server_.post("/1/playlist/create", list);
    std::string id = text_of(posted.answer, "playlist_mbid");
    if (!posted.is_done) id = find_begun(name).value_or("");
    if (id.empty())
      throw playlist::Error("ListenBrainz has made no list: " +
                            (posted.problem.empty() ? "it tells no MBID" : posted.problem));
    return id;
  }

  void fill(const std::string& list, const Tracks& tracks) override {
    Tracks now;
    while (now.size() < tracks.size()) {
      const auto begin = tracks.begin() + static_cast<std::ptrdiff_t>(now.size());
      const std::size_t count = std::min(kTracksAtOnce, tracks.size() - now.size());
      insert(list, now, now.size(), Tracks(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }
    require_is(list, tracks);
  }

  void change(const std::string& list, const Tracks& wanted,
              const shared::ListEdits& edits) override {
    using Kind = shared::ListEdit::Kind;
    Tracks now = there_;
    for (std::size_t k = 0; k < edits.edits.size();) {
      const shared::ListEdit& edit = edits.edits[k];
      const auto is_next = [&](std::size_t count, std::size_t from, std::size_t to) {
        if (k + count >= edits.edits.size()) return false;
        const shared::ListEdit& next = edits.edits[k + count];
        return next.kind == edit.kind && next.from == from && next.to == to;
      };
      std::size_t count = 1;
      if (edit.kind == Kind::kRemove) {  // from behind
        while (edit.from >= count && is_next(count, edit.from - count, edit.to)) ++count;
        remove(list, now, edit.from + 1 - count, count);
      } else if (edit.kind == Kind::kMove) {
        move(list, now, edit.from, edit.to);
      } else {
        Tracks tracks = {edit.item};
        while (count < kTracksAtOnce && is_next(count, edit.from, edit.to + count))
          tracks.push_back(edits.edits[k + count++].item);
        insert(list, now, edit.to, tracks);
      }
      k += count;
    }
    require_is(list, wanted);
  }

 private:
  static std::string path_of(const std::string& list) {
    return "/1/playlist/" + playlist::url_encoded(list);
  }

  /// A list without tracks of the person's: what a making that was cut short leaves.
  std::optional<std::string> find_begun(const std::string& name) {
    for (std::size_t offset = 0; offset < kMostLists; offset += kListsAtOnce) {
      const Json answer = server_.get("/1/user/" + server_.user_in_path() +
                                      "/playlists?count=" + std::to_string(kListsAtOnce) +
                                      "&offset=" + std::to_string(offset));
      const Json& lists = part_of(answer, "playlists");
      if (!lists.is_array() || lists.empty()) break;
      for (const Json& one : lists) {
        const Json& list = part_of(one, "playlist");
        const std::string id = id_behind(kList, part_of(list, "identifier"));
        if (!id.empty() && text_of(list, "title") == name && tracks_of(id).empty()) return id;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Json jspf_of(const Tracks& tracks) const {
    Json entries = Json::array();
    for (const std::string& id : tracks) {
      Json entry = {{"identifier", Json::array({std::string(kRecording) + id})}};
      if (const auto reason = reasons_.find(id);
          reason != reasons_.end() && !reason->second.empty())
        entry["annotation"] = reason->second;
      entries.push_back(std::move(entry));
    }
    return {{"playlist", {{"track", std::move(entries)}}}};
  }

  void remove(const std::string& list, Tracks& now, std::size_t index, std::size_t count) {
    Tracks next = now;
    const auto first = next.begin() + static_cast<std::ptrdiff_t>(index);
    next.erase(first, first + static_cast<std::ptrdiff_t>(count));
    edit(list, now, std::move(next), "/item/delete", {{"index", index}, {"count", count}});
  }

  void move(const std::string& list, Tracks& now, std::size_t from, std::size_t to) {
    Tracks next = now;
    const std::string track = next[from];
    next.erase(next.begin() + static_cast<std::ptrdiff_t>(from));
    next.insert(next.begin() + static_cast<std::ptrdiff_t>(to), track);
    edit(list, now, std::move(next), "/item/move",
         {{"mbid", track}, {"from", from}, {"to", to}, {"count", 1}});
  }

  void insert(const std::string& list, Tracks& now, std::size_t place, const Tracks& tracks) {
    Tracks next = now;
    next.insert(next.begin() + static_cast<std::ptrdiff_t>(place), tracks.begin(), tracks.end());
    edit(list, now, std::move(next), "/item/add/" + std::to_string(place), jspf_of(tracks));
  }

  /// Makes `next` of `now`.
  void edit(const std::string& list, Tracks& now, Tracks next, const std::string& how,
            const Json& body) {
    std::string problem;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const listenbrainz::Server::Posted posted = server_.post(path_of(list) + how, body);
      if (!posted.is_done) {
        problem = posted.problem;
        const Tracks there = tracks_of(list);
        if (there == now && there != next) continue;  // it was not done
        require_is(there, next);
      }
      now = std::move(next);
      return;
    }
    throw playlist::Error("ListenBrainz does not change the list: " + problem);
  }

  void require_is(const std::string& list, const Tracks& wanted) {
    require_is(tracks_of(list), wanted);
  }
  static void require_is(const Tracks& there, const Tracks& wanted) {
    if (there != wanted)
      throw playlist::Error(
          "ListenBrainz has taken the list otherwise than it was given: somebody else may be "
          "changing it; try again");
  }

  listenbrainz::Server server_;
  std::string about_;
  bool is_public_, is_unfinished_ = false;
  Tracks there_;                                // in the list, when it was last read
  std::map<std::string, std::string> reasons_;  // by recording
};

class ListenbrainzOutput final : public playlist::Output {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static constexpr playlist::Param kParams[] = {
      {"public", false, "a list that is made anew is for everybody to see; else only you see it"},
  };

  explicit ListenbrainzOutput(const playlist::Args& args) : is_public_(args.boolean("public")) {}

  void write(playlist::OutputCall& call) const {
    ListenbrainzLists lists(call, is_public_);
    shared::push_list(call, lists, /*may_replace=*/false);
  }

 private:
  bool is_public_;
};

constinit const playlist::Element kListenbrainz = playlist::element<ListenbrainzOutput>(
    "output.listenbrainz",
    "A playlist of ListenBrainz, in place of what was put there under that name.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.output.listenbrainz", "1.0.0", "Playlist Engine", "MIT",
                    kListenbrainz);
