#include "recipe/report.hpp"

#include <cmath>
#include <cstdio>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// Reads the library's columns of a track.
class TrackReader {
 public:
  explicit TrackReader(const Tables& tables) : table_(*tables.table("tracks")) {}

  [[nodiscard]] std::string text(const char* name, std::int32_t track) const {
    const playlist_column* column = find_column(table_, name);
    if (column == nullptr || column->type != PLAYLIST_STRING) return "";
    return std::string(text_of(*column, static_cast<const std::int32_t*>(column->data)[track]));
  }
  [[nodiscard]] std::int64_t id(std::int32_t track) const {
    return static_cast<const std::int64_t*>(find_column(table_, "id")->data)[track];
  }
  [[nodiscard]] std::int32_t integer(const char* name, std::int32_t track) const {
    return static_cast<const std::int32_t*>(find_column(table_, name)->data)[track];
  }

 private:
  const playlist_table& table_;
};

/// Nine significant digits tell float32 values apart and print the same everywhere.
Json number_json(double value) {
  if (std::isnan(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return Json::parse(text);
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; !text.empty() && at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + separator.size();
  }
  return parts;
}

Json track_json(const Evaluation& evaluation, const TrackReader& reader, const Candidates& chosen,
                std::size_t row) {
  const std::int32_t track = chosen.tracks[row];
  const std::string title = reader.text("title", track), artist = reader.text("artist_name", track);
  const std::string spotify = reader.text("spotify_id", track);
  const std::int32_t duration = evaluation.length_ms(track);
  Json json;
  json["position"] = row + 1;
  json["track"] = reader.id(track);
  json["title"] = title;
  json["artist"] = artist;
  json["album"] = reader.text("album", track);
  json["duration_ms"] = duration > 0 ? Json(duration) : Json(nullptr);
  json["spotify_uri"] = spotify.empty() ? Json(nullptr) : Json("spotify:track:" + spotify);
  const CandidateColumn* score = chosen.find("score");
  json["score"] = score == nullptr ? Json(nullptr) : number_json(score->number(row));
  Json columns = Json::object();
  std::string explanation;
  for (const CandidateColumn& column : chosen.columns) {
    if (column.type != PLAYLIST_STRING) {
      if (column.name != "score") columns[column.name] = number_json(column.number(row));
      continue;
    }
    const std::int32_t code = std::get<Items<std::int32_t>>(column.values)[row];
    std::string text;
    if (code >= 0 && column.dict != nullptr) {
      const playlist_column view{sizeof view, column.type, "", nullptr, column.dict};
      text = text_of(view, code);
    } else {
      text = evaluation.text_of_code(code);
    }
    if (column.name == "explanation")
      explanation = text;
    else
      columns[column.name] = text.empty() ? Json(nullptr) : Json(text);
  }
  json["columns"] = std::move(columns);
  Json sentences = Json::array();
  for (const std::string& inside : split(explanation, "; "))
    sentences.push_back(explanation_sentence(title, artist, inside));
  if (sentences.empty()) sentences.push_back(explanation_sentence(title, artist, ""));
  json["explanation"] = std::move(sentences);
  return json;
}

Json statistics_json(const Evaluation& evaluation, const Candidates& chosen,
                     const AsOfFacts& facts) {
  double seconds = 0;
  Json channels = Json::object();
  const CandidateColumn* channel = chosen.find("channel");
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::int32_t ms = evaluation.length_ms(chosen.tracks[i]);
    seconds += ms > 0 ? ms / 1000.0 : evaluation.setup().default_track_seconds;
    if (channel == nullptr) continue;
    const std::string name =
        evaluation.text_of_code(std::get<Items<std::int32_t>>(channel->values)[i]);
    channels[name.empty() ? "none" : name] = channels.value(name.empty() ? "none" : name, 0) + 1;
  }
  Json branches = Json::array();
  std::int64_t generative = 0, fallbacks = 0;
  for (const BranchCount& branch : evaluation.branches()) {
    branches.push_back({{"branch", branch.branch},
                        {"share", branch.share},
                        {"slots", branch.slots},
                        {"filled", branch.filled},
                        {"fallbacks", branch.fallbacks}});
    if (branch.is_generative) generative += branch.filled;
    fallbacks += branch.fallbacks;
  }
  Json coverage = Json::object();
  for (const auto& [feature, share] : facts.coverage)
    coverage[feature] = number_json(std::round(share * 1000) / 1000);
  Json json;
  json["tracks"] = chosen.size();
  json["minutes"] = number_json(std::round(seconds / 6) / 10);
  json["generative"] = generative;
  json["base"] = static_cast<std::int64_t>(chosen.size()) - generative;
  json["fallbacks"] = fallbacks;
  json["channels"] = std::move(channels);
  json["branches"] = std::move(branches);
  json["feature_coverage"] = std::move(coverage);
  return json;
}

std::string duration_text(const Json& ms) {
  if (!ms.is_number()) return "  -:--";
  const long seconds = ms.get<long>() / 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%3ld:%02ld", seconds / 60, seconds % 60);
  return text;
}

void append_closing(std::ostringstream& out, const Json& statistics) {
  const auto number = [&](const char* name) { return statistics.at(name).get<std::int64_t>(); };
  out << "\n"
      << number("tracks") << " tracks, " << statistics.at("minutes").get<double>()
      << " minutes: " << number("generative") << " generative, " << number("base") << " base\n";
  std::string channels;
  for (const auto& [name, count] : statistics.at("channels").items()) {
    channels += (channels.empty() ? "" : ", ") + name + " " + std::to_string(count.get<int>());
  }
  if (!channels.empty()) out << "channels: " << channels << "\n";
  out << "fallbacks taken: " << number("fallbacks") << "\n";
}

}  // namespace

std::string explanation_sentence(const std::string& title, const std::string& artist,
                                 const std::string& inside) {
  std::string text = "\"" + title + "\" by " + (artist.empty() ? "an unknown artist" : artist) +
                     " made it to the playlist!";
  if (!inside.empty()) text += " [" + inside + "]";
  return text;
}

Json parameters_json(const ParameterValues& values) {
  Json parameters = Json::object();
  for (const auto& [name, value] : values) {
    if (const auto* number = std::get_if<double>(&value)) parameters[name] = number_json(*number);
    if (const auto* flag = std::get_if<bool>(&value)) parameters[name] = *flag;
    if (const auto* text = std::get_if<std::string>(&value)) parameters[name] = *text;
  }
  return parameters;
}

Json run_record(Evaluation& evaluation, const RecipeDefinition& recipe,
                const ParameterValues& values, const Candidates& chosen, const AsOfFacts& facts) {
  const TrackReader reader(*evaluation.setup().tables);
  Json record;
  record["run"] = nullptr;
  record["recipe"] = recipe.path;
  record["title"] = recipe.title;
  record["user"] = facts.user;
  record["now"] = format_time(evaluation.setup().now);
  record["random_seed"] = evaluation.setup().random_seed;
  record["parameters"] = parameters_json(values);
  Json tracks = Json::array();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    tracks.push_back(track_json(evaluation, reader, chosen, i));
  record["tracks"] = std::move(tracks);
  record["statistics"] = statistics_json(evaluation, chosen, facts);
  Json receipt = Json::array();
  for (const ReceiptEntry& entry : evaluation.receipt()) {
    receipt.push_back(
        {{"constraint", entry.constraint}, {"dropped", entry.dropped}, {"bound", entry.is_bound}});
    if (!entry.relaxed.empty()) receipt.back()["relaxed"] = entry.relaxed;
  }
  record["receipt"] = std::move(receipt);
  record["notices"] = evaluation.notices();
  Json trace = Json::array();
  for (const TraceEntry& entry : evaluation.trace()) {
    trace.push_back({{"node", entry.node},
                     {"where", entry.where},
                     {"rows_in", entry.rows_in},
                     {"rows_out", entry.rows_out},
                     {"ms", std::round(entry.ms * 1000) / 1000}});
    if (entry.is_reused) trace.back()["reused"] = true;
  }
  record["trace"] = std::move(trace);
  return record;
}

std::string record_text(const Json& record, bool with_trace) {
  std::ostringstream out;
  out << record.at("title").get<std::string>() << "  (" << record.at("user").get<std::string>()
      << ", " << record.at("now").get<std::string>().substr(0, 10) << ", random seed "
      << record.at("random_seed") << ")\n\n";
  for (const Json& track : record.at("tracks")) {
    char position[16];
    std::snprintf(position, sizeof position, "%3d ", track.at("position").get<int>());
    out << position << duration_text(track.at("duration_ms"));
    bool is_first = true;
    for (const Json& sentence : track.at("explanation")) {
      out << (is_first ? "  " : "            ") << sentence.get<std::string>() << "\n";
      is_first = false;
    }
  }
  append_closing(out, record.at("statistics"));
  for (const Json& entry : record.at("receipt")) {
    out << "limit " << entry.at("constraint").get<std::string>() << ": passed over "
        << entry.at("dropped");
    if (entry.contains("relaxed")) out << "; " << entry.at("relaxed").get<std::string>();
    out << "\n";
  }
  for (const Json& notice : record.at("notices"))
    out << "note: " << notice.get<std::string>() << "\n";
  if (with_trace) {
    out << "\n    rows in   rows out        ms  node\n";
    for (const Json& entry : record.at("trace")) {
      char line[64];
      std::snprintf(line, sizeof line, "%11lld %10lld %9.3f  ",
                    entry.at("rows_in").get<long long>(), entry.at("rows_out").get<long long>(),
                    entry.at("ms").get<double>());
      out << line << entry.at("node").get<std::string>() << "  "
          << entry.at("where").get<std::string>() << "\n";
    }
  }
  return out.str();
}

}  // namespace engine
