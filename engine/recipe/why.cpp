#include "recipe/why.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "plan/step.hpp"
#include "recipe/found_by.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/report.hpp"
#include "recipe/why_terms.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Whether a track gets through by itself, not by its place among others.
bool is_judge(const StepFacts& facts) {
  return facts.is_filter || facts.choice == Choice::kFitting;
}

std::string found_text(const Node& node, const Candidates& made, std::size_t row) {
  std::string text = "found by " + node.label() + " (" + node.where + "), place " +
                     std::to_string(row + 1) + " of " + std::to_string(made.size());
  if (const CandidateColumn* score = made.find("score"); score != nullptr)
    text += ", score " + rounded(score->number(row));
  return text;
}

Json finding_json(const Finding& finding) {
  Json json{{"kind", finding.kind},
            {"node", finding.node},
            {"where", finding.where},
            {"text", finding.text}};
  if (!finding.parameter.empty()) {
    json["parameter"] = finding.parameter;
    json["value"] = finding.value;
  }
  if (finding.found_by) json["found_by"] = found_by_json({*finding.found_by}).at(0);
  if (finding.kind != "scored") return json;
  json["score"] = finding.score ? Json(*finding.score) : Json(nullptr);
  json["terms"] = Json::array();
  for (const ScoreTerm& term : finding.terms)
    json["terms"].push_back({{"term", term.column}, {"value", term.delta}});
  return json;
}

/// The effect of each term that has one, against the candidates' middle.
std::string terms_text(const std::vector<ScoreTerm>& terms) {
  std::string text;
  for (const ScoreTerm& term : terms) {
    if (term.delta == 0) continue;
    text += (text.empty() ? ": " : ", ") + term.column + " " + (term.delta >= 0 ? "+" : "") +
            rounded(term.delta);
  }
  return text.empty() ? "" : text + " against the middle of the candidates";
}

void tell_score(Finding& finding, Evaluation& evaluation, const Node& node, const Candidates& made,
                std::size_t row) {
  const CandidatesPtr input = evaluation.known(node.inputs.at(0));
  const double score = made.find("score")->number(row);
  if (std::isfinite(score)) finding.score = score;
  finding.terms = score_terms(evaluation, node, *input,
                              static_cast<std::size_t>(input->row_of(made.tracks[row])));
  finding.text = "scored " + rounded(score) + " (" + node.where + ")" + terms_text(finding.terms);
}

std::string explanation_of(const Evaluation& evaluation, const Candidates& list, std::size_t row) {
  const CandidateColumn* explanation = list.find("explanation");
  if (explanation == nullptr) return "";
  std::string text =
      evaluation.text_of_code(std::get<Items<std::int32_t>>(explanation->values)[row]);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
    text.replace(at, 1, "; ");
  return text;
}

}  // namespace

std::int32_t find_track(const Tables& tables, const std::string& wanted) {
  const playlist_table& table = *tables.table("tracks");
  const auto* ids = static_cast<const std::int64_t*>(find_column(table, "id")->data);
  std::string spotify = wanted;
  if (const std::size_t at = spotify.rfind(':'); spotify.rfind("spotify:track:", 0) == 0)
    spotify = spotify.substr(at + 1);
  if (const std::size_t at = spotify.find("/track/"); at != std::string::npos)
    spotify = spotify.substr(at + 7, 22);
  const std::string name = lower(wanted);
  std::vector<std::int32_t> found;
  for (std::int32_t track = 0; track < table.rows; ++track) {
    if (std::to_string(ids[track]) == wanted || track_text(tables, "spotify_id", track) == spotify)
      return track;
    const std::string title = lower(track_text(tables, "title", track));
    if (title == name || lower(track_text(tables, "artist_name", track)) + " - " + title == name)
      found.push_back(track);
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    throw Error(Exit::kInput, "no track \"" + wanted + "\" in the library as of now",
                {"", "", "",
                 "give its number in the store, its Spotify uri, its title, or ARTIST - TITLE"});
  }
  std::string why;
  for (std::size_t i = 0; i < std::min<std::size_t>(5, found.size()); ++i) {
    why += (i > 0 ? "\n         " : "") + std::to_string(ids[found[i]]) + "  " +
           track_name(tables, found[i]);
  }
  throw Error(Exit::kInput, std::to_string(found.size()) + " tracks are called \"" + wanted + "\"",
              {"", "", why, "give the number"});
}

std::string TrackStory::text() const {
  std::string text = head + "\n";
  for (const Finding& finding : told) text += "  " + finding.text + "\n";
  return text;
}

Json TrackStory::json() const {
  Json findings = Json::array();
  for (const Finding& finding : told) findings.push_back(finding_json(finding));
  return {{"place", place > 0 ? Json(place) : Json(nullptr)},
          {"answer", text()},
          {"found_by", found_by_json(found_by)},
          {"findings", std::move(findings)}};
}

TrackStory why(Evaluation& evaluation, std::int32_t track) {
  const Plan& plan = *evaluation.setup().plan;
  const Tables& tables = *evaluation.setup().tables;
  const CandidatesPtr list = evaluation.result(plan.output);
  const std::int64_t position = list->row_of(track);
  if (position < 0) return why_not(evaluation, track);
  TrackStory story;
  story.place = position + 1;
  story.head = explanation_sentence(
                   track_text(tables, "title", track), track_text(tables, "artist_name", track),
                   explanation_of(evaluation, *list, static_cast<std::size_t>(position))) +
               "\n  place " + std::to_string(position + 1) + " of " + std::to_string(list->size());
  story.found_by = found_by(evaluation, *list, static_cast<std::size_t>(position));
  for (const int id : candidate_path(plan)) {
    const Node& node = plan.at(id);
    const CandidatesPtr made = evaluation.known(id);
    if (made == nullptr || made->row_of(track) < 0) continue;
    const auto row = static_cast<std::size_t>(made->row_of(track));
    const StepFacts& facts = node.step->facts();
    const auto tell = [&](const char* kind, std::string text) -> Finding& {
      return story.told.emplace_back(
          Finding{kind, node.label(), node.where, std::move(text), "", 0});
    };
    if (node.is_source()) {
      tell("found", found_text(node, *made, row)).found_by =
          found_by_source(evaluation, node, *made, row);
    }
    if (facts.is_score) tell_score(tell("scored", ""), evaluation, node, *made, row);
    if (std::string told = node.step->story(evaluation, node, *made, row); !told.empty())
      tell(facts.story_kind, std::move(told));
    if (is_judge(facts)) tell("passed", "passed " + node.label() + " (" + node.where + ")");
  }
  return story;
}

}  // namespace engine
