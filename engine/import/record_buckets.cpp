#include "import/record_buckets.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace engine::import {

const char* bucket_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnmatched:
      return "unmatched";
    case Outcome::kNotFound:
      return "not_found";
    case Outcome::kDuplicate:
      return "duplicate";
    case Outcome::kShort:
      return "short";
    case Outcome::kUpdated:
      return "updated";
    case Outcome::kRefined:
      return "refined";
    case Outcome::kNew:
      return "new";
    case Outcome::kNone:
      break;
  }
  return "unaccounted";
}

void RecordBuckets::start(std::int64_t first, std::int64_t done) {
  first_ = first;
  codes_.assign(static_cast<std::size_t>(std::max<std::int64_t>(0, done - first)), 0);
  named_.clear();
}

void RecordBuckets::note(std::int64_t record, Outcome outcome) {
  const std::int64_t at = record - first_;
  if (at < 0 || at >= static_cast<std::int64_t>(codes_.size())) {
    throw Error(Exit::kPlugin,
                "a source numbers its records wrongly: record " + std::to_string(record) +
                    " came in a batch of " + std::to_string(first_) + ".." +
                    std::to_string(first_ + static_cast<std::int64_t>(codes_.size())));
  }
  std::uint32_t& code = codes_[static_cast<std::size_t>(at)];
  code = std::max(code, static_cast<std::uint32_t>(outcome));
}

void RecordBuckets::put(const BucketView& bucket) {
  const auto end = first_ + static_cast<std::int64_t>(codes_.size());
  const std::int64_t first = std::max(bucket.first, first_);
  const std::int64_t last = std::min(bucket.last, end - 1);
  if (first > last) return;
  if (named_.empty() || named_.back().first != bucket.bucket ||
      named_.back().second != bucket.reason) {
    named_.emplace_back(bucket.bucket, bucket.reason);
  }
  const auto code = kFirstNamed + static_cast<std::uint32_t>(named_.size()) - 1;
  for (std::int64_t record = first; record <= last; ++record) {
    std::uint32_t& at = codes_[static_cast<std::size_t>(record - first_)];
    if (at == 0) at = code;  // rows of the same record count before its bucket
  }
}

bool RecordBuckets::has_changes() const {
  return std::any_of(codes_.begin(), codes_.end(), [](std::uint32_t code) {
    return code >= static_cast<std::uint32_t>(Outcome::kShort) && code < kFirstNamed;
  });
}

const std::vector<RecordBuckets::Run>& RecordBuckets::runs() {
  runs_.clear();
  for (std::size_t begin = 0; begin < codes_.size();) {
    const std::uint32_t code = codes_[begin];
    std::size_t end = begin;
    while (end < codes_.size() && codes_[end] == code) ++end;
    runs_.push_back({first_ + static_cast<std::int64_t>(begin),
                     first_ + static_cast<std::int64_t>(end) - 1, code});
    begin = end;
  }
  return runs_;
}

std::string_view RecordBuckets::bucket(const Run& run) const {
  return run.code >= kFirstNamed ? std::string_view(named_[run.code - kFirstNamed].first)
                                 : bucket_name(static_cast<Outcome>(run.code));
}

std::string_view RecordBuckets::reason(const Run& run) const {
  if (run.code >= kFirstNamed) return named_[run.code - kFirstNamed].second;
  return run.code == 0 ? "the source said nothing of it" : "";
}

void RecordBuckets::add_counts(BucketCounts& counts) const {
  std::vector<std::int64_t> by_code(kFirstNamed + named_.size());
  for (const std::uint32_t code : codes_) ++by_code[code];
  for (std::uint32_t code = 0; code < by_code.size(); ++code) {
    if (by_code[code] > 0) counts[std::string(bucket({0, 0, code}))] += by_code[code];
  }
}

}  // namespace engine::import
