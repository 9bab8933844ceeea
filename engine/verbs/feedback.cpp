// engine feedback [VERDICT SUBJECT | --list | --undo ROW]: what a person says of what they were
// given, and the log of it.
#include "library/feedback.hpp"

#include <charconv>
#include <filesystem>
#include <sstream>

#include "app/default_user.hpp"
#include "app/recipe_files.hpp"
#include "core/calendar.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "core/time_span.hpp"
#include "store/kept_playlists.hpp"
#include "store/users.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using library::FeedbackEntry;

/// Since always where the log does not say.
std::optional<std::int64_t> said_at(const FeedbackRow& row) {
  return row.ts == 0 ? std::nullopt : std::optional(row.ts);
}

const char* state_of(const FeedbackEntry& entry, std::int64_t now) {
  if (entry.row.verdict == Verdict::kUndo) return "undo";
  if (entry.undone_by) return "undone";
  return entry.ended <= now ? "over" : "holds";
}

Json entry_json(const FeedbackEntry& entry, std::int64_t now) {
  const FeedbackRow& row = entry.row;
  return {{"row", row.id},
          {"at", time_or_null(said_at(row))},
          {"verdict", word_of(row.verdict)},
          {"subject", word_of(row.subject)},
          {"reference", text_or_null(entry.reference)},
          {"label", entry.label},
          {"from", time_or_null(row.first)},
          {"to", time_or_null(row.last)},
          {"stars", value_or_null(row.rating)},
          {"reason", text_or_null(row.reason)},
          {"list", text_or_null(row.list)},
          {"expires", time_or_null(row.expires)},
          {"origin", row.origin},
          {"run", value_or_null(row.run)},
          {"propensity", value_or_null(row.propensity)},
          {"undoes", value_or_null(row.undoes)},
          {"undone_by", value_or_null(entry.undone_by)},
          {"state", state_of(entry, now)}};
}

std::string stars_text(double stars) {
  const auto whole = static_cast<int>(stars);
  return std::to_string(whole) + (stars == whole ? "" : ".5") + (stars == 1 ? " star" : " stars");
}

/// "rejected" and its like, of what was done.
std::string done_text(const FeedbackRow& row) {
  switch (row.verdict) {
    case Verdict::kApprove:
      return "approved: it is on trial";
    case Verdict::kReject:
      return "rejected";
    case Verdict::kLater:
      return "put off";
    case Verdict::kLove:
      return "loved";
    case Verdict::kBan:
      return "banned";
    case Verdict::kRate:
      return "rated " + stars_text(row.rating.value_or(0));
    case Verdict::kForget:
      return "forgotten: it tells nothing of your taste";
    case Verdict::kMood:
      return "the mood";
    case Verdict::kUndo:
      return "taken back";
  }
  return "";
}

std::string limits_text(const FeedbackRow& row) {
  std::string text;
  if (!row.reason.empty()) text += " (" + row.reason + ")";
  if (!row.list.empty()) text += " for " + row.list;
  if (row.expires) text += ", until " + format_time(*row.expires);
  return text;
}

Answer show_log(const app::Caller& caller, std::int64_t limit) {
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  const User user = choose_user(store, app::user_name(caller));
  const std::int64_t now = caller.asked.now;
  Json rows = Json::array();
  std::ostringstream text;
  for (const FeedbackEntry& entry : library::list_feedback(store, user.id, now, limit)) {
    rows.push_back(entry_json(entry, now));
    const auto at = said_at(entry.row);
    text << entry.row.id << "  " << (at ? format_time(*at) : "undated") << "  ";
    if (entry.row.undoes) {
      text << "undo of " << *entry.row.undoes << ": ";
    } else {
      text << word_of(entry.row.verdict) << " ";
    }
    text << one_line(entry.label);
    if (entry.row.rating) text << ", " << stars_text(*entry.row.rating);
    text << limits_text(entry.row) << "; by " << entry.row.origin;
    if (entry.undone_by) text << "; undone by " << *entry.undone_by;
    if (std::string_view(state_of(entry, now)) == "over") text << "; over";
    text << "\n";
  }
  if (rows.empty()) caller.note(user.name + " has said nothing yet");
  const Exit exit = rows.empty() ? Exit::kNothing : Exit::kDone;
  return {exit, {{"user", user.name}, {"rows", rows}}, text.str()};
}

/// "last", or the number of a row.
std::optional<std::int64_t> asked_row(const std::string& text) {
  if (text == "last") return std::nullopt;
  std::int64_t row = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, row);
  if (error != std::errc() || at != end || row < 1)
    throw Error(Exit::kUsage, "--undo cannot be \"" + text + "\"",
                {"", "", "it takes last, or the number of a row of engine feedback --list", ""});
  return row;
}

Answer undo_row(const app::Caller& caller, const std::string& row) {
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  const std::int64_t now = caller.asked.now;
  const library::UndoneFeedback undone =
      library::undo_feedback(store, user.id, asked_row(row), caller.asked.way_in, now);
  const bool is_again = undone.added.row.verdict != Verdict::kUndo;
  const std::string what =
      undone.about.label + (is_again ? " is again " : " is no longer ") +
      (undone.about.row.verdict == Verdict::kLater ? "put off"
       : undone.about.row.verdict == Verdict::kMood
           ? "the mood"
           : std::string(
                 done_text(undone.about.row).substr(0, done_text(undone.about.row).find(':'))));
  return {.data = {{"user", user.name},
                   {"row", entry_json(undone.added, now)},
                   {"undone", entry_json(undone.about, now)}},
          .text = what + " by " + user.name + "; undo with: engine feedback --undo " +
                  std::to_string(undone.added.row.id) + "\n"};
}

/// The list that is meant: a kept playlist, or a recipe by its name, as runs of it are called.
std::string list_called(const app::Caller& caller, const std::string& name) {
  if (name.empty()) return "";
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  if (find_kept_playlist(store, user.id, name)) return name;
  std::vector<std::string> known;
  for (const KeptPlaylist& playlist : list_kept_playlists(store, user.id))
    known.push_back(playlist.name);
  try {
    return std::filesystem::path(app::find_recipe(caller, name)).stem().string();
  } catch (const Error&) {
    for (const std::string& recipe : app::recipes_by_name(caller))
      known.push_back(app::listed_name(recipe));
    const std::string near = nearest(name, known);
    throw Error(Exit::kInput, "there is no list \"" + name + "\"",
                {"", "", "--in takes a kept playlist or a recipe",
                 near.empty() ? "see: engine playlist list, engine recipes"
                              : "did you mean " + near + "?"});
  }
}

library::FeedbackRequest request_of(const app::Caller& caller, const Arguments& arguments) {
  library::FeedbackRequest request;
  request.verdict = verdict_of(arguments.text("verdict")).value();
  request.subject = arguments.text("subject");
  if (arguments.has("from")) request.first = parse_time(arguments.text("from"));
  if (arguments.has("to")) request.last = parse_time(arguments.text("to"));
  request.reason = arguments.text("reason");
  request.list = list_called(caller, arguments.text("in"));
  request.origin = caller.asked.way_in;
  if (arguments.has("for")) request.seconds = parse_span(arguments.text("for"));
  if (arguments.has("stars")) request.rating = arguments.number("stars");
  if (arguments.has("run")) request.run = arguments.integer("run");
  return request;
}

void tell_of_models(const app::Caller& caller, const FeedbackRow& row) {
  if (row.verdict == Verdict::kForget)
    caller.note("models that were trained before still know it until they are trained again");
}

Answer say(const app::Caller& caller, const Arguments& arguments) {
  const library::FeedbackRequest request = request_of(caller, arguments);
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  const std::int64_t now = caller.asked.now;
  const FeedbackEntry entry = library::say_feedback(store, user.id, request, now);
  tell_of_models(caller, entry.row);
  return {.data = {{"user", user.name}, {"row", entry_json(entry, now)}},
          .text = entry.label + " is " + done_text(entry.row) + limits_text(entry.row) +
                  "; undo with: engine feedback --undo " + std::to_string(entry.row.id) + "\n"};
}

Answer feedback(const app::Caller& caller, const Arguments& arguments) {
  if (arguments.flag("list")) return show_log(caller, arguments.integer("limit"));
  if (arguments.has("undo")) return undo_row(caller, arguments.text("undo"));
  if (!arguments.has("verdict"))
    throw Error(Exit::kUsage, "feedback needs a verdict, --list or --undo",
                {"", "", "",
                 "for example: engine feedback reject \"ARTIST - TITLE\" --reason "
                 "overplayed"});
  return say(caller, arguments);
}

std::string reasons_help() {
  std::string text;
  for (const FeedbackReason& reason : feedback_reasons())
    text += "  " + std::string(reason.word) + std::string(17 - reason.word.size(), ' ') +
            std::string(reason.help) + "\n";
  return text;
}

}  // namespace

std::vector<Verb> feedback_verbs() {
  return {
      {.name = "feedback",
       .help = "Say what you think of a track, artist or album; the log of what was said",
       .parameters =
           {{.name = "verdict",
             .value_name = "VERDICT",
             .help = "approve, reject, later, love, ban, rate or forget",
             .one_of = {"approve", "reject", "later", "love", "ban", "rate", "forget"},
             .is_first = true},
            {.name = "subject",
             .value_name = "SUBJECT",
             .help = "A title, an artist, \"ARTIST - TITLE\", track:NUMBER, artist:NUMBER, an "
                     "outside id, song:TRACK for all versions, \"album:ARTIST - ALBUM\"; of forget "
                     "playlist:NAME, too",
             .is_first = true,
             .needs = "verdict"},
            {.name = "reason",
             .value_name = "REASON",
             .help = "Why you reject it",
             .one_of = feedback_reason_words(),
             .needs = "verdict"},
            {.name = "stars",
             .type = Type::kNumber,
             .value_name = "N",
             .help = "Of rate",
             .least = 1,
             .most = 5,
             .needs = "verdict"},
            {.name = "in",
             .value_name = "LIST",
             .help = "Of this list alone: the name of a recipe, or of a kept playlist",
             .needs = "verdict"},
            {.name = "for",
             .value_name = "SPAN",
             .help = "It holds for so long: 12h, 3d, 1w",
             .needs = "verdict"},
            {.name = "from",
             .value_name = "TIME",
             .help = "Of forget: all that was heard from then on",
             .needs = "verdict"},
            {.name = "to", .value_name = "TIME", .help = "Up to then; now", .needs = "from"},
            {.name = "run",
             .type = Type::kInteger,
             .value_name = "N",
             .help = "The run that you answer",
             .least = 1,
             .most = 1e15,
             .needs = "verdict"},
            {.name = "list",
             .type = Type::kFlag,
             .help = "Show the log, newest first",
             .excludes = "verdict"},
            {.name = "limit",
             .letter = 'n',
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Rows that --list shows",
             .usual = "20",
             .least = 1,
             .most = 1e9},
            {.name = "undo",
             .value_name = "ROW",
             .help = "Take back a row of the log, or the last one that holds: last; an undo may be "
                     "taken back, too",
             .excludes = "verdict"}},
       .footer = "approve  puts a track on trial; to love, reject, put off or ban it ends that\n"
                 "reject   keeps it out of lists that use filtering.allowed: for ever, or as its "
                 "reason says\n" +
                 reasons_help() +
                 "later    keeps it out for two weeks, or --for as long as you say\n"
                 "love     likes a track or saves an artist, as engine like does\n"
                 "ban      keeps it out of all lists, or of one with --in, for ever or --for a "
                 "time\n"
                 "forget   leaves what was heard of it, or in a time, out of all that is learned "
                 "of you\n\n"
                 "Nothing in the log is ever changed: what is taken back is a row of its own.",
       .answer = feedback}};
}

}  // namespace engine::verbs
