// What the user has and did by `now`.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "core/duration.hpp"
#include "core/local_time.hpp"
#include "data/as_of_view.hpp"
#include "data/features.hpp"
#include "data/listen_scan.hpp"
#include "data/listening_columns.hpp"
#include "data/sessions.hpp"
#include "store/listen_flags.hpp"

namespace engine {

namespace {

/// Of the flags that are known, how many are set; NaN of none.
float share_set(std::span<const std::uint8_t> flags) {
  const auto known = std::ranges::count_if(flags, [](std::uint8_t flag) { return flag != 255; });
  const auto set = std::ranges::count(flags, std::uint8_t{1});
  return known == 0 ? kMissing : static_cast<float>(set) / static_cast<float>(known);
}

/// The code that occurs most, the first of equal ones; -1 where there is none.
std::int32_t most_common(std::span<const std::int32_t> codes, std::size_t count) {
  std::vector<std::size_t> times(count);
  std::int32_t best = -1;
  for (const std::int32_t code : codes) {
    if (code < 0) continue;
    const std::size_t now = ++times[static_cast<std::size_t>(code)];
    if (best < 0 || now > times[static_cast<std::size_t>(best)]) best = code;
  }
  return best;
}

}  // namespace

std::int64_t AsOfView::summary(const char* column) const {
  return items<std::int64_t>(user("summary"), column)[0];
}

bool AsOfView::has_all_listens() const {
  return summary("last_end") <= now_;
}

// Listens lie by their start, so those that have ended are a prefix except near `now`, where a
// long one may have begun before a short one that is over already.
AsOfView::EndedListens AsOfView::ended_listens() const {
  const playlist_table& whole = user("listens");
  const auto ts = items<std::int64_t>(whole, "ts");
  const auto ms_played = items<std::int32_t>(whole, "ms_played");
  const auto begun = std::upper_bound(ts.begin(), ts.end(), now_) - ts.begin();
  const auto early = std::lower_bound(ts.begin(), ts.end(), now_ - summary("longest")) - ts.begin();
  EndedListens ended{std::min(early, begun), {}};
  for (auto k = early; k < begun; ++k) {
    const auto row = static_cast<std::size_t>(k);
    if (end_of_listen(ts[row], ms_played[row]) <= now_) ended.more.push_back(k);
  }
  return forgotten().is_empty() ? ended : remembered(ended);
}

AsOfView::EndedListens AsOfView::remembered(const EndedListens& ended) const {
  const playlist_table& whole = user("listens");
  const auto ts = items<std::int64_t>(whole, "ts");
  const auto track = items<std::int32_t>(whole, "track");
  const auto device = items<std::int32_t>(user("listen_contexts"), "device");
  EndedListens kept;
  for (std::size_t k = 0; k < static_cast<std::size_t>(ended.count()); ++k) {
    const std::size_t row = ended.row(k);
    if (!forgotten().has_listen(track[row], ts[row], device[row]))
      kept.more.push_back(static_cast<std::int64_t>(row));
  }
  return kept;
}

AsOfView::Made AsOfView::make_listens() const {
  const playlist_table& whole = user("listens");
  const EndedListens ended = ended_listens();
  auto made = std::make_unique<OwnedTable>(ended.count());
  for (std::uint32_t k = 0; k < whole.column_count; ++k) {
    const playlist_column& column = *whole.columns[k];
    if (!ended.is_prefix()) {
      made->pick(column, ended.first_rows, ended.more);
    } else {
      made->view(column);
    }
  }
  return made;
}

AsOfView::UsedDevices AsOfView::used_devices(const EndedListens& ended) const {
  const playlist_column& devices = *find_column(user("listen_contexts"), "device");
  const auto device = items<std::int32_t>(user("listen_contexts"), "device");
  UsedDevices used{{}, std::vector<std::int32_t>(devices.dict->count, -1)};
  for (std::size_t k = 0; k < static_cast<std::size_t>(ended.count()); ++k) {
    const std::int32_t number = device[ended.row(k)];
    if (number < 0 || used.codes[static_cast<std::size_t>(number)] >= 0) continue;
    used.codes[static_cast<std::size_t>(number)] = static_cast<std::int32_t>(used.names.size());
    used.names.emplace_back(text_of(devices, number));
  }
  return used;
}

AsOfView::Made AsOfView::make_listen_contexts() const {
  const playlist_table& whole = user("listen_contexts");
  const EndedListens ended = ended_listens();
  const auto count = static_cast<std::size_t>(ended.count());
  auto made = std::make_unique<OwnedTable>(ended.count());
  made->pick(*find_column(whole, "shuffle"), ended.first_rows, ended.more);

  for (const char* name : {"start_reason", "end_reason"}) {
    const auto reasons = items<std::uint8_t>(whole, name);
    std::int32_t* const to = made->texts(name, play_reason_words());
    for (std::size_t k = 0; k < count; ++k)
      to[k] = code_of(static_cast<PlayReason>(reasons[ended.row(k)]));
  }

  const UsedDevices used = used_devices(ended);
  const auto device = items<std::int32_t>(whole, "device");
  std::int32_t* const played_on = made->texts("device", used.names);
  for (std::size_t k = 0; k < count; ++k) {
    const std::int32_t number = device[ended.row(k)];
    played_on[k] = number < 0 ? -1 : used.codes[static_cast<std::size_t>(number)];
  }

  std::int32_t *const session = made->i32("session"), *const position = made->i32("position");
  std::int32_t number = 0;
  for (const Session& span : session_spans(listen_columns(), session_gap_seconds())) {
    for (std::size_t k = 0; k < span.listens; ++k) {
      session[span.first_listen + k] = number;
      position[span.first_listen + k] = static_cast<std::int32_t>(k);
    }
    ++number;
  }
  return made;
}

AsOfView::Made AsOfView::make_sessions() const {
  const auto sessions = sessions_of(listen_columns(), session_gap_seconds(), tracks_);
  // Not from the table "listen_contexts", which has much more of each listen.
  const EndedListens ended = ended_listens();
  const UsedDevices used = used_devices(ended);
  const auto shuffle = items<std::uint8_t>(user("listen_contexts"), "shuffle");
  const auto device = items<std::int32_t>(user("listen_contexts"), "device");
  const std::int64_t first = sessions.empty() ? now_ : std::min(now_, sessions.front().start);
  const LocalClock clock(timezone(), first, now_ + 1);

  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(sessions.size()));
  std::int64_t *const start = made->i64("start"), *const end = made->i64("end");
  std::int32_t *const plays = made->i32("plays"), *const tracks = made->i32("tracks"),
                      *const skips = made->i32("skips"), *const hour = made->i32("hour"),
                      *const weekday = made->i32("weekday");
  float* const shuffle_share = made->f32("shuffle_share");
  std::int32_t* const played_on = made->texts("device", used.names);
  std::vector<std::uint8_t> shuffled;
  std::vector<std::int32_t> devices;
  for (std::size_t k = 0; k < sessions.size(); ++k) {
    const Session& session = sessions[k];
    start[k] = session.start;
    end[k] = session.end;
    plays[k] = session.plays;
    tracks[k] = session.tracks;
    skips[k] = session.skips;
    const LocalTime began = clock.at(session.start);
    hour[k] = began.hour();
    weekday[k] = began.weekday();
    shuffled.clear();
    devices.clear();
    for (std::size_t at = session.first_listen; at < session.first_listen + session.listens; ++at) {
      const std::size_t row = ended.row(at);
      shuffled.push_back(shuffle[row]);
      devices.push_back(device[row] < 0 ? -1 : used.codes[static_cast<std::size_t>(device[row])]);
    }
    shuffle_share[k] = share_set(shuffled);
    played_on[k] = most_common(devices, used.names.size());
  }
  return made;
}

ListenColumns AsOfView::listen_columns() const {
  const playlist_table& listens = *table("listens");
  return {items<std::int32_t>(listens, "track").data(),
          items<std::int64_t>(listens, "ts").data(),
          items<std::int32_t>(listens, "ms_played").data(),
          items<std::uint8_t>(listens, "is_play").data(),
          items<std::uint8_t>(listens, "is_skip").data(),
          items<std::uint8_t>(listens, "is_finished").data(),
          static_cast<std::size_t>(listens.rows)};
}

std::vector<AsOfView::Dated> AsOfView::joined(const std::vector<Dated>& a,
                                              const std::vector<Dated>& b) {
  const auto is_earlier = [](const Dated& one, const Dated& other) {
    return one.ts != other.ts ? one.ts < other.ts : one.number < other.number;
  };
  std::vector<Dated> rows;
  rows.reserve(a.size() + b.size());
  std::ranges::merge(a, b, std::back_inserter(rows), is_earlier);
  return rows;
}

// What is in a set of the user's as of now; it lies by (ts, number), undated first.
std::vector<AsOfView::Dated> AsOfView::dated(const char* name, const char* column) const {
  std::vector<Dated> rows = dated(set(name), column);
  const playlist_table* said_rows = said(name);
  if (said_rows == nullptr || said_rows->rows == 0) return rows;
  const auto said_numbers = items<std::int32_t>(*said_rows, column);
  const std::unordered_set<std::int32_t> is_said(said_numbers.begin(), said_numbers.end());
  std::erase_if(rows, [&](const Dated& row) { return is_said.contains(row.number); });
  return joined(rows, dated(*said_rows, column));
}

std::vector<AsOfView::Dated> AsOfView::dated(const playlist_table& whole,
                                             const char* column) const {
  const auto ts = items<std::int64_t>(whole, "ts");
  const auto ended = items<std::int64_t>(whole, "ended");
  const auto numbers = items<std::int32_t>(whole, column);
  const auto limit =
      static_cast<std::int32_t>(column == std::string_view("track") ? tracks_ : artists_);
  const auto begun = static_cast<std::size_t>(std::ranges::upper_bound(ts, now_) - ts.begin());
  std::vector<Dated> rows;
  rows.reserve(begun);
  for (std::size_t k = 0; k < begun; ++k)
    if (numbers[k] < limit && now_ < ended[k]) rows.push_back({ts[k], numbers[k]});
  return rows;
}

AsOfView::Made AsOfView::make_likes() const {
  std::vector<Dated> likes = dated("likes", "track");
  std::erase_if(likes, [&](const Dated& row) { return forgotten().has_track(row.number); });
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(likes.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  std::uint8_t* is_implicit = made->u8("is_implicit");
  for (std::size_t k = 0; k < likes.size(); ++k) {
    track[k] = likes[k].number;
    ts[k] = likes[k].ts;
    is_implicit[k] = 0;
  }
  return made;
}

AsOfView::Made AsOfView::make_implicit_likes(std::int64_t times) const {
  const std::vector<ImplicitLike> likes = implicit_likes(listen_columns(), times, tracks_);
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(likes.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  std::uint8_t* is_implicit = made->u8("is_implicit");
  for (std::size_t k = 0; k < likes.size(); ++k) {
    track[k] = likes[k].track;
    ts[k] = likes[k].ts;
    is_implicit[k] = 1;
  }
  return made;
}

// Each track once, with the earliest time that it was there.
AsOfView::Made AsOfView::make_library() const {
  std::vector<Dated> rows = joined(dated("likes", "track"), dated("entries", "track"));
  std::vector<bool> is_there(tracks_);
  std::erase_if(rows, [&](const Dated& row) {
    const bool is_again = is_there[static_cast<std::size_t>(row.number)];
    is_there[static_cast<std::size_t>(row.number)] = true;
    return is_again;
  });
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(rows.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  for (std::size_t k = 0; k < rows.size(); ++k) {
    track[k] = rows[k].number;
    ts[k] = rows[k].ts;
  }
  return made;
}

// Each track once: for itself before for an artist of it, then for the ban that is there longest.
AsOfView::Made AsOfView::make_banned() const {
  struct Ban {
    std::int64_t ts;
    std::int32_t track, artist;
  };
  std::vector<Ban> bans;
  std::vector<bool> is_there(tracks_);
  const auto add = [&](std::int32_t track, std::int32_t artist, std::int64_t ts) {
    if (is_there[static_cast<std::size_t>(track)]) return;
    is_there[static_cast<std::size_t>(track)] = true;
    bans.push_back({ts, track, artist});
  };
  for (const Dated& row : dated("banned_tracks", "track")) add(row.number, INT32_MIN, row.ts);
  const playlist_lists& artist_tracks = *lists("artist_tracks");
  for (const Dated& row : dated("banned_artists", "artist")) {
    const auto artist = static_cast<std::size_t>(row.number);
    for (std::uint64_t k = artist_tracks.offsets[artist]; k < artist_tracks.offsets[artist + 1];
         ++k)
      add(artist_tracks.values[k], row.number, row.ts);
  }
  std::sort(bans.begin(), bans.end(), [](const Ban& a, const Ban& b) {
    return a.ts != b.ts ? a.ts < b.ts : a.track < b.track;
  });
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(bans.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  std::int32_t* artist = made->i32("artist");
  for (std::size_t k = 0; k < bans.size(); ++k) {
    track[k] = bans[k].track;
    ts[k] = bans[k].ts;
    artist[k] = bans[k].artist;
  }
  return made;
}

// By playlist and place, as the file has them; a track that has left stands behind those that
// stayed.
AsOfView::Made AsOfView::make_playlist_tracks() const {
  const playlist_table& whole = set("playlist_tracks");
  const auto name = items<std::int32_t>(whole, "playlist"),
             track = items<std::int32_t>(whole, "track");
  const auto ts = items<std::int64_t>(whole, "ts"), ended = items<std::int64_t>(whole, "ended");
  const playlist_column& names = *find_column(whole, "playlist");
  struct Row {
    std::int32_t name, track, place;
    std::int64_t ts;
  };
  std::vector<Row> rows;
  std::vector<std::string> texts;
  std::int32_t last = -1, place = 0;
  for (std::size_t k = 0; k < ts.size(); ++k) {
    if (track[k] >= static_cast<std::int32_t>(tracks_) || ts[k] > now_ || now_ >= ended[k])
      continue;
    if (name[k] != last) {
      texts.emplace_back(text_of(names, name[k]));
      last = name[k];
      place = 0;
    }
    rows.push_back({static_cast<std::int32_t>(texts.size()) - 1, track[k], place++, ts[k]});
  }
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(rows.size()));
  std::int32_t* const playlists = made->texts("playlist", texts);
  std::int32_t *const tracks = made->i32("track"), *const places = made->i32("place");
  std::int64_t* const times = made->i64("ts");
  for (std::size_t k = 0; k < rows.size(); ++k) {
    playlists[k] = rows[k].name;
    tracks[k] = rows[k].track;
    places[k] = rows[k].place;
    times[k] = rows[k].ts;
  }
  return made;
}

AsOfView::Made AsOfView::make_saved_artists() const {
  std::vector<Dated> tracks = joined(dated("likes", "track"), dated("saved", "track"));
  std::vector<Dated> artists = dated("saved_artists", "artist");
  std::erase_if(tracks, [&](const Dated& row) { return forgotten().has_track(row.number); });
  std::erase_if(artists, [&](const Dated& row) { return forgotten().has_artist(row.number); });
  return artists_of(tracks, artists, 0);
}

AsOfView::Made AsOfView::make_implicit_saved_artists(std::int64_t times) const {
  const playlist_table& likes = *table("implicit_likes:" + std::to_string(times));
  const auto track = items<std::int32_t>(likes, "track");
  const auto ts = items<std::int64_t>(likes, "ts");
  std::vector<Dated> tracks;
  for (std::size_t k = 0; k < track.size(); ++k) tracks.push_back({ts[k], track[k]});
  return artists_of(tracks, {}, 1);
}

// By artist number; every artist of a track counts.
AsOfView::Made AsOfView::artists_of(const std::vector<Dated>& tracks,
                                    const std::vector<Dated>& artists,
                                    std::uint8_t is_implicit) const {
  struct Artist {
    std::int64_t ts = INT64_MAX;
    std::int32_t tracks = 0;
    bool is_saved = false;
  };
  std::vector<Artist> found(artists_);
  for (const Dated& row : artists) found[static_cast<std::size_t>(row.number)] = {row.ts, 0, true};
  const playlist_lists& track_artists = *lists("track_artists");
  std::vector<bool> is_counted(tracks_);
  for (const Dated& row : tracks) {
    const auto track = static_cast<std::size_t>(row.number);
    for (std::uint64_t k = track_artists.offsets[track]; k < track_artists.offsets[track + 1];
         ++k) {
      Artist& artist = found[static_cast<std::size_t>(track_artists.values[k])];
      artist.ts = std::min(artist.ts, row.ts);
      artist.tracks += !is_counted[track];
      artist.is_saved = true;
    }
    is_counted[track] = true;
  }

  const playlist_lists& artist_tracks = *lists("artist_tracks");
  const auto plays = items<std::int32_t>(*table("track_statistics"), "plays");
  auto made = std::make_unique<OwnedTable>(
      std::count_if(found.begin(), found.end(), [](const Artist& a) { return a.is_saved; }));
  std::int32_t* artist = made->i32("artist");
  std::int32_t* count = made->i32("tracks");
  std::int32_t* played = made->i32("plays");
  std::int64_t* ts = made->i64("ts");
  std::uint8_t* implicit = made->u8("is_implicit");
  std::size_t row = 0;
  for (std::size_t number = 0; number < found.size(); ++number) {
    const Artist& saved = found[number];
    if (!saved.is_saved) continue;
    artist[row] = static_cast<std::int32_t>(number);
    count[row] = saved.tracks;
    ts[row] = saved.ts;
    implicit[row] = is_implicit;
    played[row] = 0;
    for (std::uint64_t k = artist_tracks.offsets[number]; k < artist_tracks.offsets[number + 1];
         ++k)
      played[row] += plays[static_cast<std::size_t>(artist_tracks.values[k])];
    ++row;
  }
  return made;
}

const playlist_table* AsOfView::listen_totals() const {
  return has_all_listens() && forgotten().is_empty() ? columns_->user->table("totals") : nullptr;
}

AsOfView::Made AsOfView::make_track_statistics() const {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(tracks_));
  const ListenColumns listens = listen_columns();
  made->copy("plays_30d", plays_since(listens, now_ - 30 * kDay, tracks_));
  if (const playlist_table* totals = listen_totals()) {
    for (std::uint32_t k = 0; k < totals->column_count; ++k) made->view(*totals->columns[k]);
  } else {
    const ListenTotals counted = total_listens(listens, tracks_);
    made->copy("plays", counted.plays);
    made->copy("skips", counted.skips);
    made->copy("finished", counted.finished);
    made->copy("skip_rate", counted.skip_rate);
    made->copy("first_played", counted.first_played);
    made->copy("last_played", counted.last_played);
  }
  const auto last = items<std::int64_t>(*made->table(), "last_played");
  float* days = made->f32("days_since_played");
  for (std::size_t k = 0; k < tracks_; ++k)
    days[k] = last[k] == INT64_MIN ? std::numeric_limits<float>::quiet_NaN()
                                   : static_cast<float>(static_cast<double>(now_ - last[k]) / kDay);
  return made;
}

// By (time, run, place in it); tracks that are not known by now are left out.
AsOfView::Made AsOfView::make_served() const {
  std::vector<const ServedRun*> runs;
  for (const ServedRun& run : columns_->runs) {
    const bool is_same = !exclude_recipe_.empty() && run.recipe == exclude_recipe_ &&
                         run.random_seed == exclude_random_seed_;
    if (run.now < now_ && run.run_id < exclude_runs_from_ && !is_same) runs.push_back(&run);
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const ServedRun* a, const ServedRun* b) { return a->now < b->now; });
  struct Row {
    std::int32_t track, recipe;
    std::int64_t ts;
  };
  std::vector<Row> rows;
  std::vector<std::string> recipes;
  for (const ServedRun* run : runs) {
    auto recipe = std::find(recipes.begin(), recipes.end(), run->recipe);
    if (recipe == recipes.end()) recipe = recipes.insert(recipe, run->recipe);
    const auto code = static_cast<std::int32_t>(recipe - recipes.begin());
    for (const std::int64_t id : run->track_ids)
      if (const std::int32_t track = track_number(id); track >= 0)
        rows.push_back({track, code, run->now});
  }
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(rows.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  std::int32_t* recipe = made->texts("recipe", recipes);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    track[k] = rows[k].track;
    ts[k] = rows[k].ts;
    recipe[k] = rows[k].recipe;
  }
  return made;
}

namespace {

/// From the latest listen back, until all are found.
std::vector<std::int64_t> last_plays_in(const playlist_table& listens, std::size_t track_count,
                                        std::span<const std::int32_t> tracks) {
  const auto track = items<std::int32_t>(listens, "track");
  const auto ts = items<std::int64_t>(listens, "ts");
  const auto is_play = items<std::uint8_t>(listens, "is_play");
  std::unordered_map<std::int32_t, std::int64_t> last;
  // A bit of each track tells nearly all listens apart without a look at the map.
  std::vector<bool> is_wanted(track_count);
  for (const std::int32_t wanted : tracks) {
    last[wanted] = INT64_MIN;
    is_wanted[static_cast<std::size_t>(wanted)] = true;
  }
  for (std::size_t row = track.size(), left = last.size(); row > 0 && left > 0;) {
    --row;
    const auto at = static_cast<std::size_t>(track[row]);
    if (!is_wanted[at] || is_play[row] != 1) continue;
    is_wanted[at] = false;
    last[track[row]] = ts[row];
    --left;
  }
  std::vector<std::int64_t> found;
  for (const std::int32_t wanted : tracks) found.push_back(last[wanted]);
  return found;
}

}  // namespace

std::vector<std::int64_t> last_plays_of(const Tables& tables,
                                        std::span<const std::int32_t> tracks) {
  const auto* view = dynamic_cast<const AsOfView*>(&tables);
  const playlist_table* totals = view == nullptr ? nullptr : view->listen_totals();
  if (totals == nullptr)
    return last_plays_in(*tables.table("listens"),
                         static_cast<std::size_t>(tables.table("tracks")->rows), tracks);
  const auto last = items<std::int64_t>(*totals, "last_played");
  std::vector<std::int64_t> found;
  for (const std::int32_t track : tracks) found.push_back(last[static_cast<std::size_t>(track)]);
  return found;
}

std::vector<std::int32_t> played_tracks(const Tables& tables) {
  std::vector<std::int32_t> played;
  const auto* view = dynamic_cast<const AsOfView*>(&tables);
  if (const playlist_table* totals = view == nullptr ? nullptr : view->listen_totals()) {
    const auto plays = items<std::int32_t>(*totals, "plays");
    for (std::size_t track = 0; track < plays.size(); ++track)
      if (plays[track] > 0) played.push_back(static_cast<std::int32_t>(track));
    return played;
  }
  const playlist_table& listens = *tables.table("listens");
  const auto track = items<std::int32_t>(listens, "track");
  const auto is_play = items<std::uint8_t>(listens, "is_play");
  std::vector<bool> is_played(static_cast<std::size_t>(tables.table("tracks")->rows));
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto number = static_cast<std::size_t>(track[row]);
    if (is_play[row] != 1 || is_played[number]) continue;
    is_played[number] = true;
    played.push_back(track[row]);
  }
  std::ranges::sort(played);
  return played;
}

}  // namespace engine
