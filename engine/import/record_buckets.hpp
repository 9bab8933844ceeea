// Every record of a file is in exactly one bucket; this keeps which, for the records of one batch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/messages.hpp"

namespace engine::import {

/// What became of a record's rows. A record with several rows counts for the highest of theirs.
enum class Outcome : std::uint32_t {
  kNone = 0,
  kUnmatched = 1,  // its ids have no name yet, or it has neither an id nor a name
  kNotFound = 2,   // a service was asked for it, and knows nothing
  kDuplicate = 3,  // the store knew all of it
  kShort = 4,      // stored, but too short to count as a play
  kUpdated = 5,    // it told something new about what the store knew
  kRefined = 6,    // the same play was known less exactly; this one took its place
  kNew = 7,
};
const char* bucket_name(Outcome outcome);

/// Number of records by bucket, by name.
using BucketCounts = std::map<std::string, std::int64_t>;

class RecordBuckets {
 public:
  /// Begins a batch of the records [first, done).
  void start(std::int64_t first, std::int64_t done);
  /// A row of this record ended so. Throws Error(kPlugin) for a record outside the batch.
  void note(std::int64_t record, Outcome outcome);
  /// What the source says of records without rows.
  void put(const BucketView& bucket);

  /// One run of records in the same bucket for the same reason.
  struct Run {
    std::int64_t first, last;
    std::uint32_t code;
  };
  [[nodiscard]] std::string_view bucket(const Run& run) const;
  [[nodiscard]] std::string_view reason(const Run& run) const;
  /// Somebody said why: the source, or who wrote its rows.
  [[nodiscard]] bool is_explained(const Run& run) const {
    return run.code >= kFirstNamed && !reason(run).empty();
  }
  /// Runs that cover [first, done) without gap; valid until the next start().
  [[nodiscard]] const std::vector<Run>& runs();
  /// Adds the number of records in each bucket.
  void add_counts(BucketCounts& counts) const;
  /// True when any record told the store something new.
  [[nodiscard]] bool has_changes() const;

 private:
  static constexpr std::uint32_t kFirstNamed = 16;
  std::int64_t first_ = 0;
  std::vector<std::uint32_t> codes_;  // an Outcome, or kFirstNamed + index into named_
  std::vector<std::pair<std::string, std::string>> named_;
  std::vector<Run> runs_;
};

}  // namespace engine::import
