#include "recipe/report.hpp"

#include <cmath>
#include <cstdio>

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

/// Nine significant digits tell float32 values apart and print the same everywhere. What is missing
/// is null; infinity, which only a library's own columns can hold, is no number either.
Json number_json(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return Json::parse(text);
}

/// What the user did with the tracks of a list: one pass over their listens.
class OwnMusic {
 public:
  OwnMusic(const Tables& tables, const Items<std::int32_t>& chosen)
      : places_(static_cast<std::size_t>(tables.table("tracks")->rows), -1), done_(chosen.size()) {
    for (std::size_t k = 0; k < done_.size(); ++k)
      places_[static_cast<std::size_t>(chosen[k])] = static_cast<std::int32_t>(k);
    const playlist_table& listens = *tables.table("listens");
    const auto* is_play = static_cast<const std::uint8_t*>(find_column(listens, "is_play")->data);
    const auto* ts = static_cast<const std::int64_t*>(find_column(listens, "ts")->data);
    each_of(tables, "listens", [&](Done& done, std::int64_t row) {
      if (is_play[row] != 1) return;
      ++done.plays;
      done.last = std::max(done.last, ts[row]);
    });
    each_of(tables, "likes", [](Done& done, std::int64_t) { done.is_liked = true; });
    each_of(tables, "library", [](Done& done, std::int64_t) { done.is_owned = true; });
  }

  [[nodiscard]] std::int64_t plays(std::int32_t track) const { return of(track).plays; }
  [[nodiscard]] std::int64_t last_played(std::int32_t track) const { return of(track).last; }
  /// Why a track is there that no recall found: it comes from a set of the user's. "" without one.
  [[nodiscard]] std::string reason(std::int32_t track) const {
    const Done& done = of(track);
    return done.is_liked    ? "BASE: you liked it"
           : done.is_owned  ? "BASE: in your library"
           : done.plays > 0 ? "BASE: from what you played"
                            : "";
  }

 private:
  struct Done {
    std::int64_t plays = 0, last = 0;
    bool is_liked = false, is_owned = false;
  };
  [[nodiscard]] const Done& of(std::int32_t track) const {
    return done_[static_cast<std::size_t>(places_[static_cast<std::size_t>(track)])];
  }
  /// use(what was done with the chosen track, row) for the rows of a set that are of one.
  template <class Use>
  void each_of(const Tables& tables, const char* set, const Use& use) {
    const playlist_table& rows = *tables.table(set);
    const auto* tracks = static_cast<const std::int32_t*>(find_column(rows, "track")->data);
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      const std::int32_t place = places_[static_cast<std::size_t>(tracks[row])];
      if (place >= 0) use(done_[static_cast<std::size_t>(place)], row);
    }
  }

  std::vector<std::int32_t> places_;  // by track number: its place in the list, -1 none
  std::vector<Done> done_;
};

/// What the whole list is made of instead of what it is for (pl.fallback), or "".
std::string fallback_of(const Evaluation& evaluation, const Candidates& chosen) {
  const CandidateColumn* column = chosen.find("fallback");
  if (column == nullptr || column->type != PLAYLIST_STRING || chosen.size() == 0) return "";
  const auto& codes = std::get<Items<std::int32_t>>(column->values);
  for (std::size_t row = 1; row < chosen.size(); ++row)
    if (codes[row] != codes[0]) return "";
  return evaluation.text_of_code(codes[0]);
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

/// "GENRE-BASED: discovered via rock" as a screen tells it: "discovered via rock".
std::string without_tag(const std::string& reason) {
  std::size_t at = 0;
  while (at < reason.size() && ((reason[at] >= 'A' && reason[at] <= 'Z') || reason[at] == '-'))
    ++at;
  return at > 1 && reason.compare(at, 2, ": ") == 0 ? reason.substr(at + 2) : reason;
}

/// One per channel ("item_cf+content"). The share is that of the seed which the first one names, of
/// what its channel scored.
Json short_reasons(const std::string& explanation, double seed_share, const std::string& channel) {
  Json reasons = Json::array();
  for (const std::string& reason : split(explanation, "\n")) {
    std::string text = without_tag(reason);
    if (reasons.empty() && !std::isnan(seed_share))
      text += " (" + std::to_string(std::lround(100 * seed_share)) + " % of its " +
              channel.substr(0, channel.find('+')) + " score)";
    reasons.push_back(std::move(text));
  }
  return reasons;
}

Json track_json(const Evaluation& evaluation, const TrackReader& reader, const OwnMusic& own_music,
                const Candidates& chosen, std::size_t row) {
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
  std::string channel;
  double seed_share = std::nan("");
  if (const CandidateColumn* share = chosen.find("seed_share")) seed_share = share->number(row);
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
    if (column.name == "channel") channel = text;
    if (column.name == "explanation")
      explanation = text;
    else
      columns[column.name] = text.empty() ? Json(nullptr) : Json(text);
  }
  json["columns"] = std::move(columns);
  if (explanation.empty()) explanation = own_music.reason(track);
  Json sentences = Json::array();
  for (const std::string& inside : split(explanation, "\n"))
    sentences.push_back(explanation_sentence(title, artist, inside));
  if (sentences.empty()) sentences.push_back(explanation_sentence(title, artist, ""));
  json["explanation"] = std::move(sentences);
  json["reasons"] = short_reasons(explanation, seed_share, channel);
  json["plays"] = own_music.plays(track);
  json["last_played"] =
      own_music.plays(track) == 0 ? Json(nullptr) : Json(format_time(own_music.last_played(track)));
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
  const std::string fallback = fallback_of(evaluation, chosen);
  record["title"] = fallback.empty() ? recipe.title : recipe.title + ": " + fallback;
  record["user"] = facts.user;
  record["now"] = format_time(evaluation.setup().now);
  record["random_seed"] = evaluation.setup().random_seed;
  record["parameters"] = parameters_json(values);
  record["fallback"] = fallback.empty() ? Json(nullptr) : Json(fallback);
  const OwnMusic own_music(*evaluation.setup().tables, chosen.tracks);
  Json tracks = Json::array();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    tracks.push_back(track_json(evaluation, reader, own_music, chosen, i));
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

}  // namespace engine
