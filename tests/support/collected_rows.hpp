// What a source hands over in one call, kept for looking at: a stand-in for the importing side.
// Needs playlist/plugin.h only, so that the fuzz programs can use it too.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

struct CollectedRow {
  std::string table;
  std::int64_t record = 0;
  std::map<std::string, std::string> values;  // as text; missing values are absent
  std::vector<float> vector;                  // of PLAYLIST_SERVICE_VECTORS
  /// "" when the value is missing.
  [[nodiscard]] std::string operator[](const std::string& column) const {
    const auto found = values.find(column);
    return found == values.end() ? "" : found->second;
  }
};

struct CollectedBucket {
  std::int64_t record = 0;
  std::string bucket, reason;
};

struct CollectedMember {
  std::string path, bytes;
};

/// While it lives it is the receiver of this thread's PLAYLIST_SERVICE_ROWS, _VECTORS and _MEMBERS.
class CollectedRows {
 public:
  /// kCountsOnly: no values, quick; the accounting is checked all the same.
  enum class Keep { kValues, kCountsOnly };
  explicit CollectedRows(Keep keep = Keep::kValues);
  ~CollectedRows();
  CollectedRows(const CollectedRows&) = delete;
  CollectedRows& operator=(const CollectedRows&) = delete;

  /// PLAYLIST_SERVICE_ROWS, _VECTORS and _MEMBERS, nullptr for other ids.
  static const void* service(std::string_view id);

  std::vector<CollectedRow> rows;
  std::vector<CollectedBucket> buckets;  // the reason is left out with kCountsOnly
  std::vector<CollectedMember> members;
  std::vector<std::string> notices;  // for the caller's log function
  std::int64_t row_count = 0, bucket_count = 0, total = -1;
  std::size_t member_limit = 64 << 20;  // write() refuses more bytes of one member

  /// What the vectors' service says: the space, and the file of ids.
  std::string space = "clap";
  std::optional<std::string> ids;

  [[nodiscard]] std::vector<CollectedRow> of(const std::string& table) const;
  [[nodiscard]] std::map<std::string, int> bucket_sizes() const;
  /// "" when every record up to `total` has rows or is in one bucket, never both, and every batch
  /// kept the contract of playlist/plugin.h; otherwise what is wrong.
  [[nodiscard]] std::string problem() const;

 private:
  friend struct Receiver;
  void take(const std::string& table, const playlist_table& batch);
  void take_vectors(const std::string& table, const playlist_table& batch,
                    const std::uint64_t* offsets, const float* values);
  const playlist_input* ids_input();
  void note(const std::string& problem);
  Keep keep_;
  CollectedRows* outer_;
  playlist_input ids_input_{};
  std::string problem_;
  enum class Place : std::uint8_t { kNowhere, kRows, kBucket };
  void place(std::int64_t record, Place place);
  std::vector<Place> records_;
  std::int64_t complete_ = 0;  // records below must not come again
};

/// A host for calling elements without an engine: logs, failures and services end up in `rows`.
struct BareHost : playlist_host {
  explicit BareHost(CollectedRows& rows);
  CollectedRows* rows;
  std::string failure;
  std::int64_t cancel_after = -1;  // cancelled() says yes from this call on; -1 never
};

}  // namespace test
