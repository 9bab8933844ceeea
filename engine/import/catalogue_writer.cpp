#include "import/catalogue_writer.hpp"

#include <array>
#include <climits>
#include <cmath>
#include <limits>
#include <string>

#include "store/engagement.hpp"
#include "store/features.hpp"

namespace engine::import {
namespace {

/// UPDATE that fills what is NULL, and touches the row only when it fills something.
std::string fill_sql() {
  std::string set, condition;
  int parameter = 1;
  const auto add = [&](const std::string& column) {
    const std::string value = "?" + std::to_string(++parameter);
    set += (set.empty() ? "" : ", ") + column + " = ifnull(" + column + ", " + value + ")";
    condition += (condition.empty() ? "" : " OR ") + ("(" + column + " IS NULL AND ") + value +
                 " IS NOT NULL)";
  };
  for (const char* column : {"year", "popularity", "explicit"}) add(column);
  for (const FeatureColumn& feature : kFeatureColumns) add(feature.column);
  return "UPDATE tracks SET " + set + " WHERE track_id = ?1 AND (" + condition + ")";
}

void bind_real(Statement& statement, int index, std::span<const float> column, std::size_t row) {
  if (column.empty() || std::isnan(column[row])) {
    statement.bind(index, nullptr);
  } else {
    statement.bind(index, static_cast<double>(column[row]));
  }
}

void bind_integer(Statement& statement, int index, std::span<const std::int32_t> column,
                  std::size_t row) {
  if (column.empty() || column[row] == INT_MIN) {
    statement.bind(index, nullptr);
  } else {
    statement.bind(index, column[row]);
  }
}

/// The audio features of a table, in the order of kFeatureColumns.
struct FeatureViews {
  std::array<std::span<const float>, kFeatureColumns.size()> reals;
  std::array<std::span<const std::int32_t>, kFeatureColumns.size()> integers;

  explicit FeatureViews(const TableView& table) {
    for (std::size_t f = 0; f < kFeatureColumns.size(); ++f) {
      if (kFeatureColumns[f].is_integer) {
        integers[f] = table.numbers<std::int32_t>(kFeatureColumns[f].field);
      } else {
        reals[f] = table.numbers<float>(kFeatureColumns[f].field);
      }
    }
  }
  [[nodiscard]] float value(std::size_t feature, std::size_t row) const {
    const auto& real = reals[feature];
    if (!real.empty()) return real[row];
    const auto& integer = integers[feature];
    return integer.empty() || integer[row] == INT_MIN ? std::numeric_limits<float>::quiet_NaN()
                                                      : static_cast<float>(integer[row]);
  }
};

Outcome outcome(bool is_new, bool is_changed) {
  return is_new ? Outcome::kNew : is_changed ? Outcome::kUpdated : Outcome::kDuplicate;
}

}  // namespace

class CatalogueWriter::TrackValues {
 public:
  explicit TrackValues(const TableView& table)
      : year_(table.numbers<std::int32_t>("year")),
        popularity_(table.numbers<float>("popularity")),
        explicit_(table.numbers<std::uint8_t>("explicit")),
        features_(table) {}

  void bind(Statement& statement, std::size_t row) const {
    bind_integer(statement, 2, year_, row);
    bind_real(statement, 3, popularity_, row);
    if (explicit_.empty() || explicit_[row] == 255) {
      statement.bind(4, nullptr);
    } else {
      statement.bind(4, explicit_[row]);
    }
    for (std::size_t f = 0; f < kFeatureColumns.size(); ++f) {
      const int index = 5 + static_cast<int>(f);
      if (kFeatureColumns[f].is_integer) {
        bind_integer(statement, index, features_.integers[f], row);
      } else {
        bind_real(statement, index, features_.reals[f], row);
      }
    }
  }

 private:
  std::span<const std::int32_t> year_;
  std::span<const float> popularity_;
  std::span<const std::uint8_t> explicit_;
  FeatureViews features_;
};

CatalogueWriter::CatalogueWriter(Store& store, NameBook& names, TrackMatcher& matcher)
    : store_(store),
      names_(names),
      matcher_(matcher),
      fill_track_(store.prepare(fill_sql())),
      insert_track_tag_(
          store.prepare("INSERT OR IGNORE INTO track_tags (track_id, tag_id) VALUES (?1, ?2)")),
      insert_artist_tag_(
          store.prepare("INSERT OR IGNORE INTO artist_tags (artist_id, tag_id) VALUES (?1, ?2)")),
      add_artist_tag_(store.prepare("INSERT INTO artist_tags VALUES (?1, ?2, ?3) "
                                    "ON CONFLICT DO UPDATE SET weight = weight + excluded.weight")),
      set_popularity_(store.prepare(
          "UPDATE artists SET popularity = ?2 WHERE artist_id = ?1 AND popularity IS NULL")),
      set_features_(store.prepare(
          "UPDATE artists SET features = ?2 WHERE artist_id = ?1 AND features IS NULL")),
      insert_relation_(
          store.prepare("INSERT INTO artist_relations (artist_id, related_id, weight, ts) "
                        "VALUES (?1, ?2, ?3, ?4) "
                        "ON CONFLICT DO UPDATE SET ts = excluded.ts WHERE excluded.ts < ts")),
      insert_service_track_(store.prepare(
          "INSERT OR IGNORE INTO service_tracks (service, track_id, ts) VALUES (?1, ?2, ?3)")),
      keep_artist_tag_(store.prepare("INSERT OR IGNORE INTO artist_tags VALUES (?1, ?2, ?3)")),
      find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
      keep_track_tag_(store.prepare("INSERT OR IGNORE INTO track_tags VALUES (?1, ?2, ?3)")),
      find_engagement_(store.prepare("SELECT plays, likes, comments, skip_rate, completion "
                                     "FROM engagement WHERE track_id = ?1")),
      put_engagement_(store.prepare("INSERT OR REPLACE INTO engagement "
                                    "(track_id, ts, plays, likes, comments, skip_rate, completion) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")) {}

std::vector<std::int64_t> CatalogueWriter::write_tracks(const TableView& table,
                                                        const FileContext& file,
                                                        RecordBuckets& records) {
  std::vector<std::int64_t> tracks(table.rows);
  const auto record = table.numbers<std::int64_t>("record");
  const auto duration = table.numbers<std::int32_t>("duration_ms");
  const TextView title = table.texts("title"), artist = table.texts("artist"),
                 artist_id = table.texts("artist_id"), album = table.texts("album"),
                 spotify_id = table.texts("spotify_id"), isrc = table.texts("isrc"),
                 mbid = table.texts("mbid"), tags = table.texts("tags"),
                 credit = table.texts("artist_credit");
  const TrackValues values(table);
  for (std::size_t row = 0; row < table.rows; ++row) {
    TrackIdentity identity;
    identity.title = title[row];
    identity.artist = artist[row];
    identity.artist_id = artist_id[row];
    identity.credit = credit[row];
    identity.album = album[row];
    identity.spotify_id = spotify_id[row];
    identity.isrc = isrc[row];
    identity.mbid = mbid[row];
    if (!duration.empty() && duration[row] > 0) identity.duration_ms = duration[row];
    const MatchedTrack match = matcher_.find_or_make(identity, !file.is_personal);
    tracks[row] = match.id;
    if (match.id == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    bool is_changed = match.is_changed;
    if (file.is_service)
      is_changed |= insert_service_track_.run(file.format, match.id, file.now) > 0;
    is_changed |= fill_values(match.id, values, row);
    is_changed |= add_track_tags(match.id, tags[row]);
    records.note(record[row], outcome(match.is_new, is_changed));
  }
  return tracks;
}

bool CatalogueWriter::fill_values(std::int64_t track, const TrackValues& values, std::size_t row) {
  fill_track_.start(track);
  values.bind(fill_track_, row);
  fill_track_.step();
  return sqlite3_changes64(store_.handle()) > 0;
}

bool CatalogueWriter::add_track_tags(std::int64_t track, std::string_view tags) {
  bool is_changed = false;
  for (const std::string_view name : split_list(tags)) {
    if (const std::int64_t tag = names_.tag(name)) {
      is_changed |= insert_track_tag_.run(track, tag) > 0;
    }
  }
  return is_changed;
}

bool CatalogueWriter::add_artist_tags(std::int64_t artist, std::string_view tags) {
  bool is_changed = false;
  for (const std::string_view name : split_list(tags)) {
    if (const std::int64_t tag = names_.tag(name)) {
      is_changed |= insert_artist_tag_.run(artist, tag) > 0;
    }
  }
  return is_changed;
}

void CatalogueWriter::write_artists(const TableView& table, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const TextView artist = table.texts("artist"), artist_id = table.texts("artist_id"),
                 mbid = table.texts("artist_mbid"), tags = table.texts("tags");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t id = names_.artist(artist[row]);
    if (id == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const bool is_new = names_.is_new();
    bool is_changed = names_.learn_artist(id, artist_id[row], mbid[row]);
    is_changed |= fill_artist(id, table, row);
    is_changed |= add_artist_tags(id, tags[row]);
    records.note(record[row], outcome(is_new, is_changed));
  }
}

bool CatalogueWriter::fill_artist(std::int64_t artist, const TableView& table, std::size_t row) {
  bool is_changed = false;
  const auto popularity = table.numbers<float>("popularity");
  if (!popularity.empty() && !std::isnan(popularity[row])) {
    is_changed |= set_popularity_.run(artist, static_cast<double>(popularity[row])) > 0;
  }
  const FeatureViews features(table);
  std::array<float, kFeatureColumns.size()> values{};
  bool has_any = false;
  for (std::size_t f = 0; f < values.size(); ++f) {
    values[f] = features.value(f, row);
    has_any |= !std::isnan(values[f]);
  }
  if (!has_any) return is_changed;
  set_features_.start(artist);
  set_features_.bind_blob(2, {reinterpret_cast<const char*>(values.data()), sizeof values});
  set_features_.step();
  return is_changed || sqlite3_changes64(store_.handle()) > 0;
}

void CatalogueWriter::write_tags(const TableView& table, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const TextView tag = table.texts("tag"), tag_id = table.texts("tag_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t id = names_.tag(tag[row]);
    if (id == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const bool is_new = names_.is_new();
    records.note(record[row], outcome(is_new, names_.learn_tag(id, tag_id[row])));
  }
}

void CatalogueWriter::write_artist_tags(const TableView& table, const FileContext& file,
                                        RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto weight = table.numbers<float>("weight");
  const TextView artist = table.texts("artist"), artist_id = table.texts("artist_id"),
                 tag = table.texts("tag"), tag_id = table.texts("tag_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t artist_number = names_.artist(artist[row], artist_id[row]);
    const std::int64_t tag_number =
        tag.has(row) ? names_.tag(tag[row]) : names_.tag_by_id(tag_id[row]);
    if (artist_number == 0 || tag_number == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const double added = weight.empty() || std::isnan(weight[row]) ? 1 : weight[row];
    // A service that is asked again says the same again.
    const bool is_changed = (file.is_service ? keep_artist_tag_ : add_artist_tag_)
                                .run(artist_number, tag_number, added) > 0;
    records.note(record[row], outcome(is_changed, false));
  }
}

void CatalogueWriter::write_track_tags(const TableView& table, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto track = table.numbers<std::int64_t>("track_id");
  const auto weight = table.numbers<float>("weight");
  const TextView tag = table.texts("tag");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t tag_number = names_.tag(tag[row]);
    if (tag_number == 0 || !find_track_.find_integer(track[row])) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const double told = weight.empty() || std::isnan(weight[row]) ? 1 : weight[row];
    records.note(record[row],
                 outcome(keep_track_tag_.run(track[row], tag_number, told) > 0, false));
  }
}

void CatalogueWriter::write_artist_relations(const TableView& table, const FileContext& file,
                                             RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto weight = table.numbers<float>("weight");
  const TextView artist = table.texts("artist"), related = table.texts("related"),
                 related_id = table.texts("related_id"), related_mbid = table.texts("related_mbid");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t from = names_.artist(artist[row]);
    const std::int64_t to = names_.artist(related[row]);
    if (from == 0 || to == 0 || from == to) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const double value = weight.empty() || std::isnan(weight[row]) ? 1 : weight[row];
    bool is_changed = names_.learn_artist(to, related_id[row], related_mbid[row]);
    is_changed |= insert_relation_.run(from, to, value, file.is_service ? file.now : 0) > 0;
    records.note(record[row], outcome(is_changed, false));
  }
}

void CatalogueWriter::write_engagement(const TableView& table, std::span<const std::int64_t> tracks,
                                       const FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  std::array<std::span<const float>, kEngagementCount> told;
  for (std::size_t k = 0; k < kEngagementCount; ++k)
    told[k] = table.numbers<float>(kEngagementColumns[k]);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (tracks[row] == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    find_engagement_.start(tracks[row]);
    const bool is_there = find_engagement_.step();
    put_engagement_.start(tracks[row], file.now);
    bool is_changed = false;
    for (std::size_t k = 0; k < kEngagementCount; ++k) {
      const int column = static_cast<int>(k), parameter = column + 3;
      const bool is_known = is_there && !find_engagement_.is_null(column);
      const double known = is_known ? find_engagement_.real(column) : 0;
      if (!told[k].empty() && !std::isnan(told[k][row])) {
        put_engagement_.bind(parameter, static_cast<double>(told[k][row]));
        is_changed |= !is_known || known != static_cast<double>(told[k][row]);
      } else if (is_known) {
        put_engagement_.bind(parameter, known);
      } else {
        put_engagement_.bind(parameter, nullptr);
      }
    }
    find_engagement_.reset();
    if (is_changed) put_engagement_.step();
    records.note(record[row], outcome(!is_there && is_changed, is_changed));
  }
}

}  // namespace engine::import
