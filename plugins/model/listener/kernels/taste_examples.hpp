// What model.taste learns of: moments at which somebody met a track, what their past said of it
// then, and what came of it.
//
// accepted     a track that shuffle brought after another ended or was skipped: let play (1) or
//              skipped (0). What shuffle brings next hardly hangs on what is liked: close to a trial
// returned     the first listen of a track in a session: played again, and not skipped, in another
//              session within `days` (1) or not (0). Known only once they are over, and of days on
//              which anything is known of the person: not of those after their last listen
// preference   the same moments: shared::mean_preference() of everything up to when they are over.
//              The mean has no yes or no, so that what is learned is judged by `returned`
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shared/taste_signals.hpp"

namespace model {

enum class TasteTarget { kAccepted, kReturned, kPreference };

/// What became of a track that shuffle brought.
enum class Trial : std::uint8_t { kNone, kLetPlay, kSkipped };

struct TasteData {
  std::span<const shared::TasteListen> listens;  // by start
  std::span<const Trial> trials;                 // of each listen
  std::span<const shared::Verdict> verdicts;     // undated first, then by time
  std::span<const std::int32_t> artist;          // the first of each track; < 0: none
  std::size_t artists = 0;
  const shared::TrackVectors* vectors = nullptr;
  std::int64_t now = 0;
};

/// In the order of time.
struct TasteExamples {
  std::size_t columns = 0;
  std::vector<float> rows;                 // features as of before the moment
  std::vector<float> labels;               // 0..1
  std::vector<float> heuristic;            // shared::heuristic_preference() as of then
  std::vector<std::uint8_t> outcome;       // what it is judged by: 0, 1
  std::vector<std::int64_t> at, known_at;  // the moment; since when the label is known

  [[nodiscard]] std::size_t count() const { return labels.size(); }
  [[nodiscard]] std::span<const float> row(std::size_t k) const {
    return std::span(rows).subspan(k * columns, columns);
  }
};

/// The latest `most` whose label is known.
TasteExamples taste_examples(const TasteData& data, TasteTarget target, int days, std::size_t most);

}  // namespace model
