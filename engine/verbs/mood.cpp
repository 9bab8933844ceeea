// engine mood [--text WORDS | --like TRACK | --clear]: what lists are to fit for now.
#include "app/mood.hpp"

#include "app/text_argument.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "core/time_span.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr const char* kUsualSpan = "3h";

Json said_json(const std::optional<library::FeedbackEntry>& said) {
  if (!said) return nullptr;
  const bool is_text = said->row.subject == FeedbackSubject::kText;
  return {{"row", said->row.id},
          {"text", is_text ? Json(said->row.name) : Json(nullptr)},
          {"like", is_text ? Json(nullptr) : Json(said->reference)},
          {"moods", text_or_null(said->row.reason)},
          {"label", said->label},
          {"at", time_or_null(said->row.ts)},
          {"until", time_or_null(said->row.expires)}};
}

Json mood_json(const app::Mood& mood) {
  Json features = Json::array();
  for (const app::MoodFeature& feature : mood.features)
    features.push_back({{"feature", feature.feature},
                        {"value", feature.value},
                        {"rank", feature.rank},
                        {"word", text_or_null(feature.word)}});
  return {{"user", mood.user},
          {"said", said_json(mood.said)},
          {"plays", mood.plays},
          {"words", text_or_null(mood.words())},
          {"cluster", text_or_null(mood.cluster)},
          {"features", features}};
}

std::string said_text(const library::FeedbackEntry& said) {
  const bool is_text = said.row.subject == FeedbackSubject::kText;
  const std::string taken =
      said.row.reason.empty() ? "" : " (a language model takes it for " + said.row.reason + ")";
  return (is_text ? "\"" + said.label + "\"" : "like " + said.label) + taken + " until " +
         format_time(said.row.expires.value_or(0));
}

std::string played_text(const app::Mood& mood) {
  if (mood.plays == 0) return "nothing was played yet";
  const std::string words = mood.words();
  const std::string of =
      " (of the last " + counted(mood.plays, "play") + ", the latest counting most)";
  if (mood.features.empty()) return "not known how what was played last sounds";
  const std::string cluster =
      mood.cluster.empty() ? "" : ", most of it of the cluster " + mood.cluster;
  return (words.empty() ? "nothing stands out" : words) + of + cluster;
}

std::string mood_text(const app::Mood& mood) {
  const std::string of = "mood of " + mood.user + ": ";
  if (!mood.said) return of + played_text(mood);
  return of + said_text(*mood.said) + "; played last: " + played_text(mood);
}

Answer mood(const app::Caller& caller, const Arguments& arguments) {
  const bool is_set = arguments.has("text") || arguments.has("like");
  if (arguments.has("for") && !is_set)
    throw Error(Exit::kUsage, "--for goes with --text or --like",
                {"", "", "", "say the mood, too"});
  bool is_cleared = false;
  if (is_set) {
    app::require_utf8("--text", arguments.text("text"));
    app::set_mood(caller, arguments.text("text"), arguments.text("like"),
                  parse_span(arguments.text("for")));
  } else if (arguments.flag("clear")) {
    is_cleared = app::clear_mood(caller) > 0;
    if (!is_cleared) caller.note("no mood was set");
  }
  const app::Mood current = app::current_mood(caller);
  Json data = mood_json(current);
  data["cleared"] = is_cleared;
  return {arguments.flag("clear") && !is_cleared ? Exit::kNothing : Exit::kDone, std::move(data),
          one_line(mood_text(current)) + "\n"};
}

}  // namespace

std::vector<Verb> mood_verbs() {
  return {{.name = "mood",
           .help = "Show, set or clear the mood that lists go by for now",
           .parameters = {{.name = "text",
                           .value_name = "WORDS",
                           .help = "What it should be like: \"calm rainy evening\"",
                           .excludes = "like"},
                          {.name = "like",
                           .value_name = "TRACK",
                           .help = "To be like a track: \"ARTIST - TITLE\", track:NUMBER",
                           .excludes = "clear"},
                          {.name = "for",
                           .value_name = "SPAN",
                           .help = "For so long: 3h, 2d",
                           .usual = kUsualSpan},
                          {.name = "clear",
                           .type = Type::kFlag,
                           .help = "Go by what is played again",
                           .excludes = "text"}},
           .footer =
               "Recipes go by it where they rank by ranking.mood_now, as dynamic and mood do. "
               "What is set is a row of\nthe log of feedback, and ends by itself. Without one "
               "the mood is that of the last 20 plays.",
           .answer = mood}};
}

}  // namespace engine::verbs
