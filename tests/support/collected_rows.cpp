#include "support/collected_rows.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <set>

namespace test {
namespace {

thread_local CollectedRows* current = nullptr;

/// table -> columns, as playlist/plugin.h lists them.
const std::map<std::string, std::set<std::string>>& contract() {
  static const std::set<std::string> kFeatures = {
      "danceability",     "energy",   "speechiness", "acousticness",
      "instrumentalness", "liveness", "valence",     "tempo",
      "loudness",         "key",      "mode",        "time_signature"};
  static const auto with_features = [](std::set<std::string> columns) {
    columns.insert(kFeatures.begin(), kFeatures.end());
    return columns;
  };
  static const std::map<std::string, std::set<std::string>> kTables = {
      {"listens",
       {"ts",      "ms_played",   "title",         "artist",     "album",   "spotify_id", "isrc",
        "mbid",    "artist_mbid", "reason_start",  "reason_end", "country", "device",     "skipped",
        "shuffle", "offline",     "incognito",     "precision",  "loved",   "stamp",      "repeat",
        "teller",  "duration_ms", "artist_credit", "artwork"}},
      {"tracks", with_features({"title", "artist", "album", "spotify_id", "isrc", "mbid",
                                "duration_ms", "year", "popularity", "explicit", "tags", "album_id",
                                "artist_id", "artist_credit", "artwork"})},
      {"likes", {"ts", "title", "artist", "album", "spotify_id", "isrc", "mbid", "artwork"}},
      {"saved_albums", {"album", "artist", "ts"}},
      {"saved_artists", {"artist", "ts"}},
      {"banned", {"title", "artist", "spotify_id", "mbid", "ts"}},
      {"ratings", {"rating", "ts", "title", "artist", "album", "spotify_id", "isrc", "mbid"}},
      {"playlists", {"playlist", "playlist_id", "description", "ts", "owner"}},
      {"playlist_tracks",
       {"playlist", "playlist_id", "position", "ts", "title", "artist", "album", "spotify_id",
        "isrc", "mbid", "artist_credit", "file", "artwork"}},
      {"artists",
       with_features({"artist", "artist_id", "artist_mbid", "popularity", "tags", "duration_ms"})},
      {"tags", {"tag", "tag_id"}},
      {"lyrics", {"track_id", "source", "text", "instrumental"}},
      {"artist_plays", {"user", "artist", "artist_id", "plays"}},
      {"artist_tags", {"artist", "artist_id", "tag", "tag_id", "weight", "user"}},
      {"track_tags", {"track_id", "tag", "weight"}},
      {"artist_relations", {"artist", "related", "weight", "related_mbid", "related_id"}},
      {"features",
       {"track_id", "danceability", "energy", "key", "loudness", "mode", "speechiness",
        "acousticness", "instrumentalness", "liveness", "valence", "tempo"}},
      {"questions", {"question", "artist_id", "track_id"}},
      {"recommendations",
       {"channel", "score", "seed_id", "title", "artist", "album", "spotify_id", "isrc", "mbid",
        "artist_mbid", "artist_credit"}},
      {"user_relations", {"user", "related"}},
      {"vectors", {"space", "spotify_id", "isrc", "mbid", "track_id"}},
      {"prompts", {"text", "user", "ts", "spotify_id", "isrc", "mbid", "track_id", "space"}},
      {"lists", {"list", "teller", "is_whole"}}};
  return kTables;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80             ? 1
                               : (first & 0xe0) == 0xc0 ? 2
                               : (first & 0xf0) == 0xe0 ? 3
                               : (first & 0xf8) == 0xf0 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size() || first == 0) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

/// The shortest text that reads back as this value.
std::string number(float value) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The value as text; false when it is missing.
bool read_value(const playlist_column& column, std::int64_t row, std::string& text) {
  switch (column.type) {
    case PLAYLIST_F32: {
      const float value = static_cast<const float*>(column.data)[row];
      text = number(value);
      return !std::isnan(value);
    }
    case PLAYLIST_I32: {
      const auto value = static_cast<const std::int32_t*>(column.data)[row];
      text = std::to_string(value);
      return value != std::numeric_limits<std::int32_t>::min();
    }
    case PLAYLIST_I64: {
      const auto value = static_cast<const std::int64_t*>(column.data)[row];
      text = std::to_string(value);
      return value != std::numeric_limits<std::int64_t>::min();
    }
    case PLAYLIST_U8: {
      const auto value = static_cast<const std::uint8_t*>(column.data)[row];
      text = std::to_string(value);
      return value != 255;
    }
    case PLAYLIST_STRING: {
      const auto code = static_cast<const std::int32_t*>(column.data)[row];
      if (code < 0 || code >= static_cast<std::int32_t>(column.dict->count)) {
        text = "code " + std::to_string(code);
        return code != -1;
      }
      const std::uint64_t* at = column.dict->offsets + code;
      text.assign(column.dict->bytes + at[0], static_cast<std::size_t>(at[1] - at[0]));
      return true;
    }
    default:
      text = "type " + std::to_string(column.type);
      return true;
  }
}

}  // namespace

struct Receiver {
  static playlist_status append(const playlist_host*, const char* table,
                                const playlist_table* rows) {
    current->take(table, *rows);
    return PLAYLIST_OK;
  }
  static playlist_status append_vectors(const playlist_host*, const char* table,
                                        const playlist_table* rows, const std::uint64_t* offsets,
                                        const float* values) {
    current->take_vectors(table, *rows, offsets, values);
    return PLAYLIST_OK;
  }
  static const char* space(const playlist_host*) { return current->space.c_str(); }
  static const playlist_input* ids(const playlist_host*) { return current->ids_input(); }
  static playlist_status bucket(const playlist_host*, std::int64_t record, const char* bucket,
                                const char* reason) {
    ++current->bucket_count;
    current->place(record, CollectedRows::Place::kBucket);
    const bool is_kept = current->keep_ == CollectedRows::Keep::kValues;
    current->buckets.push_back({record, bucket, is_kept && reason ? reason : ""});
    if (!is_utf8(current->buckets.back().reason)) current->note("a reason is not UTF-8");
    return PLAYLIST_OK;
  }
  static playlist_status finish(const playlist_host*, std::int64_t total) {
    if (current->total >= 0) current->note("finish() came twice");
    current->total = total;
    return PLAYLIST_OK;
  }
  static playlist_status complete(const playlist_host*, std::int64_t done) {
    if (done < current->complete_) current->note("complete() went back");
    if (static_cast<std::int64_t>(current->records_.size()) > done) {
      current->note("complete(" + std::to_string(done) + ") came behind a later record");
    }
    current->complete_ = done;
    return PLAYLIST_OK;
  }
  static playlist_status begin(const playlist_host*, const char* path) {
    current->members.push_back({path, ""});
    return PLAYLIST_OK;
  }
  static playlist_status write(const playlist_host*, const void* bytes, std::size_t length) {
    std::string& member = current->members.back().bytes;
    if (member.size() + length > current->member_limit) return PLAYLIST_ERROR;
    member.append(static_cast<const char*>(bytes), length);
    return PLAYLIST_OK;
  }
  static playlist_status end(const playlist_host*) { return PLAYLIST_OK; }
};

CollectedRows::CollectedRows(Keep keep) : keep_(keep), outer_(current) {
  current = this;
}
CollectedRows::~CollectedRows() {
  current = outer_;
}

const void* CollectedRows::service(std::string_view id) {
  static const playlist_rows kRows = {sizeof(playlist_rows), 0,
                                      Receiver::append,      Receiver::bucket,
                                      Receiver::finish,      Receiver::complete};
  static const playlist_vectors kVectors = {sizeof(playlist_vectors), 0, Receiver::append_vectors,
                                            Receiver::space, Receiver::ids};
  static const playlist_members kMembers = {sizeof(playlist_members), 0, Receiver::begin,
                                            Receiver::write, Receiver::end};
  if (id == PLAYLIST_SERVICE_ROWS) return &kRows;
  if (id == PLAYLIST_SERVICE_VECTORS) return &kVectors;
  if (id == PLAYLIST_SERVICE_MEMBERS) return &kMembers;
  return nullptr;
}

void CollectedRows::note(const std::string& problem) {
  if (problem_.empty()) problem_ = problem;
}

void CollectedRows::place(std::int64_t record, Place place) {
  constexpr std::int64_t kMostRecords = 50'000'000;
  if (record < complete_) note("record " + std::to_string(record) + " was complete already");
  if (record < 0 || record >= kMostRecords) return note("record " + std::to_string(record));
  const auto k = static_cast<std::size_t>(record);
  if (k >= records_.size()) records_.resize(k + 1, Place::kNowhere);
  const bool is_again =
      place == Place::kBucket ? records_[k] != Place::kNowhere : records_[k] == Place::kBucket;
  if (is_again) note("record " + std::to_string(record) + " is in two places");
  records_[k] = place;
}

void CollectedRows::take(const std::string& table, const playlist_table& batch) {
  if (table != "lists") row_count += batch.rows;  // no record is told by it
  for (std::uint32_t k = 0; k < batch.column_count && table != "lists"; ++k) {
    if (std::string_view(batch.columns[k]->name) != "record") continue;
    const auto* records = static_cast<const std::int64_t*>(batch.columns[k]->data);
    for (std::int64_t row = 0; row < batch.rows; ++row) place(records[row], Place::kRows);
  }
  if (keep_ == Keep::kCountsOnly) return;
  const auto known = contract().find(table);
  if (known == contract().end()) return note("no table " + table + " in the contract");
  const std::size_t first = rows.size();
  rows.resize(first + static_cast<std::size_t>(batch.rows));
  for (std::uint32_t k = 0; k < batch.column_count; ++k) {
    const playlist_column& column = *batch.columns[k];
    const std::string name = column.name;
    if (name != "record" && known->second.count(name) == 0) {
      note("no column " + table + "." + name + " in the contract");
    }
    if (reinterpret_cast<std::uintptr_t>(column.data) % 64 != 0) note(name + " is not aligned");
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      CollectedRow& collected = rows[first + static_cast<std::size_t>(row)];
      std::string text;
      if (!read_value(column, row, text)) continue;
      if (!is_utf8(text)) note(table + "." + name + " is not UTF-8");
      if (name == "record") {
        collected.record = std::stoll(text);
      } else {
        collected.values[name] = text;
      }
    }
  }
  for (std::size_t row = first; row < rows.size(); ++row) rows[row].table = table;
}

void CollectedRows::take_vectors(const std::string& table, const playlist_table& batch,
                                 const std::uint64_t* offsets, const float* values) {
  if (table != "vectors" && table != "prompts") note("rows of " + table + " came with vectors");
  const std::size_t first = rows.size();
  take(table, batch);
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    if (offsets[row + 1] < offsets[row]) return note("a vector ends before it begins");
    if (keep_ == Keep::kCountsOnly) continue;
    rows[first + static_cast<std::size_t>(row)].vector.assign(values + offsets[row],
                                                              values + offsets[row + 1]);
  }
}

const playlist_input* CollectedRows::ids_input() {
  if (!ids) return nullptr;
  ids_input_.size = sizeof ids_input_;
  ids_input_.path = ids_input_.name = "ids.txt";
  ids_input_.bytes = reinterpret_cast<const std::uint8_t*>(ids->data());
  ids_input_.length = ids_input_.head_length = ids->size();
  ids_input_.columns = "";
  return &ids_input_;
}

std::vector<CollectedRow> CollectedRows::of(const std::string& table) const {
  std::vector<CollectedRow> found;
  for (const CollectedRow& row : rows) {
    if (row.table == table) found.push_back(row);
  }
  return found;
}

std::map<std::string, int> CollectedRows::bucket_sizes() const {
  std::map<std::string, int> sizes;
  for (const CollectedBucket& entry : buckets) ++sizes[entry.bucket];
  return sizes;
}

std::string CollectedRows::problem() const {
  if (!problem_.empty()) return problem_;
  if (total < 0) return "finish() did not come";
  if (static_cast<std::int64_t>(records_.size()) != total) {
    return std::to_string(records_.size()) + " records came, finish() said " +
           std::to_string(total);
  }
  for (std::size_t k = 0; k < records_.size(); ++k) {
    if (records_[k] == Place::kNowhere) return "record " + std::to_string(k) + " is nowhere";
  }
  return "";
}

BareHost::BareHost(CollectedRows& collected) : playlist_host{}, rows(&collected) {
  size = sizeof(playlist_host);
  abi_major = PLAYLIST_ABI_MAJOR;
  abi_minor = PLAYLIST_ABI_MINOR;
  playlist_host::name = "test";
  version = "0";
  log = [](const playlist_host* host, std::int32_t level, const char* message) {
    if (level >= PLAYLIST_LOG_INFO) {
      static_cast<const BareHost*>(host)->rows->notices.emplace_back(message);
    }
  };
  fail = [](const playlist_host* host, playlist_status, const char* message) {
    const_cast<BareHost*>(static_cast<const BareHost*>(host))->failure = message;
  };
  cancelled = [](const playlist_host* host) -> std::int32_t {
    auto* self = const_cast<BareHost*>(static_cast<const BareHost*>(host));
    if (self->cancel_after < 0) return 0;
    return self->cancel_after-- == 0;
  };
  progress = [](const playlist_host*, double) {};
  now = [](const playlist_host*) -> std::int64_t { return 1'767'225'600; };
  random = [](const playlist_host*, const char*) -> std::uint64_t { return 7; };
  text = [](const playlist_host*, const char*, std::size_t) -> std::int32_t { return -1; };
  setting = [](const playlist_host*, const char*) -> const char* { return nullptr; };
  service = [](const playlist_host*, const char* id) { return CollectedRows::service(id); };
}

}  // namespace test
