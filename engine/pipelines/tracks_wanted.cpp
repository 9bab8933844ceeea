#include "pipelines/tracks_wanted.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/default_user.hpp"
#include "app/library_tables.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "data/as_of.hpp"
#include "pipelines/questions.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine::pipelines {
namespace {

constexpr std::int64_t kAskAgainSeconds = 30 * 24 * 60 * 60;
constexpr std::int64_t kQuestionHoldsSeconds = 90 * kDay;
constexpr std::size_t kMostTracks = 100'000;

std::size_t tracks_per_sync(const accounts::Account& account) {
  const std::string& text = account.value("tracks_per_sync");
  char* end = nullptr;
  const long count = std::strtol(text.c_str(), &end, 10);
  if (!text.empty() && *end == '\0' && count >= 1 && count <= static_cast<long>(kMostTracks))
    return static_cast<std::size_t>(count);
  throw Error(Exit::kInput, "tracks_per_sync is a whole number of 1 to 100000",
              {"", "", text, "engine connect " + account.title() + " --field tracks_per_sync=500"});
}

/// By the tracks' ids in the store. Of features, which may be told in part, also those that the
/// service knew.
std::unordered_set<std::int64_t> asked_lately(const app::Caller& caller, const std::string& service,
                                              bool are_lyrics) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  std::unordered_set<std::int64_t> asked;
  Statement select = store.prepare(
      are_lyrics
          ? "SELECT track_id FROM track_lyrics WHERE source = ?1 AND ts > ?2"
          : "SELECT track_id FROM service_features WHERE source = ?1 AND (is_found OR ts > ?2)");
  for (select.start(service, caller.asked.now - kAskAgainSeconds); select.step();)
    asked.insert(select.integer(0));
  return asked;
}

std::vector<bool> told_lyrics(const AsOf& tables) {
  std::vector<bool> is_told(static_cast<std::size_t>(tables.track_count()));
  for (const std::int32_t track : column_of<std::int32_t>(*tables.table("lyrics"), "track"))
    is_told[static_cast<std::size_t>(track)] = true;
  return is_told;
}

/// All of these.
std::vector<bool> told_features(const AsOf& tables, const std::vector<std::string_view>& features) {
  std::vector<bool> is_told(static_cast<std::size_t>(tables.track_count()), true);
  for (const std::string_view feature : features) {
    const auto values = column_of<float>(*tables.table("tracks"), feature);
    for (std::size_t track = 0; track < is_told.size(); ++track)
      if (std::isnan(values[track])) is_told[track] = false;
  }
  return is_told;
}

std::vector<bool> told_tags(const AsOf& tables) {
  const playlist_lists& tags = *tables.lists("track_tags");
  std::vector<bool> is_told(static_cast<std::size_t>(tables.track_count()));
  for (std::size_t track = 0; track < is_told.size(); ++track)
    is_told[track] = tags.offsets[track + 1] > tags.offsets[track];
  return is_told;
}

std::vector<bool> told_mbids(const AsOf& tables) {
  const auto codes = column_of<std::int32_t>(*tables.table("tracks"), "mbid");
  std::vector<bool> is_told(codes.size());
  for (std::size_t track = 0; track < codes.size(); ++track) is_told[track] = codes[track] >= 0;
  return is_told;
}

/// Numbers of the load, the most played first.
std::vector<std::int32_t> tracks_without(const AsOf& tables, const std::vector<bool>& is_told) {
  const auto plays = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
  std::vector<bool> is_liked(plays.size());
  for (const std::int32_t track : column_of<std::int32_t>(*tables.table("likes"), "track"))
    is_liked[static_cast<std::size_t>(track)] = true;
  std::vector<std::int32_t> wanted;
  for (std::size_t track = 0; track < plays.size(); ++track)
    if (!is_told[track] && (plays[track] > 0 || is_liked[track]))
      wanted.push_back(static_cast<std::int32_t>(track));
  std::stable_sort(wanted.begin(), wanted.end(), [&](std::int32_t a, std::int32_t b) {
    return plays[static_cast<std::size_t>(a)] > plays[static_cast<std::size_t>(b)];
  });
  return wanted;
}

std::string text_in(const playlist_table& table, const char* name, std::int32_t row) {
  const playlist_column& column = *find_column(table, name);
  const std::int32_t code = static_cast<const std::int32_t*>(column.data)[row];
  return code < 0 ? "" : std::string(text_of(column, code));
}

using Json = nlohmann::ordered_json;

/// null where the service cannot be asked for this one.
Json named_track(const playlist_table& tracks, std::int32_t track) {
  const auto at = static_cast<std::size_t>(track);
  const std::string title = text_in(tracks, "title", track),
                    artist = text_in(tracks, "artist_name", track);
  if (title.empty() || artist.empty()) return nullptr;
  Json one = {{"track_id", column_of<std::int64_t>(tracks, "id")[at]},
              {"artist", artist},
              {"title", title}};
  if (const std::string album = text_in(tracks, "album", track); !album.empty())
    one["album"] = album;
  if (const auto length = column_of<std::int32_t>(tracks, "duration_ms")[at]; length > 0)
    one["duration_ms"] = length;
  return one;
}

/// `needed`: the id without which the service cannot be asked.
Json track_with_id(const playlist_table& tracks, std::int32_t track, const char* needed) {
  Json one = {{"track_id", column_of<std::int64_t>(tracks, "id")[static_cast<std::size_t>(track)]}};
  for (const char* name : {"spotify_id", "isrc"})
    if (const std::string id = text_in(tracks, name, track); !id.empty()) one[name] = id;
  return one.contains(needed) ? one : Json(nullptr);
}

/// Of those that it can be asked about.
TracksAsked tracks_asked_for(
    const app::Caller& caller, const accounts::Account& account, const char* question,
    const std::function<std::vector<bool>(const AsOf& tables)>& told,
    const std::function<bool(const playlist_table& tracks, std::int32_t track)>& can_be_asked) {
  TracksAsked wanted;
  if (!is_known(caller)) return wanted;
  const std::size_t most = tracks_per_sync(account);
  const std::unordered_set<std::int64_t> asked = tracks_asked(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}),
      account.service, question, caller.asked.now - kQuestionHoldsSeconds);
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const playlist_table& tracks = *tables->table("tracks");
  const auto ids = column_of<std::int64_t>(tracks, "id");
  for (const std::int32_t track : tracks_without(*tables, told(*tables))) {
    const std::int64_t id = ids[static_cast<std::size_t>(track)];
    if (asked.contains(id) || !can_be_asked(tracks, track)) continue;
    if (wanted.tracks.size() == most) {
      ++wanted.later;
    } else {
      wanted.tracks.push_back(id);
    }
  }
  return wanted;
}

}  // namespace

bool is_known(const app::Caller& caller) {
  if (!std::filesystem::exists(caller.home.library_path())) return false;
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::string name = app::user_name(caller);
  return name.empty() ? !list_users(store).empty() : find_user(store, name).has_value();
}

TracksWanted tracks_wanted(const app::Caller& caller, const accounts::Account& account,
                           const accounts::KnownService& service) {
  const std::size_t most = tracks_per_sync(account);
  const bool are_lyrics = service.brings_lyrics;
  TracksWanted wanted;
  wanted.setting = are_lyrics ? "lyrics_wanted" : "features_wanted";
  wanted.what = are_lyrics ? "lyrics" : "audio features";
  Json list = Json::array();
  if (is_known(caller)) {
    const std::unique_ptr<AsOf> tables = app::library_tables(caller);
    const std::unordered_set<std::int64_t> asked =
        asked_lately(caller, account.service, are_lyrics);
    const playlist_table& tracks = *tables->table("tracks");
    const auto ids = column_of<std::int64_t>(tracks, "id");
    for (const std::int32_t track :
         tracks_without(*tables, are_lyrics ? told_lyrics(*tables)
                                            : told_features(*tables, service.features))) {
      if (asked.contains(ids[static_cast<std::size_t>(track)])) continue;
      Json one = are_lyrics ? named_track(tracks, track)
                            : track_with_id(tracks, track, service.features_by);
      if (one.is_null()) continue;
      if (list.size() == most) {
        ++wanted.later;
      } else {
        list.push_back(std::move(one));
      }
    }
  }
  wanted.count = list.size();
  wanted.tracks = json_text(list);
  return wanted;
}

TracksAsked tags_wanted(const app::Caller& caller, const accounts::Account& account) {
  return tracks_asked_for(caller, account, "track_tags", told_tags,
                          [](const playlist_table& tracks, std::int32_t track) {
                            return !named_track(tracks, track).is_null();
                          });
}

TracksAsked mbids_wanted(const app::Caller& caller, const accounts::Account& account) {
  return tracks_asked_for(caller, account, "track_ids", told_mbids,
                          [](const playlist_table& tracks, std::int32_t track) {
                            return !text_in(tracks, "isrc", track).empty();
                          });
}

}  // namespace engine::pipelines
