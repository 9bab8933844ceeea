// output.spotify: a playlist of Spotify, by what an app in development mode may do (2026), and by the
// older paths where an app of extended quota has those alone.
//
// Tracks    by their Spotify id; without one by ISRC, else by title and artist (/search, whose
//           answers are kept for a week), where track_match.hpp takes one for ours
// Lists     known by their id alone: one of the same name is somebody's own, and stays. One that its
//           owner has deleted is no longer listed, though it still answers, and is made anew
// Changes   DELETE takes out all occurrences of a track, POST puts in a hundred at a place, PUT moves
//           a range; where that takes many requests more, PUT replaces a hundred, and POST puts the
//           rest behind. No snapshot_id goes along, which Spotify answers with 502 at times. A POST
//           is not repeated: what the list holds by then says what is left to do
// Paths     /playlists/ID/items; where that is closed /playlists/ID/tracks, for a day without asking
//           again: kept with each list, told to all as the setting "kept_of_account"
// Reasons   Spotify has none for a track; the list's description says what it is
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/kept_list.hpp"
#include "shared/remote_list.hpp"
#include "shared/spotify/web_api.hpp"

namespace {

using spotify::Json;
using spotify::part;
using spotify::text_of;
using spotify::WebApi;

constexpr std::size_t kPage = 50;          // the most of every list
constexpr std::size_t kMostPages = 2'000;  // an end, whatever answers
constexpr std::size_t kAtOnce = 100;       // tracks of one change
constexpr std::size_t kFound = 10;         // the most of a search
constexpr std::size_t kSparing = 5;        // requests that leaving tracks in place may cost
constexpr std::size_t kLongestText = 300;  // of a description
constexpr int kMostRounds = 3;             // of a list that was not changed as asked
constexpr int kMostReadings = 4;           // of a list that changes meanwhile
constexpr std::int64_t kSearchKept = 7 * 24 * 60 * 60;
constexpr std::int64_t kClosedFor = 24 * 60 * 60;
constexpr std::string_view kTrackUri = "spotify:track:";

bool is_spotify_id(std::string_view text) {
  return text.size() == 22 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

/// What can be put in and taken out by its address: no local file, and nothing that is gone.
bool is_addressed(const std::string& uri) {
  return uri.starts_with(kTrackUri) || uri.starts_with("spotify:episode:");
}

/// One line, as long as Spotify takes it.
std::string description_of(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (line.size() <= kLongestText) return line;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  line.resize(end);
  return line;
}

/// What one request does.
struct ListChange {
  enum class Kind : std::uint8_t { kReplace, kRemove, kInsert, kMove };
  Kind kind;
  std::vector<std::string> uris = {};           // but of kMove
  std::size_t from = 0, before = 0, count = 0;  // of kMove; of kInsert `before` is the place
};
using ListChanges = std::vector<ListChange>;

/// Each upon what those before have made, in as few requests as there can be for these edits.
ListChanges grouped(const std::vector<shared::ListEdit>& edits) {
  using Kind = shared::ListEdit::Kind;
  ListChanges changes;
  const shared::ListEdit* last = nullptr;
  for (const shared::ListEdit& edit : edits) {
    ListChange* group = changes.empty() ? nullptr : &changes.back();
    const bool is_same = last != nullptr && last->kind == edit.kind;
    if (edit.kind == Kind::kInsert) {
      if (is_same && edit.to == last->to + 1 && group->uris.size() < kAtOnce) {
        group->uris.push_back(edit.item);
      } else {
        changes.push_back({.kind = ListChange::Kind::kInsert, .uris = {edit.item}});
        changes.back().before = edit.to;
      }
    } else {  // up, the next comes from the place behind; down, from the same place
      const bool is_up = edit.from > edit.to;
      const std::size_t step = is_up ? 1 : 0;
      if (is_same && (last->from > last->to) == is_up && edit.from == last->from + step &&
          edit.to == last->to + step && group->count < kAtOnce) {
        ++group->count;
      } else {
        changes.push_back({.kind = ListChange::Kind::kMove});
        changes.back().from = edit.from;
        changes.back().before = is_up ? edit.to : edit.to + 1;
        changes.back().count = 1;
      }
    }
    last = &edit;
  }
  return changes;
}

/// Tracks stay where they can. Nothing where something has to go that only a replacement takes out.
std::optional<ListChanges> sparing_changes(const std::vector<std::string>& there,
                                           const std::vector<std::string>& wanted) {
  std::vector<std::string> leaving, left = there;
  for (const shared::ListEdit& edit : shared::list_edits(there, wanted).edits)
    if (edit.kind == shared::ListEdit::Kind::kRemove &&
        std::find(leaving.begin(), leaving.end(), there[edit.from]) == leaving.end())
      leaving.push_back(there[edit.from]);
  if (!std::all_of(leaving.begin(), leaving.end(), is_addressed)) return std::nullopt;
  // All of its occurrences go; those that are wanted come back.
  std::erase_if(left, [&](const std::string& uri) {
    return std::find(leaving.begin(), leaving.end(), uri) != leaving.end();
  });
  ListChanges changes;
  for (std::size_t at = 0; at < leaving.size(); at += kAtOnce)
    changes.push_back({.kind = ListChange::Kind::kRemove,
                       .uris = {leaving.begin() + static_cast<std::ptrdiff_t>(at),
                                leaving.begin() + static_cast<std::ptrdiff_t>(
                                                      std::min(at + kAtOnce, leaving.size()))}});
  const shared::ListEdits edits = shared::list_edits(left, wanted);
  for (ListChange& change : grouped(edits.edits)) changes.push_back(std::move(change));
  return changes;
}

/// Nothing where something is to stay that cannot be put in again.
std::optional<ListChanges> replacement(const std::vector<std::string>& wanted) {
  if (!std::all_of(wanted.begin(), wanted.end(), is_addressed)) return std::nullopt;
  ListChanges changes;
  for (std::size_t at = 0; at == 0 || at < wanted.size(); at += kAtOnce) {
    const std::size_t end = std::min(at + kAtOnce, wanted.size());
    changes.push_back({.kind = at == 0 ? ListChange::Kind::kReplace : ListChange::Kind::kInsert,
                       .uris = {wanted.begin() + static_cast<std::ptrdiff_t>(at),
                                wanted.begin() + static_cast<std::ptrdiff_t>(end)}});
    changes.back().before = at;
  }
  return changes;
}

/// `is_again`: what was asked before did not make it so.
ListChanges changes_of(const std::vector<std::string>& there,
                       const std::vector<std::string>& wanted, bool is_again) {
  std::optional<ListChanges> sparing = sparing_changes(there, wanted), whole = replacement(wanted);
  if (!sparing && !whole)
    throw playlist::Error(
        "the list holds files of somebody's own, or songs that are gone, and only its owner can "
        "take those out, in Spotify itself");
  if (!whole || (sparing && !is_again && sparing->size() <= whole->size() + kSparing))
    return *std::move(sparing);
  return *std::move(whole);
}

/// Which of the two paths is open to the app, as far as it is known.
class ItemsPath {
 public:
  explicit ItemsPath(const playlist::Call& call)
      : client_(call.setting("client_id").value_or("")), now_(call.now()) {
    const auto kept = shared::kept_list(std::string(call.setting("kept_of_account").value_or("")));
    if (!kept) return;
    const Json json = Json::parse(kept->memory, nullptr, /*allow_exceptions=*/false);
    const Json& closed = part(json, "items_closed");
    if (text_of(json, "client") != client_ || !closed.is_number_integer()) return;
    closed_at_ = closed.get<std::int64_t>();
    if (now_ < *closed_at_ || now_ - *closed_at_ >= kClosedFor) closed_at_.reset();
  }

  [[nodiscard]] const char* name() const { return closed_at_ ? "tracks" : "items"; }
  void take_other() { closed_at_ = closed_at_ ? std::nullopt : std::optional<std::int64_t>(now_); }
  [[nodiscard]] std::string memory() const {
    if (!closed_at_) return "";
    return Json{{"client", client_}, {"items_closed", *closed_at_}}.dump();
  }

 private:
  std::string client_;
  std::int64_t now_;
  std::optional<std::int64_t> closed_at_;  // of "items"
};

class SpotifyLists final : public shared::RemoteLibrary {
 public:
  SpotifyLists(playlist::OutputCall& call, bool is_public)
      : call_(call),
        api_(call),
        path_(call),
        user_(call.setting("user").value_or("")),
        is_public_(is_public) {
    const std::optional<std::string> text = playlist::Target(call).kept();
    const auto kept = text ? shared::kept_list(*text) : std::nullopt;
    is_unfinished_ = kept && kept->id.empty();
  }

  [[nodiscard]] std::string known_id(const shared::TrackNames& ours) const override {
    return is_spotify_id(ours.spotify_id) ? std::string(kTrackUri) + ours.spotify_id : "";
  }

  std::vector<shared::OfferedTrack> search(const shared::TrackNames& ours) override {
    std::vector<shared::OfferedTrack> found;
    if (!ours.isrc.empty()) found = searched("isrc:" + ours.isrc);
    if (!found.empty()) return found;
    const std::string artist = ours.artist.substr(0, ours.artist.find("; ")),
                      song = shared::song_of_title(ours.title);
    if (song.empty() || artist.empty()) return found;
    found = searched(named(song, artist));
    if (found.size() < kFound || song == ours.title) return found;
    // Of many versions the one that is meant may not be there.
    for (shared::OfferedTrack& more : searched(named(ours.title, artist)))
      found.push_back(std::move(more));
    return found;
  }

  std::optional<std::string> find_list(const std::string& id, const std::string& name) override {
    if (id.empty() && !is_unfinished_) return std::nullopt;
    for (const Json& list : lists(id)) {
      if (!id.empty() && text_of(list, "id") == id) return id;
      if (id.empty() && is_begun(list, name)) return text_of(list, "id");
    }
    return std::nullopt;
  }

  std::vector<std::string> tracks_of(const std::string& list) override {
    for (int reading = 0; reading < kMostReadings; ++reading)
      if (auto all = read_once(list)) {
        there_ = std::move(*all);
        return there_;
      }
    throw playlist::Error("the list changes faster than it can be read; try again");
  }

  /// Not asked again by itself: where no answer came, the list that is there then is it.
  std::string create(const std::string& name, const std::vector<std::string>& /*tracks*/) override {
    std::vector<std::string> before;
    for (const Json& list : lists("")) before.push_back(text_of(list, "id"));
    const playlist::HttpAnswer answer =
        api_.ask("POST", "/me/playlists",
                 {{"name", name},
                  {"public", is_public_},
                  {"collaborative", false},
                  {"description", description_of(call_.description())}});
    there_.clear();
    if (answer.is_ok()) {
      std::string id = text_of(WebApi::object_of(answer), "id");
      if (id.empty()) throw playlist::Error("what answers there is not Spotify");
      return id;
    }
    if (is_uncertain(answer))
      for (const Json& list : lists("")) {
        std::string id = text_of(list, "id");
        if (is_begun(list, name) && std::find(before.begin(), before.end(), id) == before.end())
          return id;
      }
    throw playlist::Error(WebApi::told(answer));
  }

  void fill(const std::string& list, const std::vector<std::string>& tracks) override {
    make(list, tracks);
  }

  void change(const std::string& list, const std::vector<std::string>& wanted,
              const shared::ListEdits& /*edits*/) override {
    make(list, wanted);
  }

  [[nodiscard]] std::string memory() const override { return path_.memory(); }

 private:
  static bool is_uncertain(const playlist::HttpAnswer& answer) {
    return answer.status == 0 ? answer.retry_at == 0 : answer.status >= 500;
  }

  /// A list of the person's own without tracks: what a creation that was cut short leaves.
  [[nodiscard]] bool is_begun(const Json& list, const std::string& name) const {
    const Json& items =
        part(list, "items").is_object() ? part(list, "items") : part(list, "tracks");
    const Json& total = part(items, "total");
    return text_of(list, "name") == name && text_of(part(list, "owner"), "id") == user_ &&
           total.is_number_integer() && total.get<std::int64_t>() == 0;
  }

  /// Those that the person has, up to the one with that id.
  std::vector<Json> lists(const std::string& id) const {
    std::vector<Json> all;
    for (std::size_t page = 0; page < kMostPages; ++page) {
      const Json answer = api_.get("/me/playlists?limit=50&offset=" + std::to_string(page * kPage));
      const Json& items = part(answer, "items");
      if (!items.is_array()) throw playlist::Error("what answers there is not Spotify");
      for (const Json& list : items) {
        all.push_back(list);
        if (!id.empty() && text_of(list, "id") == id) return all;
      }
      call_.checkpoint();
      if (items.empty() || part(answer, "next").is_null()) break;
    }
    return all;
  }

  /// Asks for the list's items by the path that is open. `key`: of the uris in a body.
  playlist::HttpAnswer ask_items(const std::string& method, const std::string& list,
                                 const std::string& query, const ListChange* change) {
    const auto ask = [&] {
      return api_.ask(method,
                      "/playlists/" + playlist::url_encoded(list) + "/" + path_.name() + query,
                      change != nullptr ? body_of(*change) : Json());
    };
    playlist::HttpAnswer answer = ask();
    if (!WebApi::is_closed(answer)) return answer;
    path_.take_other();
    playlist::HttpAnswer other = ask();
    if (!WebApi::is_closed(other)) return other;
    path_.take_other();
    return answer;
  }

  [[nodiscard]] Json body_of(const ListChange& change) const {
    switch (change.kind) {
      case ListChange::Kind::kReplace:
        return {{"uris", change.uris}};
      case ListChange::Kind::kInsert:
        return {{"uris", change.uris}, {"position", change.before}};
      case ListChange::Kind::kMove:
        return {{"range_start", change.from},
                {"insert_before", change.before},
                {"range_length", change.count}};
      case ListChange::Kind::kRemove:
        break;
    }
    Json uris = Json::array();
    for (const std::string& uri : change.uris) uris.push_back({{"uri", uri}});
    return {{path_.name(), uris}};
  }

  /// Nothing where it has changed between two pages.
  std::optional<std::vector<std::string>> read_once(const std::string& list) {
    std::vector<std::string> uris;
    Json total;
    for (std::size_t page = 0; page < kMostPages; ++page) {
      const Json answer = WebApi::object_of(
          ask_items("GET", list, "?limit=50&offset=" + std::to_string(page * kPage), nullptr));
      if (page == 0) total = part(answer, "total");
      if (part(answer, "total") != total) return std::nullopt;
      const Json& items = part(answer, "items");
      if (!items.is_array()) throw playlist::Error("what answers there is not Spotify");
      for (const Json& item : items) {
        const Json& fresh = part(item, "item");
        uris.push_back(text_of(fresh.is_object() ? fresh : part(item, "track"), "uri"));
      }
      call_.checkpoint();
      if (items.empty() || part(answer, "next").is_null()) break;
    }
    return uris;
  }

  /// True where it was done; false where nobody knows.
  bool apply(const std::string& list, const ListChange& change) {
    const char* method = change.kind == ListChange::Kind::kRemove   ? "DELETE"
                         : change.kind == ListChange::Kind::kInsert ? "POST"
                                                                    : "PUT";
    const playlist::HttpAnswer answer = ask_items(method, list, "", &change);
    if (answer.is_ok()) return true;
    if (is_uncertain(answer)) return false;
    throw playlist::Error(WebApi::told(answer));
  }

  /// Makes `wanted` of what was last read, and reads it back.
  void make(const std::string& list, const std::vector<std::string>& wanted) {
    for (int round = 0; round < kMostRounds; ++round) {
      for (const ListChange& change : changes_of(there_, wanted, /*is_again=*/round > 0)) {
        call_.checkpoint();
        if (!apply(list, change)) break;
      }
      if (tracks_of(list) == wanted) return;
    }
    throw playlist::Error(playlist::concat(
        "Spotify has taken the list otherwise than it was given, ", there_.size(), " tracks for ",
        wanted.size(), ": somebody else may be changing it; try again"));
  }

  static std::string named(const std::string& title, const std::string& artist) {
    const auto quoted = [](std::string text) {
      std::replace(text.begin(), text.end(), '"', ' ');
      return "\"" + text + "\"";
    };
    return "track:" + quoted(title) + " artist:" + quoted(artist);
  }

  std::vector<shared::OfferedTrack> searched(const std::string& query) const {
    const Json answer =
        api_.get("/search?type=track&limit=10&q=" + playlist::url_encoded(query), kSearchKept);
    std::vector<shared::OfferedTrack> found;
    const Json& tracks = part(part(answer, "tracks"), "items");
    if (!tracks.is_array()) return found;
    for (const Json& track : tracks) {
      if (!is_spotify_id(text_of(track, "id"))) continue;
      shared::OfferedTrack& offered = found.emplace_back();
      offered.id = std::string(kTrackUri) + text_of(track, "id");
      offered.names.title = text_of(track, "name");
      offered.names.album = text_of(part(track, "album"), "name");
      offered.names.isrc = text_of(part(track, "external_ids"), "isrc");
      if (const Json& artists = part(track, "artists"); artists.is_array())
        for (const Json& artist : artists)
          offered.names.artist +=
              (offered.names.artist.empty() ? "" : "; ") + text_of(artist, "name");
      if (const Json& length = part(track, "duration_ms"); length.is_number())
        offered.names.seconds = static_cast<int>((length.get<double>() + 500) / 1000);
    }
    return found;
  }

  playlist::OutputCall& call_;
  WebApi api_;
  ItemsPath path_;
  std::string user_;
  bool is_public_, is_unfinished_ = false;
  std::vector<std::string> there_;  // in the list, when it was last read
};

class SpotifyOutput final : public playlist::Output {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static constexpr playlist::Param kParams[] = {
      {"public", false, "a list that is made anew is shown on your profile; else only you see it"},
  };

  explicit SpotifyOutput(const playlist::Args& args) : is_public_(args.boolean("public")) {}

  void write(playlist::OutputCall& call) const {
    SpotifyLists spotify(call, is_public_);
    shared::push_list(call, spotify, /*may_replace=*/false);
  }

 private:
  bool is_public_;
};

constinit const playlist::Element kSpotify = playlist::element<SpotifyOutput>(
    "output.spotify", "A playlist of Spotify, in place of what was put there under that name.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.output.spotify", "1.0.0", "Playlist Engine", "MIT",
                    kSpotify);
