#include "discovery/answers.hpp"

#include <algorithm>
#include <cmath>

#include "core/duration.hpp"

namespace engine::discovery {
namespace {

/// Sums of one source.
struct Sums {
  std::size_t answers = 0, accepted = 0;
  double weight = 0, square = 0, accepted_weight = 0;

  void add(const Answer& answer) {
    const double w = 1 / answer.propensity;
    ++answers;
    accepted += answer.is_accepted;
    weight += w;
    square += w * w;
    accepted_weight += answer.is_accepted ? w : 0;
  }
  [[nodiscard]] Acceptance told(std::string source) const {
    return {std::move(source), answers, accepted, accepted_weight / weight,
            weight * weight / square};
  }
};

/// How many at the end were turned down and have the same `name`.
template <typename Name>
std::size_t run_length(std::span<const Answer> answers, const Name& name) {
  std::size_t length = 0;
  for (auto answer = answers.rbegin(); answer != answers.rend(); ++answer) {
    if (answer->is_accepted || name(*answer) != name(answers.back()) || name(*answer).empty())
      break;
    ++length;
  }
  return length;
}

}  // namespace

std::map<ArmName, Posterior> posteriors_of(std::span<const Answer> answers, std::int64_t now) {
  std::map<ArmName, Posterior> arms;
  for (const Answer& answer : answers) {
    if (answer.ts > now) continue;
    const double weeks = static_cast<double>(now - answer.ts) / static_cast<double>(7 * kDay);
    Posterior& arm = arms[{answer.source, answer.kind}];
    (answer.is_accepted ? arm.accepted : arm.rejected) += std::pow(kWeeklyForgetting, weeks);
  }
  return arms;
}

std::vector<Acceptance> acceptance_of(std::span<const Answer> answers) {
  if (answers.empty()) return {};
  Sums all;
  std::map<std::string, Sums> by_source;
  for (const Answer& answer : answers) {
    all.add(answer);
    by_source[answer.source].add(answer);
  }
  std::vector<Acceptance> told;
  for (const auto& [source, sums] : by_source) told.push_back(sums.told(source));
  std::ranges::stable_sort(told, std::ranges::greater(), &Acceptance::answers);
  told.insert(told.begin(), all.told(""));
  return told;
}

Row rejected_in_a_row(std::span<const Answer> answers, std::size_t least) {
  const auto of_kind = run_length(answers, [](const Answer& a) { return a.kind; });
  if (of_kind >= least) return {Row::Of::kKind, answers.back().kind, of_kind};
  const auto of_source = run_length(answers, [](const Answer& a) { return a.source; });
  if (of_source >= least) return {Row::Of::kSource, answers.back().source, of_source};
  return {};
}

}  // namespace engine::discovery
