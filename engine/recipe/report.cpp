#include "recipe/report.hpp"

#include <algorithm>
#include <cmath>

#include "recipe/found_by.hpp"

namespace engine {
namespace {

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
      done.is_heard = true;
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
           : done.is_heard  ? "BASE: you began it, never long enough to count as a play"
                            : "";
  }

 private:
  struct Done {
    std::int64_t plays = 0, last = 0;
    bool is_liked = false, is_owned = false, is_heard = false;
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
std::vector<std::string> short_reasons(const std::string& explanation, double seed_share,
                                       const std::string& channel) {
  std::vector<std::string> reasons;
  for (const std::string& reason : split(explanation, "\n")) {
    std::string text = without_tag(reason);
    if (reasons.empty() && !std::isnan(seed_share))
      text += " (" + std::to_string(std::lround(100 * seed_share)) + " % of its " +
              channel.substr(0, channel.find('+')) + " score)";
    reasons.push_back(std::move(text));
  }
  return reasons;
}

std::vector<std::string> sentences(const PlaylistTrack& track, const std::string& explanation) {
  std::vector<std::string> sentences;
  for (const std::string& inside : split(explanation, "\n"))
    sentences.push_back(explanation_sentence(track.title, track.artist, inside));
  if (sentences.empty()) sentences.push_back(explanation_sentence(track.title, track.artist, ""));
  return sentences;
}

std::optional<double> known(double number) {
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

PlaylistValue value_of(const Evaluation& evaluation, const CandidateColumn& column,
                       std::size_t row) {
  if (column.type != PLAYLIST_STRING) {
    const std::optional<double> number = known(column.number(row));
    return number ? PlaylistValue(*number) : PlaylistValue();
  }
  const std::int32_t code = std::get<Items<std::int32_t>>(column.values)[row];
  std::string text;
  if (code >= 0 && column.dict != nullptr) {
    const playlist_column view{sizeof view, column.type, "", nullptr, column.dict};
    text = text_of(view, code);
  } else {
    text = evaluation.text_of_code(code);
  }
  return text.empty() ? PlaylistValue() : PlaylistValue(std::move(text));
}

PlaylistTrack playlist_track(const Evaluation& evaluation, const TrackReader& reader,
                             const OwnMusic& own_music, const Candidates& chosen, std::size_t row) {
  const std::int32_t number = chosen.tracks[row];
  PlaylistTrack track;
  track.id = reader.id(number);
  track.title = reader.text("title", number);
  track.artist = reader.text("artist_name", number);
  track.album = reader.text("album", number);
  track.duration_ms = std::max(evaluation.length_ms(number), 0);
  if (const std::string id = reader.text("spotify_id", number); !id.empty())
    track.spotify_uri = "spotify:track:" + id;
  std::string explanation;
  double seed_share = std::nan("");
  if (const CandidateColumn* share = chosen.find("seed_share")) seed_share = share->number(row);
  for (const CandidateColumn& column : chosen.columns) {
    if (column.name == "score" && column.type != PLAYLIST_STRING) continue;
    PlaylistValue value = value_of(evaluation, column, row);
    if (column.name != "explanation" || column.type != PLAYLIST_STRING) {
      track.columns.emplace_back(column.name, std::move(value));
    } else if (auto* text = std::get_if<std::string>(&value)) {
      explanation = std::move(*text);
    }
  }
  if (const CandidateColumn* score = chosen.find("score")) track.score = known(score->number(row));
  if (explanation.empty()) explanation = own_music.reason(number);
  track.explanation = sentences(track, explanation);
  track.reasons = short_reasons(explanation, seed_share, track.text("channel"));
  track.plays = own_music.plays(number);
  track.last_played = own_music.last_played(number);
  return track;
}

PlaylistStatistics playlist_statistics(const Evaluation& evaluation, const Candidates& chosen,
                                       const AsOfFacts& facts) {
  PlaylistStatistics statistics;
  double seconds = 0;
  const CandidateColumn* channel = chosen.find("channel");
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::int32_t ms = evaluation.length_ms(chosen.tracks[i]);
    seconds += ms > 0 ? ms / 1000.0 : evaluation.setup().default_track_seconds;
    if (channel == nullptr) continue;
    std::string name = evaluation.text_of_code(std::get<Items<std::int32_t>>(channel->values)[i]);
    if (name.empty()) name = "none";
    const auto counted = std::find_if(statistics.channels.begin(), statistics.channels.end(),
                                      [&](const auto& known) { return known.first == name; });
    if (counted == statistics.channels.end())
      statistics.channels.emplace_back(std::move(name), 1);
    else
      ++counted->second;
  }
  statistics.minutes = std::round(seconds / 6) / 10;
  statistics.branches = evaluation.branches();
  for (const BranchCount& branch : statistics.branches) {
    if (!branch.is_generative) continue;
    statistics.generative += branch.filled;
    statistics.fallbacks += branch.fallbacks;
  }
  for (const auto& [feature, share] : facts.coverage)
    statistics.feature_coverage.emplace_back(feature, std::round(share * 1000) / 1000);
  return statistics;
}

}  // namespace

std::string explanation_sentence(const std::string& title, const std::string& artist,
                                 const std::string& inside) {
  std::string text = "\"" + title + "\" by " + (artist.empty() ? "an unknown artist" : artist) +
                     " made it to the playlist!";
  if (!inside.empty()) text += " [" + inside + "]";
  return text;
}

Playlist make_playlist(const Evaluation& evaluation, const RecipeDefinition& recipe,
                       const ParameterValues& values, const Candidates& chosen,
                       const AsOfFacts& facts) {
  const TrackReader reader(*evaluation.setup().tables);
  const OwnMusic own_music(*evaluation.setup().tables, chosen.tracks);
  Playlist playlist;
  playlist.recipe = recipe.path;
  playlist.fallback = fallback_of(evaluation, chosen);
  playlist.title =
      playlist.fallback.empty() ? recipe.title : recipe.title + ": " + playlist.fallback;
  playlist.user = facts.user;
  playlist.now = evaluation.setup().now;
  playlist.random_seed = evaluation.setup().random_seed;
  playlist.parameters = values;
  std::vector<std::vector<FoundBy>> sources = found_by(evaluation, chosen);
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    playlist.tracks.push_back(playlist_track(evaluation, reader, own_music, chosen, row));
    playlist.tracks.back().found_by = std::move(sources[row]);
  }
  playlist.statistics = playlist_statistics(evaluation, chosen, facts);
  playlist.receipt = evaluation.receipt();
  playlist.notices = evaluation.notices();
  playlist.trace = evaluation.trace();
  return playlist;
}

}  // namespace engine
