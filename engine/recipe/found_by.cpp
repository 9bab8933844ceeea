#include "recipe/found_by.hpp"

#include <cmath>
#include <string>
#include <unordered_map>

#include "plan/step.hpp"
#include "recipe/why_terms.hpp"

namespace engine {
namespace {

/// The text in a column; "" where there is none.
std::string text_at(const Evaluation& evaluation, const Candidates& candidates, const char* name,
                    std::size_t row) {
  const CandidateColumn* column = candidates.find(name);
  if (column == nullptr || column->type != PLAYLIST_STRING) return "";
  const std::int32_t code = std::get<Items<std::int32_t>>(column->values)[row];
  if (code < 0 || column->dict == nullptr) return evaluation.text_of_code(code);
  const playlist_column view{sizeof view, column->type, "", nullptr, column->dict};
  return std::string(text_of(view, code));
}

/// "likes" of user.likes, "genre" of recall.genre: as channels are called.
std::string channel_of(const Node& node) {
  if (node.has_parameter("set")) return node.text("set");
  const std::size_t dot = node.name.find('.');
  return dot == std::string::npos ? node.name : node.name.substr(dot + 1);
}

/// Of a set: the playlist, or whose it is.
std::string seed_of_set(const Node& node) {
  const std::string name = node.has_parameter("name") ? node.text("name") : "";
  return !name.empty() || !node.has_parameter("of") ? name : node.text("of");
}

/// Whether `part` is one of the texts that a separator stands between.
bool has_part(const std::string& all, const std::string& part, char separator) {
  for (std::size_t at = 0; (at = all.find(part, at)) != std::string::npos; ++at) {
    const std::size_t end = at + part.size();
    const bool begins = at == 0 || all[at - 1] == separator;
    if (begins && (end == all.size() || all[end] == separator)) return true;
  }
  return false;
}

/// Whether what a row tells by itself is part of what is told of it in the list.
bool is_told(const std::string& own, const std::string& in_list, char separator) {
  return own.empty() || has_part(in_list, own, separator);
}

/// By node: whether an :explain stands between it and the list.
std::vector<bool> explained_anew(const Plan& plan, const std::vector<int>& path) {
  std::vector<bool> is_below(plan.nodes.size());
  for (auto id = path.rbegin(); id != path.rend(); ++id) {
    const Node& node = plan.at(*id);
    const bool is_anew = is_below[static_cast<std::size_t>(node.id)] || node.step->facts().explains;
    if (!is_anew) continue;
    for (const int input : candidate_inputs(node)) is_below[static_cast<std::size_t>(input)] = true;
  }
  return is_below;
}

}  // namespace

FoundBy found_by_source(const Evaluation& evaluation, const Node& node, const Candidates& given,
                        std::size_t row) {
  FoundBy found;
  found.channel = text_at(evaluation, given, "channel", row);
  if (found.channel.empty()) found.channel = channel_of(node);
  found.seed =
      node.step->facts().is_set ? seed_of_set(node) : text_at(evaluation, given, "seed", row);
  if (const CandidateColumn* score = given.find("score"); score != nullptr) {
    const double value = score->number(row);
    if (std::isfinite(value)) found.value = value;
  }
  return found;
}

std::vector<std::vector<FoundBy>> found_by(const Evaluation& evaluation, const Candidates& chosen) {
  const Plan& plan = *evaluation.setup().plan;
  const TrackSet tracks(chosen.tracks);
  std::unordered_map<std::int32_t, std::size_t> place_of;
  for (std::size_t k = 0; k < chosen.size(); ++k) place_of.emplace(chosen.tracks[k], k);
  std::vector<std::vector<FoundBy>> all(chosen.size());
  const std::vector<int> path = candidate_path(plan);
  const std::vector<bool> is_anew = explained_anew(plan, path);
  for (const int id : path) {
    const Node& node = plan.at(id);
    const CandidatesPtr given = node.is_source() ? evaluation.known(id) : nullptr;
    if (given == nullptr) continue;
    for (std::size_t row = 0; row < given->size(); ++row) {
      if (!tracks.has(given->tracks[row])) continue;
      const std::size_t place = place_of.at(given->tracks[row]);
      const auto told = [&](const char* name, char separator) {
        return is_told(text_at(evaluation, *given, name, row),
                       text_at(evaluation, chosen, name, place), separator);
      };
      if (told("channel", '+') &&
          (is_anew[static_cast<std::size_t>(id)] || told("explanation", '\n')))
        all[place].push_back(found_by_source(evaluation, node, *given, row));
    }
  }
  return all;
}

std::vector<FoundBy> found_by(const Evaluation& evaluation, const Candidates& chosen,
                              std::size_t row) {
  return found_by(evaluation, chosen.gather({static_cast<std::int32_t>(row)})).front();
}

}  // namespace engine
