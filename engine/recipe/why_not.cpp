// Why a track is not in the list: every node that could have had it and had not, every node that
// lost it, and what would have kept it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"
#include "recipe/found_by.hpp"
#include "recipe/why.hpp"
#include "recipe/why_terms.hpp"

namespace engine {
namespace {

/// A parameter's value that would have kept the track.
struct Remedy {
  std::string parameter;
  double value = 0, now = 0;
};

std::string words(const Remedy& remedy) {
  return remedy.parameter + " = " + number_text(remedy.value) + " (it is " +
         number_text(remedy.now) + ")";
}

/// The node with one argument changed.
Node with(const Node& node, const std::string& parameter, double value) {
  Node changed = node;
  const std::string first = listed(node.description->params)[0]->name;
  for (auto& [name, given] : changed.arguments) {
    if (name != parameter && !(name == "1" && parameter == first)) continue;
    given = value;
    return changed;
  }
  changed.arguments.emplace_back(parameter, value);
  return changed;
}

/// The value nearest to `now` for which `keeps` holds, given that it holds for `end`; whole numbers
/// where `is_whole`, else to a thousandth of the way.
double nearest_that_keeps(double now, double end, bool is_whole,
                          const std::function<bool(double)>& keeps) {
  // First in doubling steps away from `now`, so that the search stays small where the end is far.
  double step = is_whole ? 1 : std::abs(end - now) / 1024;
  double bad = now, good = end;
  for (const double sign = end > now ? 1 : -1; step < std::abs(end - now); step *= 2) {
    const double value = now + sign * step;
    if (keeps(value)) {
      good = value;
      break;
    }
    bad = value;
  }
  const double enough = is_whole ? 1 : std::abs(end - now) / 1024;
  while (std::abs(good - bad) > enough) {
    double middle = (good + bad) / 2;
    if (is_whole) middle = std::floor(middle);
    if (middle == bad || middle == good) break;
    (keeps(middle) ? good : bad) = middle;
  }
  return good;
}

/// Tries the ends of each number parameter's range, one parameter at a time.
std::optional<Remedy> remedy_for(const Node& node, const std::vector<const playlist_param*>& params,
                                 const std::function<bool(const Node&)>& keeps) {
  for (const playlist_param* param : params) {
    const double now = node.number(param->name);
    for (const double end : {param->max, param->min}) {
      if (end == now || !std::isfinite(end)) continue;
      const auto keeps_at = [&](double value) { return keeps(with(node, param->name, value)); };
      if (!keeps_at(end)) continue;
      const bool is_whole = param->type == PLAYLIST_PARAM_INTEGER;
      return Remedy{param->name, nearest_that_keeps(now, end, is_whole, keeps_at), now};
    }
  }
  return std::nullopt;
}

/// Number parameters; those that bound how much is given come first.
std::vector<const playlist_param*> number_params(const Node& node) {
  std::vector<const playlist_param*> params;
  for (const playlist_param* param : listed(node.description->params)) {
    if (param->type == PLAYLIST_PARAM_INTEGER || param->type == PLAYLIST_PARAM_NUMBER)
      params.push_back(param);
  }
  std::stable_partition(params.begin(), params.end(), [](const playlist_param* param) {
    const std::string name = param->name;
    return name == "limit" || name == "pool" || name == "top";
  });
  return params;
}

class WhyNot {
 public:
  WhyNot(Evaluation& evaluation, std::int32_t track, bool tries_remedies)
      : evaluation_(evaluation),
        plan_(*evaluation.setup().plan),
        track_(track),
        tries_remedies_(tries_remedies) {}

  std::string loss(const Node& node) {
    tell_loss(node);
    return story_.told.empty() ? "" : story_.told.front().text;
  }

  TrackStory tell() {
    const std::string name = track_name(*evaluation_.setup().tables, track_);
    const std::int64_t position = evaluation_.result(plan_.output)->row_of(track_);
    if (position >= 0) {
      story_.place = position + 1;
      story_.found_by = found_by(evaluation_, *evaluation_.result(plan_.output),
                                 static_cast<std::size_t>(position));
      story_.head = name + " is in this list, at place " + std::to_string(position + 1) + ".";
      return std::move(story_);
    }
    story_.head = name + " is not in this list.";
    const std::vector<int> path = candidate_path(plan_);
    for (const int id : path) {
      const Node& node = plan_.at(id);
      if (node.inputs.empty() && node.branches.empty()) tell_source(node);
    }
    for (const int id : path) tell_loss(plan_.at(id));
    if (story_.told.empty()) note(plan_.at(plan_.output), "cut", "no step of the plan had it");
    return std::move(story_);
  }

 private:
  void note(const Node& node, const char* kind, std::string text,
            const std::optional<Remedy>& remedy = std::nullopt) {
    if (remedy) text += "; it would have been with " + words(*remedy);
    story_.told.push_back(Finding{kind, node.label(), node.where, std::move(text),
                                  remedy ? remedy->parameter : "", remedy ? remedy->value : 0});
  }

  static std::string at(const Node& node) { return node.label() + " (" + node.where + ")"; }

  void tell_source(const Node& node) {
    const CandidatesPtr made = evaluation_.known(node.id);
    if (made == nullptr)
      return note(node, "not_recalled", at(node) + " was not asked: an earlier branch was taken");
    if (const std::int64_t row = made->row_of(track_); row >= 0) {
      note(node, "found",
           "found by " + at(node) + ", place " + std::to_string(row + 1) + " of " +
               std::to_string(made->size()));
      story_.told.back().found_by =
          found_by_source(evaluation_, node, *made, static_cast<std::size_t>(row));
      return;
    }
    if (node.step->facts().is_set) return note(node, "not_recalled", "it is not in " + at(node));
    const auto recalls = [&](const Node& changed) {
      try {
        return changed.step->run(evaluation_, changed).row_of(track_) >= 0;
      } catch (const Error& error) {
        if (error.exit() == Exit::kLimits) throw;
        return false;  // a value that does not go with the others
      }
    };
    const std::optional<Remedy> remedy = remedy_for(node, number_params(node), recalls);
    note(node, "not_recalled",
         "never recalled by " + at(node) +
             (remedy ? "" : "; no value of one of its number parameters alone would do it"),
         remedy);
  }

  void tell_loss(const Node& node) {
    const CandidatesPtr made = evaluation_.known(node.id);
    if (made == nullptr || made->row_of(track_) >= 0) return;
    CandidatesPtr input;
    for (const int id : plan_.reads(node.id)) {
      const bool is_argument =
          std::find(node.inputs.begin(), node.inputs.end(), id) == node.inputs.end() &&
          std::none_of(node.branches.begin(), node.branches.end(), [&](const Branch& branch) {
            return branch.node == id || branch.otherwise == id;
          });
      const CandidatesPtr candidates = evaluation_.known(id);
      if (!is_argument && candidates != nullptr && candidates->row_of(track_) >= 0)
        input = candidates;
    }
    if (input != nullptr) tell_lost(node, *input, *made);
  }

  void tell_lost(const Node& node, const Candidates& input, const Candidates& made) {
    const auto row = static_cast<std::size_t>(input.row_of(track_));
    for (const Dropped& dropped : made.dropped) {
      if (dropped.track != track_) continue;
      std::string text = "dropped by " + at(node) + ": " + evaluation_.text_of_code(dropped.reason);
      const std::string values =
          values_text(evaluation_, input, row, columns_read(evaluation_, node));
      if (!values.empty()) text += " (" + values + ")";
      return note(node, "dropped", text, limit_remedy(node));
    }
    if (const std::string ranked = outranked(node, input, made, row); !ranked.empty())
      return note(node, "outranked", at(node) + ": " + ranked, place_remedy(node, row));
    const std::string place =
        "it stood at place " + std::to_string(row + 1) + " of " + std::to_string(input.size());
    note(node, "cut", at(node) + ": " + node.step->facts().how_lost + ", " + place,
         place_remedy(node, row));
  }

  /// Which of the node's limits would have to be raised.
  std::optional<Remedy> limit_remedy(const Node& node) {
    if (node.step->facts().choice != Choice::kFitting || !tries_remedies_) return std::nullopt;
    std::vector<const playlist_param*> params;
    for (const playlist_param* param : listed(node.description->params)) {
      const bool is_number =
          param->type == PLAYLIST_PARAM_INTEGER || param->type == PLAYLIST_PARAM_NUMBER;
      if (is_number && node.number(param->name) > 0) params.push_back(param);
    }
    std::optional<Remedy> found;
    for (const playlist_param* param : params) {
      const double now = node.number(param->name);
      const auto keeps = [&](double value) {
        const Node changed = with(node, param->name, value);
        return changed.step->run(evaluation_, changed).row_of(track_) >= 0;
      };
      // Raised to what holds every candidate; :limit itself takes far more.
      const double most =
          now + static_cast<double>(evaluation_.known(node.inputs.at(0))->size()) + 1;
      const double end = std::string(param->name) == "minutes" ? now * 100 : most;
      if (!keeps(end)) continue;
      found = Remedy{param->name, nearest_that_keeps(now, end, true, keeps), now};
      break;
    }
    return found;
  }

  /// The count that reaches as far as this track's row.
  std::optional<Remedy> place_remedy(const Node& node, std::size_t row) {
    const Choice choice = node.step->facts().choice;
    if (choice == Choice::kFitting) return limit_remedy(node);
    if (choice != Choice::kFirst || !tries_remedies_) return std::nullopt;
    return Remedy{"count", static_cast<double>(row + 1), node.number("count")};
  }

  /// "needed 0.71, had 0.64; what cost it most is ...", where the node takes the best scores first.
  std::string outranked(const Node& node, const Candidates& input, const Candidates& made,
                        std::size_t row) {
    const CandidateColumn* all = input.find("score");
    const CandidateColumn* kept = made.find("score");
    if (node.step->facts().choice == Choice::kNone || all == nullptr || kept == nullptr ||
        made.size() == 0)
      return "";
    for (std::size_t i = 1; i < input.size(); ++i) {
      if (all->number(i) > all->number(i - 1)) return "";  // the order is not the score's
    }
    double needed = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (!std::isnan(kept->number(i))) needed = std::min(needed, kept->number(i));
    }
    const double had = all->number(row);
    if (!(had < needed)) return "";
    return "it was outranked: needed " + rounded(needed) + ", had " + rounded(had) + cost(node);
  }

  /// The term of the score below this node that took most away, against the candidates' middle.
  std::string cost(const Node& node) {
    const Node* below = &node;
    while (!below->step->facts().is_score) {
      if (below->inputs.size() != 1) return "";
      below = &plan_.at(below->inputs[0]);
    }
    const CandidatesPtr scored = evaluation_.known(below->inputs.at(0));
    if (scored == nullptr || scored->row_of(track_) < 0) return "";
    const auto row = static_cast<std::size_t>(scored->row_of(track_));
    const std::vector<ScoreTerm> terms = score_terms(evaluation_, *below, *scored, row);
    const auto worst =
        std::min_element(terms.begin(), terms.end(),
                         [](const ScoreTerm& a, const ScoreTerm& b) { return a.delta < b.delta; });
    if (worst == terms.end() || worst->delta >= 0) return "";
    const ColumnPlace place = column_place(evaluation_, *scored, row, worst->column);
    return "; what cost it most is " + worst->column + ": it has " +
           (std::isnan(place.value) ? "none" : rounded(place.value)) +
           ", the middle of the candidates " + rounded(place.median) + " (" +
           rounded(worst->delta) + ")";
  }

  Evaluation& evaluation_;
  const Plan& plan_;
  std::int32_t track_;
  bool tries_remedies_;
  TrackStory story_;
};

}  // namespace

TrackStory why_not(Evaluation& evaluation, std::int32_t track) {
  return WhyNot(evaluation, track, true).tell();
}

std::string loss_text(Evaluation& evaluation, const Node& node, std::int32_t track) {
  return WhyNot(evaluation, track, false).loss(node);
}

}  // namespace engine
