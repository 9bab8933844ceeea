// engine discover | next | stats discovery: suggestions, one question at a time, and how often they
// are taken.
#include <cmath>
#include <cstdio>

#include "app/default_user.hpp"
#include "app/new_music.hpp"
#include "app/suggestions.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "pipelines/grow.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using discovery::Row;
using discovery::Suggestion;

Json track_json(const app::AskedTrack& track) {
  return {{"id", track.id},
          {"title", text_or_null(track.title)},
          {"artist", text_or_null(track.artist)},
          {"album", text_or_null(track.album)},
          {"spotify_uri", text_or_null(track.spotify_uri)},
          {"places", track.places}};
}

Json suggestion_json(const Suggestion& suggestion) {
  return {{"number", suggestion.id},
          {"queued", format_time(suggestion.ts)},
          {"expires", format_time(suggestion.expires)},
          {"source", suggestion.source},
          {"kind", text_or_null(suggestion.kind)},
          {"reason", suggestion.reason},
          {"score", value_or_null(suggestion.score)},
          {"propensity", suggestion.propensity},
          {"run", value_or_null(suggestion.run)}};
}

std::string track_text(const app::AskedTrack& track) {
  const std::string title =
      track.title.empty() ? "track " + std::to_string(track.id) : "\"" + track.title + "\"";
  return one_line(title + (track.artist.empty() ? "" : " by " + track.artist));
}

std::string found_text(const Suggestion& suggestion) {
  return suggestion.source + (suggestion.kind.empty() ? "" : ", " + suggestion.kind);
}

// ---- discover ------------------------------------------------------------------------------------

Json growth_json(const pipelines::Growth& growth) {
  Json rounds = Json::array();
  for (const pipelines::GrowthRound& round : growth.rounds) {
    Json one = {{"account", round.account},
                {"asked",
                 {{"similar_artists", round.similar_artists},
                  {"top_tracks", round.top_tracks},
                  {"artist_tags", round.artist_tags}}},
                {"records", round.came.came.rows},
                {"buckets", Json::object()},
                {"error", text_or_null(round.came.came.error)},
                {"seconds", round.came.seconds}};
    for (const auto& [bucket, count] : round.came.came.buckets) one["buckets"][bucket] = count;
    rounds.push_back(std::move(one));
  }
  return {{"artists_loved", growth.artists_loved},
          {"tracks_before", growth.tracks_before},
          {"tracks", growth.tracks},
          {"artists", growth.artists},
          {"plan", growth.plan},
          {"rounds", std::move(rounds)},
          {"failed", growth.failed},
          {"full", growth.is_full},
          {"interrupted", growth.is_interrupted}};
}

std::string growth_text(const pipelines::Growth& growth, bool is_dry_run) {
  if (is_dry_run)
    return growth.plan.empty() ? "nobody is left to be asked about\n"
                               : "dry run, nothing was asked\n";
  std::string text = counted(growth.tracks - growth.tracks_before, "track") +
                     " came; services have told of " + counted(growth.tracks, "track") + " by " +
                     counted(static_cast<std::size_t>(growth.artists), "artist") + "\n";
  for (const std::string& failed : growth.failed)
    text += "  error: " + one_line(failed) +
            "\n  fix:   what came is kept; engine discover --grow " + "goes on behind it\n";
  if (growth.is_interrupted) text += "  interrupted: what came is kept\n";
  if (growth.is_full && growth.rounds.empty())
    text += "  as many as asked for were there before; more with: --tracks N\n";
  else if (growth.rounds.empty())
    text += "  whoever is near you was asked about within the last 90 days\n";
  return text;
}

/// Suggestions are drawn once it has grown.
Answer grow(const app::Caller& caller, const Arguments& arguments) {
  pipelines::GrowRequest request;
  if (arguments.has("tracks")) request.tracks = arguments.integer("tracks");
  request.is_dry_run = arguments.flag("dry-run");
  const pipelines::Growth growth = pipelines::grow_catalogue(caller, request);
  return {growth.is_interrupted    ? Exit::kInterrupted
          : !growth.failed.empty() ? Exit::kInput
                                   : Exit::kDone,
          {{"user", growth.user},
           {"growth", growth_json(growth)},
           {"run", nullptr},
           {"queued", Json::array()},
           {"waiting", nullptr},
           {"ways", Json::array()}},
          growth_text(growth, request.is_dry_run)};
}

/// Where nothing new is to be found here: what would bring some.
std::vector<std::string> ways_of(const app::Caller& caller) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  return app::ways_to_new_music(app::new_music_sources(store, user.id, caller.asked.now),
                                caller.asked.now);
}

Answer draw(const app::Caller& caller, const Arguments& arguments) {
  const auto count = arguments.has("candidates")
                         ? arguments.integer("candidates")
                         : caller.home.settings().integer("discovery.candidates");
  const app::NewSuggestions made = app::make_suggestions(caller, static_cast<std::size_t>(count));
  Json queued = Json::array();
  std::string text;
  for (const auto& [track, suggestion] : made.queued) {
    Json row = suggestion_json(suggestion);
    row["track"] = track_json(track);
    queued.push_back(std::move(row));
    text += track_text(track) + "  (" + one_line(found_text(suggestion)) + ")\n";
  }
  text += counted(made.queued.size(), "suggestion") + " queued for " + one_line(made.user) + ", " +
          std::to_string(made.waiting) + (made.waiting == 1 ? " waits" : " wait") +
          "; be asked about them with: engine next\n";
  std::vector<std::string> ways;
  if (made.queued.empty() && made.waiting == 0) ways = ways_of(caller);
  if (!ways.empty()) caller.note(app::ways_text(ways));
  return {made.queued.empty() ? Exit::kNothing : Exit::kDone,
          {{"user", made.user},
           {"growth", nullptr},
           {"run", made.run},
           {"queued", queued},
           {"waiting", made.waiting},
           {"ways", ways}},
          text};
}

Answer discover(const app::Caller& caller, const Arguments& arguments) {
  if (!arguments.flag("grow")) return draw(caller, arguments);
  Answer grown = grow(caller, arguments);
  if (grown.exit != Exit::kDone || arguments.flag("dry-run")) return grown;
  Answer drawn = draw(caller, arguments);
  drawn.data["growth"] = grown.data["growth"];
  drawn.text = grown.text + drawn.text;
  return drawn;
}

// ---- next ----------------------------------------------------------------------------------------

/// "https://open.spotify.com/track/ID" of "spotify:track:ID".
std::string link_of(const std::string& spotify_uri) {
  constexpr std::string_view kPrefix = "spotify:track:";
  if (!spotify_uri.starts_with(kPrefix)) return "";
  return "https://open.spotify.com/track/" + spotify_uri.substr(kPrefix.size());
}

/// What the last rejections suggest to leave out; "" for nothing.
std::string advice_text(const app::Caller& caller, const app::Questions& asked) {
  if (asked.row.of == Row::Of::kNothing) return "";
  const std::string many =
      "the last " + std::to_string(asked.row.rejections) + " rejections are all ";
  if (!asked.artist.empty())
    return many + "by " + asked.artist + "; leave the artist out with: engine feedback reject \"" +
           asked.artist + "\"";
  if (asked.row.of == Row::Of::kKind)
    return many + "of " + asked.row.name + ": it will be suggested less and less";
  std::string off = asked.row.name;  // beside those that are off already
  for (const std::string& channel : caller.home.settings().texts("discovery.off"))
    off = channel + ":" + off;
  return many + "from " + asked.row.name +
         "; leave that channel out with: engine config set discovery.off " + off;
}

Json question_json(const app::NextQuestion& question) {
  const bool is_trial = question.kind == app::NextQuestion::Kind::kTrial;
  return {{"reference", question.reference()},
          {"kind", is_trial ? "trial" : "suggestion"},
          {"track", track_json(question.track)},
          {"suggestion", is_trial ? Json(nullptr) : suggestion_json(question.suggestion)},
          {"approved", is_trial ? Json(format_time(question.approved)) : Json(nullptr)},
          {"plays", is_trial ? Json(question.plays) : Json(nullptr)},
          {"context", text_or_null(question.context)},
          {"link", text_or_null(link_of(question.track.spotify_uri))}};
}

std::string question_text(const app::NextQuestion& question) {
  std::string text = track_text(question.track);
  if (!question.track.album.empty()) text += ", from " + one_line(question.track.album);
  text += "\n";
  if (question.kind == app::NextQuestion::Kind::kTrial) {
    text += "  on trial since " + format_date(question.approved) + ", heard " +
            counted(static_cast<std::size_t>(question.plays), "time") + ": does it stay?\n";
  } else {
    text +=
        "  " +
        (question.context.empty() ? one_line(question.suggestion.reason)
                                  : one_line(question.context) + " (a language model's words)") +
        "\n  found by " + one_line(found_text(question.suggestion)) + "; waits until " +
        format_date(question.suggestion.expires) + "\n";
  }
  if (const std::string link = link_of(question.track.spotify_uri); !link.empty())
    text += "  " + link + "\n";
  if (question.track.places.empty())
    text += "  not known where you can play it: it is in no file of yours and has no Spotify id\n";
  return text;
}

Json state_json(const app::Caller& caller, const app::Questions& asked, const Json& answered) {
  return {{"user", asked.user},
          {"question", asked.next ? question_json(*asked.next) : Json(nullptr)},
          {"waiting", asked.waiting},
          {"put_off", asked.put_off},
          {"trials", asked.trials},
          {"advice", text_or_null(advice_text(caller, asked))},
          {"answered", answered}};
}

std::string state_text(const app::Caller& caller, const app::Questions& asked) {
  std::string text;
  if (const std::string advice = advice_text(caller, asked); !advice.empty())
    text += one_line(advice) + "\n";
  if (!asked.next) {
    text += "nothing is asked";
    if (asked.put_off > 0) text += "; " + std::to_string(asked.put_off) + " put off";
    return text + "; find more with: engine discover\n";
  }
  return text + question_text(*asked.next) + "  " + std::to_string(asked.waiting) + " waiting\n";
}

std::string answered_text(const app::Replied& replied) {
  const FeedbackRow& row = replied.said.row;
  const bool is_trial = replied.question.kind == app::NextQuestion::Kind::kTrial;
  std::string what;
  switch (row.verdict) {
    case Verdict::kApprove:
      what = is_trial ? "stays on trial" : "is on trial";
      break;
    case Verdict::kLove:
      what = "stays";
      break;
    case Verdict::kLater:
      what = "comes again on " + format_date(row.expires.value_or(0));
      break;
    default:
      what = "is rejected" + (row.reason.empty() ? "" : " (" + row.reason + ")");
  }
  return track_text(replied.question.track) + " " + what + "; undo with: engine feedback --undo " +
         std::to_string(row.id) + "\n";
}

Json answered_json(const app::Replied& replied, const std::string& answer) {
  const FeedbackRow& row = replied.said.row;
  return {{"reference", replied.question.reference()},
          {"track", track_json(replied.question.track)},
          {"answer", answer},
          {"row", row.id},
          {"verdict", word_of(row.verdict)},
          {"expires", time_or_null(row.expires)}};
}

constexpr const char* kUndo = "undo";
constexpr std::pair<const char*, app::Reply> kReplies[] = {{"approve", app::Reply::kApprove},
                                                           {"reject", app::Reply::kReject},
                                                           {"skip", app::Reply::kSkip},
                                                           {"listen", app::Reply::kListen}};

Answer next(const app::Caller& caller, const Arguments& arguments) {
  std::string text;
  Json answered = nullptr;
  if (arguments.text("answer") == kUndo) {
    const library::UndoneFeedback undone = app::undo_reply(caller);
    text = one_line(undone.about.label) + ": the answer is taken back\n";
    answered = {{"reference", nullptr},
                {"track", nullptr},
                {"answer", kUndo},
                {"row", undone.added.row.id},
                {"verdict", word_of(undone.added.row.verdict)},
                {"expires", nullptr}};
  } else if (arguments.has("answer")) {
    const std::string& answer = arguments.text("answer");
    const auto* reply =
        std::ranges::find(kReplies, answer, [](const auto& one) { return std::string(one.first); });
    if (!arguments.text("reason").empty() && reply->second != app::Reply::kReject)
      throw Error(Exit::kUsage, "a reason goes with reject only", {"", "", "", "leave it out"});
    const app::Replied replied =
        app::reply(caller, reply->second, arguments.text("reason"), arguments.text("of"));
    text = answered_text(replied);
    answered = answered_json(replied, answer);
  }
  const app::Questions asked = app::questions(caller);
  const bool is_done = asked.next || !answered.is_null();
  Answer answer{is_done ? Exit::kDone : Exit::kNothing, state_json(caller, asked, answered),
                text + state_text(caller, asked)};
  answer.is_question = asked.next.has_value();
  if (answer.is_question && !caller.screen.is_json)
    answer.afterwards = [&caller] {
      caller.note("answer with: engine next --answer approve, reject, skip or listen (first)");
    };
  return answer;
}

// ---- stats discovery -----------------------------------------------------------------------------

std::string percent_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}

Answer stats_discovery(const app::Caller& caller, const Arguments&) {
  Json sources = Json::array();
  std::string text;
  for (const discovery::Acceptance& one : app::acceptance(caller)) {
    const bool is_all = one.source.empty();
    sources.push_back({{"source", is_all ? Json(nullptr) : Json(one.source)},
                       {"answers", one.answers},
                       {"accepted", one.accepted},
                       {"snips", one.is_enough() ? Json(one.snips) : Json(nullptr)},
                       {"effective_size", one.effective_size}});
    char line[160];
    std::snprintf(line, sizeof line, "%-20s %zu of %zu accepted; ",
                  is_all ? "all" : one.source.c_str(), one.accepted, one.answers);
    text += line;
    text += one.is_enough() ? percent_text(one.snips) + " if only it were asked (worth " +
                                  counted(std::lround(one.effective_size), "answer") + ")\n"
                            : "not enough answers to say more\n";
  }
  if (sources.empty()) caller.note("no suggestion was answered yet: engine discover, engine next");
  return {sources.empty() ? Exit::kNothing : Exit::kDone, {{"sources", sources}}, text};
}

/// What somebody at a terminal may say.
std::vector<Choice> next_choices() {
  std::vector<Choice> reasons;
  for (const char key : std::string_view("nmotva"))
    reasons.push_back(
        {.key = key,
         .label = std::string(feedback_reasons()[reasons.size()].word),
         .given = {{"reason", {std::string(feedback_reasons()[reasons.size()].word)}}}});
  return {{.key = 'a', .label = "approve", .given = {{"answer", {"approve"}}}},
          {.key = 'r',
           .label = "reject",
           .given = {{"answer", {"reject"}}},
           .then = "why?",
           .choices = std::move(reasons)},
          {.key = 's', .label = "skip", .given = {{"answer", {"skip"}}}},
          {.key = 'l', .label = "listen", .given = {{"answer", {"listen"}}}},
          {.key = 'u', .label = "undo", .given = {{"answer", {kUndo}}}}};
}

}  // namespace

std::vector<Verb> discover_verbs() {
  return {
      {.name = "discover",
       .help = "Find songs new to you and queue them for engine next",
       .parameters = {{.name = "candidates",
                       .letter = 'n',
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "Suggestions to queue; the setting discovery.candidates",
                       .least = 1,
                       .most = 1000},
                      {.name = "grow",
                       .type = Type::kFlag,
                       .help = "First ask the services that you have connected for artists like "
                               "yours and their tracks (engine help services)"},
                      {.name = "tracks",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "With --grow: until services have told of so many tracks; 50000",
                       .least = 1,
                       .most = 1'000'000,
                       .needs = "grow"},
                      {.name = "dry-run",
                       .type = Type::kFlag,
                       .help = "With --grow: say what would be asked, and ask nothing",
                       .needs = "grow"}},
       .footer = "It runs the recipe discover and draws from what its channels found: those whose "
                 "suggestions you\naccept are drawn from more often, by kind of music, and what "
                 "you said long ago counts less. What\nwaits or was answered is not queued again. "
                 "Settings: discovery.candidates, discovery.off,\ndiscovery.expires_days.",
       .answer = discover},
      {.name = "next",
       .help = "Be asked about one suggestion, or a song on trial, at a time",
       .parameters = {{.name = "answer",
                       .value_name = "ANSWER",
                       .help = "approve: put it on trial, or let it stay; reject; skip: not today; "
                               "listen: in three days, you want to hear it first; undo: takes back "
                               "the last answer",
                       .one_of = {"approve", "reject", "skip", "listen", kUndo}},
                      {.name = "reason",
                       .value_name = "REASON",
                       .help = "Why you reject it",
                       .one_of = feedback_reason_words(),
                       .needs = "answer"},
                      {.name = "of",
                       .value_name = "QUESTION",
                       .help =
                           "The question that you answer, as its reference in the last answer's "
                           "JSON; another one is refused",
                       .needs = "answer"}},
       .footer = "Approved songs are on trial: recipes play them as user.trials, and after "
                 "discovery.trial_listens\nplays you are asked whether they stay. Without --answer "
                 "and on a terminal it asks until you quit.",
       .answer = next,
       .choices = next_choices()},
      {.name = "stats discovery",
       .help = "How often suggestions are accepted, by what found them",
       .footer = "A source that was drawn seldom counts for what it would be if it were drawn "
                 "always: accepted\nanswers weighted by 1 / probability of their draw. Below 30 "
                 "answers' worth it says nothing.",
       .answer = stats_discovery}};
}

}  // namespace engine::verbs
