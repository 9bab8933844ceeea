// Training one model and asking its recall for many users, in workers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.hpp"
#include "benchmark/split_tables.hpp"
#include "models/models.hpp"

namespace engine::benchmark {

/// A user's tracks, best first, and their scores.
struct RankedList {
  std::vector<std::int32_t> tracks;
  std::vector<float> scores;
};

/// What the workers read; must outlive the calls below.
struct Stage {
  const Request& request;
  const ItemsOfUsers& train;
  const SplitTables& tables;
};

struct Training {
  ModelVersion version;
  double seconds = 0;
};
/// Trains model.NAME in a worker; its artifact is written to `folder`.
Training train(const Stage& stage, const std::string& name, const Arguments& arguments,
               const std::string& folder);

struct Recommended {
  std::vector<RankedList> lists;  // parallel to the users asked for
  double seconds = 0;
};
/// The `limit` best of recall.NAME for each user, whose train items are the seeds. Users are shared
/// out to request.jobs workers; the result does not depend on how many.
Recommended recommend(const Stage& stage, const std::string& name, const ModelVersion& version,
                      const Arguments& arguments, const std::vector<std::int32_t>& users,
                      std::size_t limit);

}  // namespace engine::benchmark
