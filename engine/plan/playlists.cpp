#include "plan/playlists.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/persons.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"

namespace engine {

const Step& playlist_step();

namespace {

std::string quoted(const std::string& name) {
  return '"' + one_line(name) + '"';
}

/// user.playlists["Road trip"], which is also pl.recall.playlist { name = "Road trip" }: its tracks
/// in its order, each once. score = 1 for the first, falling evenly to 1/n for the last of n.
class PlaylistStep final : public Step {
 public:
  PlaylistStep()
      : Step(
            {"playlist", "user.playlists",
             "The tracks of one of the user's playlists, in its order; as candidates they say from "
             "which playlist they are."},
            {.form = StepForm::kOwn, .inputs = 0, .is_set = true},
            {text_param("name", "", "what the playlist is called", PLAYLIST_PARAM_REQUIRED),
             text_param("of", "",
                        "whose playlist it is: a person's name; the listener's without it")}) {}

  [[nodiscard]] std::string own_label(const Node& node) const override {
    return written_person(node.text("of")) + ".playlists[" + quoted(node.text("name")) + "]";
  }
  [[nodiscard]] std::string written(const Node& node) const override { return own_label(node); }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const std::string name = node.text("name");
    const Tables& tables = evaluation.tables_of(node);
    const std::string of = node.text("of");
    const playlist_table& table = *tables.table("playlist_tracks");
    const playlist_column& playlist = *find_column(table, "playlist");
    const auto code = column_of<std::int32_t>(table, "playlist"),
               track = column_of<std::int32_t>(table, "track");
    const auto ts = column_of<std::int64_t>(table, "ts");
    std::vector<std::int32_t> tracks;
    std::vector<std::int64_t> times;
    std::vector<bool> is_there(static_cast<std::size_t>(tables.table("tracks")->rows));
    for (std::size_t row = 0; row < track.size(); ++row) {
      auto seen = is_there[static_cast<std::size_t>(track[row])];
      if (text_of(playlist, code[row]) != name || seen) continue;
      seen = true;
      tracks.push_back(track[row]);
      times.push_back(ts[row]);
    }
    if (tracks.empty()) {
      const auto [what, why, fix] = unknown_playlist(name, playlist_names(tables));
      throw evaluation.node_error(node, Exit::kRecipe, what, why, fix);
    }
    return candidates(evaluation,
                      (of.empty() ? "the playlist " : of + "'s playlist ") + quoted(name),
                      std::move(tracks), std::move(times));
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["ts"] = PLAYLIST_I64;
    columns.types["score"] = PLAYLIST_F32;
    columns.types["channel"] = columns.types["explanation"] = PLAYLIST_STRING;
  }

 private:
  static Candidates candidates(Evaluation& evaluation, const std::string& name,
                               std::vector<std::int32_t> tracks, std::vector<std::int64_t> times) {
    const std::size_t count = tracks.size();
    std::vector<float> scores;
    for (std::size_t place = 0; place < count; ++place)
      scores.push_back(static_cast<float>(count - place) / static_cast<float>(count));
    const auto everywhere = [&](const std::string& text) {
      return std::vector<std::int32_t>(count, evaluation.text_code(text));
    };
    Candidates made;
    made.tracks = std::move(tracks);
    made.put({"ts", PLAYLIST_I64, std::move(times), nullptr});
    made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
    made.put({"channel", PLAYLIST_STRING, everywhere("playlist"), nullptr});
    made.put({"explanation", PLAYLIST_STRING, everywhere("from " + name), nullptr});
    return made;
  }
};

}  // namespace

std::vector<std::string> playlist_names(const Tables& tables) {
  const playlist_table& table = *tables.table("playlist_tracks");
  const playlist_column& playlist = *find_column(table, "playlist");
  std::vector<std::string> names;
  std::int32_t last = -1;
  for (const std::int32_t code : column_of<std::int32_t>(table, "playlist")) {
    if (code != last) names.emplace_back(text_of(playlist, code));
    last = code;
  }
  return names;
}

UnknownPlaylist unknown_playlist(const std::string& name, const std::vector<std::string>& known) {
  constexpr std::size_t kMost = 20;
  std::string why = known.empty() ? "no playlist of theirs is in the library" : "there are ";
  for (std::size_t k = 0; k < std::min(known.size(), kMost); ++k)
    why += (k == 0 ? "" : ", ") + quoted(known[k]);
  if (known.size() > kMost) why += " and " + std::to_string(known.size() - kMost) + " more";
  const std::string near = nearest(name, known);
  return {"there is no playlist " + quoted(name), std::move(why),
          known.empty()  ? "engine help exports says how to bring playlists in"
          : near.empty() ? ""
                         : "did you mean " + quoted(near) + "?"};
}

const Step& playlist_step() {
  static const PlaylistStep step;
  return step;
}

}  // namespace engine
