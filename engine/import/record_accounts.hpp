// What became of each record of a file without listens: buckets, first examples, and runs of equal
// fate in the store's ingestion_rows.
#pragma once

#include <cstdint>
#include <string>

#include "import/result.hpp"
#include "store/store.hpp"

namespace engine::import {

/// `store` must outlive it.
class RecordAccounts {
 public:
  explicit RecordAccounts(Store& store)
      : insert_(store.prepare("INSERT INTO ingestion_rows VALUES (?1, ?2, ?3, ?4, ?5)")) {}

  void begin(std::int64_t ingestion) { ingestion_ = ingestion; }

  /// The next record; `problem` is "" where it is in a good bucket.
  void add(const std::string& bucket, const std::string& problem, FileResult& result) {
    constexpr std::size_t kMostExamples = 5;
    ++result.buckets[bucket];
    if (!problem.empty() && result.examples.size() < kMostExamples)
      result.examples.push_back("record " + std::to_string(result.rows + 1) + ": " + bucket + ": " +
                                problem);
    if (run_.bucket == bucket && run_.reason == problem && run_.first >= 0) {
      run_.last = result.rows;
    } else {
      flush();
      run_ = {result.rows, result.rows, bucket, problem};
    }
    ++result.rows;
  }

  /// Writes what is not written yet.
  void flush() {
    if (run_.first >= 0) insert_.run(ingestion_, run_.first, run_.last, run_.bucket, run_.reason);
    run_ = {};
  }

 private:
  struct Run {
    std::int64_t first = -1, last = -1;
    std::string bucket, reason;
  };
  Statement insert_;
  std::int64_t ingestion_ = 0;
  Run run_;
};

}  // namespace engine::import
