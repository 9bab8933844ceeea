#include "evaluate/audience.hpp"

#include <algorithm>
#include <numeric>

#include "data/as_of.hpp"
#include "data/listen_scan.hpp"
#include "data/sessions.hpp"
#include "data/tables.hpp"
#include "evaluate/ties.hpp"

namespace engine::evaluate {
namespace {

ListenColumns listens_of(const AsOf& tables) {
  const playlist_table& listens = *tables.table("listens");
  return {column_of<std::int32_t>(listens, "track").data(),
          column_of<std::int64_t>(listens, "ts").data(),
          column_of<std::int32_t>(listens, "ms_played").data(),
          column_of<std::uint8_t>(listens, "is_play").data(),
          column_of<std::uint8_t>(listens, "is_skip").data(),
          column_of<std::uint8_t>(listens, "is_finished").data(),
          static_cast<std::size_t>(listens.rows)};
}

/// Everybody's tables, one after the other; what belongs to the catalogue is there once.
template <typename Take>
void each_as_of(const Audience& audience, std::int64_t date, const Take& take) {
  AsOfOptions options;
  options.now = date;
  std::shared_ptr<const AsOf> first;
  for (const auto& user : audience.users()) {
    const std::shared_ptr<const AsOf> tables =
        first ? load_as_of_beside(first, user, options) : load_as_of(user, options);
    if (!first) first = tables;
    take(*tables);
  }
}

/// The turned rows: of each number below `count`, the rows that hold it.
NumberRows turned(const NumberRows& rows, std::size_t count) {
  NumberRows result;
  result.offsets.assign(count + 1, 0);
  for (const std::int32_t number : rows.numbers)
    ++result.offsets[static_cast<std::size_t>(number) + 1];
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.numbers.resize(rows.numbers.size());
  std::vector<std::uint64_t> at(result.offsets.begin(), result.offsets.end() - 1);
  for (std::size_t row = 0; row < rows.count(); ++row)
    for (const std::int32_t number : rows[row])
      result.numbers[at[static_cast<std::size_t>(number)]++] = static_cast<std::int32_t>(row);
  return result;
}

}  // namespace

Audience::Audience(const ColumnOptions& options) {
  const ColumnLoader loader(options);
  for (const User& user : loader.users()) users_.push_back(loader.load(user));
}

AudienceAsOf::AudienceAsOf(const Audience& audience, std::int64_t date) {
  std::vector<std::int32_t> artist;
  std::vector<std::int64_t> ids;
  std::size_t artist_count = 0;
  each_as_of(audience, date, [&](const AsOf& tables) {
    if (user_ids_.empty()) {
      const auto column = column_of<std::int32_t>(*tables.table("tracks"), "artist");
      artist.assign(column.begin(), column.end());
      const auto id = column_of<std::int64_t>(*tables.table("tracks"), "id");
      ids.assign(id.begin(), id.end());
      artist_count = static_cast<std::size_t>(tables.table("artists")->rows);
      listeners_.assign(artist.size(), 0);
      artist_listeners_.assign(artist_count, 0);
      plays_of_artist_.assign(artist_count, 0);
      last_session_.assign(artist.size(), 0);
    }
    add_user(tables, artist);
  });
  group_tracks(artist, ids, artist_count);
  track_sessions_ = turned(sessions_, artist.size());
  plays_of_artist_ = {};
  last_session_ = {};
}

std::size_t AudienceAsOf::row_of(std::int64_t user_id) const {
  const auto found = std::lower_bound(user_ids_.begin(), user_ids_.end(), user_id);
  return found != user_ids_.end() && *found == user_id
             ? static_cast<std::size_t>(found - user_ids_.begin())
             : user_ids_.size();
}

void AudienceAsOf::add_user(const AsOf& tables, std::span<const std::int32_t> artist) {
  const ListenColumns listens = listens_of(tables);
  const std::uint64_t first_session = sessions_.count();
  std::vector<std::int32_t> artists;
  for (const Session& session : session_spans(listens, tables.session_gap_seconds())) {
    const std::uint64_t number = sessions_.count() + 1;
    for (std::size_t k = session.first_listen + session.listens; k-- > session.first_listen;) {
      if (listens.is_play[k] != 1) continue;
      const auto track = static_cast<std::size_t>(listens.track[k]);
      if (last_session_[track] <= first_session) ++listeners_[track];
      if (last_session_[track] != number) sessions_.numbers.push_back(listens.track[k]);
      last_session_[track] = number;
      if (artist[track] < 0) continue;
      if (plays_of_artist_[static_cast<std::size_t>(artist[track])]++ == 0)
        artists.push_back(artist[track]);
    }
    end_session(session.start);
  }
  std::sort(artists.begin(), artists.end());
  for (const std::int32_t number : artists) {
    const auto at = static_cast<std::size_t>(number);
    artist_plays_.push_back({number, plays_of_artist_[at]});
    ++artist_listeners_[at];
    plays_of_artist_[at] = 0;
  }
  artist_plays_offsets_.push_back(artist_plays_.size());
  user_ids_.push_back(tables.user_id());
}

/// Its tracks were added from the end.
void AudienceAsOf::end_session(std::int64_t start) {
  const auto begin =
      sessions_.numbers.begin() + static_cast<std::ptrdiff_t>(sessions_.offsets.back());
  if (begin == sessions_.numbers.end()) return;  // nothing was played
  std::reverse(begin, sessions_.numbers.end());
  sessions_.end_row();
  session_starts_.push_back(start);
}

void AudienceAsOf::group_tracks(std::span<const std::int32_t> artist,
                                std::span<const std::int64_t> ids, std::size_t artist_count) {
  std::vector<std::int32_t> played;
  for (std::size_t track = 0; track < artist.size(); ++track)
    if (listeners_[track] > 0 && artist[track] >= 0)
      played.push_back(static_cast<std::int32_t>(track));
  const auto artist_of = [&](std::int32_t track) {
    return artist[static_cast<std::size_t>(track)];
  };
  const auto tie = [&](std::int32_t track) { return tie_of(ids[static_cast<std::size_t>(track)]); };
  std::sort(played.begin(), played.end(), [&](std::int32_t a, std::int32_t b) {
    if (artist_of(a) != artist_of(b)) return artist_of(a) < artist_of(b);
    return listeners(a) != listeners(b) ? listeners(a) > listeners(b) : tie(a) < tie(b);
  });
  artist_tracks_.numbers = std::move(played);
  artist_tracks_.offsets.assign(artist_count + 1, 0);
  for (const std::int32_t track : artist_tracks_.numbers)
    ++artist_tracks_.offsets[static_cast<std::size_t>(artist_of(track)) + 1];
  std::partial_sum(artist_tracks_.offsets.begin(), artist_tracks_.offsets.end(),
                   artist_tracks_.offsets.begin());
}

std::vector<bool> short_head(const Audience& audience, std::int64_t date) {
  std::vector<std::int32_t> plays;
  std::int64_t all = 0;
  each_as_of(audience, date, [&](const AsOf& tables) {
    plays.resize(static_cast<std::size_t>(tables.track_count()));
    const ListenColumns listens = listens_of(tables);
    for (std::size_t k = 0; k < listens.count; ++k) {
      if (listens.is_play[k] != 1) continue;
      ++plays[static_cast<std::size_t>(listens.track[k])];
      ++all;
    }
  });
  std::vector<std::int32_t> tracks;
  for (std::size_t track = 0; track < plays.size(); ++track)
    if (plays[track] > 0) tracks.push_back(static_cast<std::int32_t>(track));
  std::stable_sort(tracks.begin(), tracks.end(), [&](std::int32_t a, std::int32_t b) {
    return plays[static_cast<std::size_t>(a)] > plays[static_cast<std::size_t>(b)];
  });
  std::vector<bool> is_head(plays.size());
  const double wanted = kHeadShare * static_cast<double>(all);
  double held = 0;
  for (auto track = tracks.begin(); track != tracks.end() && held < wanted; ++track) {
    is_head[static_cast<std::size_t>(*track)] = true;
    held += plays[static_cast<std::size_t>(*track)];
  }
  return is_head;
}

}  // namespace engine::evaluate
