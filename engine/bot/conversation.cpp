#include "bot/conversation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bot/rendering.hpp"
#include "bot/request.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::bot {
namespace {

using verbs::Given;
using verbs::Json;

constexpr double kLeastMatchTold = 0.005;            // of a suggestion
constexpr std::size_t kPage = 25;                    // tracks of a list in one message
constexpr const char* kOfArtist = "dislike-artist";  // a reason by which the artist is rejected
// What a plan holds: the last row of the log before, the row that is taken back, the versions before.
constexpr const char *kRowBefore = "row", *kRowToUndo = "undo", *kVersions = "versions";
constexpr std::size_t kLastFeedback = 50;  // rows that are looked through for one

/// A list as a button names it, whose name may be longer than a button can say.
std::string list_key(const std::string& name) {
  return content_hash(name).substr(0, 12);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(' '));
}

std::string after_first_word(const std::string& text) {
  const std::size_t blank = text.find_first_not_of(' ', first_word(text).size());
  return blank == std::string::npos ? "" : text.substr(blank);
}

/// The part of "suggestion:12:overplayed" that is the reference, and what follows it.
std::pair<std::string, std::string> reference_and_rest(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos) return {text, ""};
  return {text.substr(0, second), text.substr(second + 1)};
}

constexpr const char* kUnknownButton =
    "I do not know that button any more. /help lists what there is.";

/// "suggestion:12", "trial:345". Anything may come for a button.
bool is_reference(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return false;
  const std::string kind = text.substr(0, colon);
  return (kind == "suggestion" || kind == "trial") && whole_number(text.substr(colon + 1));
}

bool is_trial(const std::string& reference) {
  return reference.starts_with("trial:");
}

Buttons question_buttons(const std::string& reference, const std::string& link) {
  const bool on_trial = is_trial(reference);
  Buttons buttons = {{{on_trial ? "It stays" : "Approve", button_data("approve", reference)},
                      {"Reject …", button_data("reasons", reference)}}};
  if (on_trial)
    buttons.push_back({{"Not sure yet", button_data("skip", reference)}});
  else
    buttons.push_back({{"Skip", button_data("skip", reference)},
                       {"Listen first", button_data("listen", reference)}});
  if (!link.empty()) buttons.push_back({{.label = "Open in Spotify", .address = link}});
  return buttons;
}

/// The words that `engine next` takes for a rejection.
std::vector<std::string> rejection_reasons() {
  for (const verbs::Parameter& parameter : verbs::find_verb("next")->parameters)
    if (parameter.name == "reason") return parameter.one_of;
  return {};
}

std::string in_words(std::string word) {
  std::ranges::replace(word, '-', ' ');
  return word;
}

/// What an answer has come to, as `answered` of engine next or a row of the log has it.
std::string outcome_text(const std::string& reference, const std::string& verdict,
                         const std::string& reason, std::int64_t expires, const Talk& talk) {
  if (verdict == "love") return "stays";
  if (verdict == "approve")
    return is_trial(reference) ? "stays on trial"
                               : "is on trial: I ask again once you have heard it";
  if (verdict == "later")
    return expires > 0 ? "comes again on " + day_text(expires, talk.timezone) : "is put off";
  if (verdict == "reject") return "is rejected" + (reason.empty() ? "" : ": " + in_words(reason));
  return "was answered: " + verdict;
}

class Answering {
 public:
  Answering(const Update& update, const Talk& talk) : update_(update), talk_(talk) {}

  std::vector<Reply> replies() {
    tell_of_others();
    const Request request = request_of(update_);
    switch (request.kind) {
      case Request::Kind::kCommand:
        command(request);
        break;
      case Request::Kind::kPress:
        press(request);
        break;
      case Request::Kind::kWords:
        say(
            MessageText().add("I understand commands: /help lists them. The mood for now, for one, "
                              "is set with: /mood "
                              "calm evening"));
    }
    return std::move(replies_);
  }

 private:
  // ---- how it is said ----

  Reply& say(MessageText text, Buttons buttons = {}) {
    Reply& reply = replies_.emplace_back();
    reply.text = std::move(text);
    reply.buttons = std::move(buttons);
    return reply;
  }
  void say_soon(const std::string& text) const {
    Reply reply;
    reply.text.add(text);
    reply.is_silent = true;
    talk_.say_now(reply);
  }
  Reply& edit(MessageText text, Buttons buttons = {}) {
    Reply& reply = say(std::move(text), std::move(buttons));
    // A message that Telegram no longer tells of cannot be changed.
    if (update_.message == 0) return reply;
    reply.kind = Reply::Kind::kEdit;
    reply.message = update_.message;
    return reply;
  }
  void edit_buttons(std::int64_t message, Buttons buttons, bool closes) {
    if (message == 0) return;
    Reply& reply = say({}, std::move(buttons));
    reply.kind = Reply::Kind::kButtons;
    reply.message = message;
    reply.closes_question = closes;
  }
  /// False where it did not answer, which is told then.
  bool is_told(const Told& told) {
    if (!told.problem) return true;
    say(with_notes(problem_text(*told.problem), told.notes));
    return false;
  }
  [[nodiscard]] Told ask(const std::string& verb, const Given& given = {}) const {
    return talk_.ask(verb, given);
  }

  // ---- what is planned, so that nothing is done twice ----

  [[nodiscard]] Json planned(const char* what) const {
    const Json plan = Json::parse(talk_.memory.plan(), nullptr, /*allow_exceptions=*/false);
    return plan.is_object() && plan.contains(what) ? plan.at(what) : Json(nullptr);
  }
  void plan(const char* what, const Json& value) const {
    Json plan = Json::parse(talk_.memory.plan(), nullptr, /*allow_exceptions=*/false);
    if (!plan.is_object()) plan = Json::object();
    plan[what] = value;
    talk_.memory.keep_plan(json_text(plan));
  }

  void tell_of_others() {
    if (talk_.left_out > 0)
      say(MessageText().add(
          "That is more than I take in at once: " + counted(talk_.left_out, "message") +
          " that you sent before this I have left out."));
    // Who presses a button again sees what it did.
    if (talk_.equal > 0 && update_.kind == Update::Kind::kMessage)
      say(MessageText().add("You asked for this " + std::to_string(talk_.equal + 1) +
                            " times; here is the answer to all of them."));
  }

  // ---- which it is ----

  void command(const Request& request) {
    if (request.name == "start") return start();
    if (request.name == "help") return help();
    if (request.name == "next") return next();
    if (request.name == "discover") return discover();
    if (request.name == "refresh") return refresh(request.rest);
    if (request.name == "playlist") return playlist(request.rest);
    if (request.name == "mood") return mood(request.rest);
    if (request.name == "cycling") return cycling(request.rest);
    if (request.name == "why") return why(request.rest);
    if (request.name == "snapshot") return snapshot(request.rest);
    if (request.name == "undo") return undo();
    if (request.name == "stats") return stats();
    std::vector<std::string> known;
    for (const CommandHelp& one : commands()) known.emplace_back(one.name);
    const std::string near = nearest(request.name, known);
    MessageText text;
    text.add("There is no command /").name(cut_text(request.name, 64)).add(".");
    if (!near.empty()) text.add(" Did you mean /" + near + "?");
    say(text.add(" /help lists what there is."));
  }

  void press(const Request& request) {
    if (request.name == "next") return next();
    if (request.name == "discover") return discover();
    if (request.name == "refresh") return refresh("");
    if (request.name == "undo") return undo_answer(request.rest);
    if (request.name == "list") return turn_page(request.rest, /*edits=*/false);
    if (request.name == "page") return turn_page(request.rest, /*edits=*/true);
    const auto [reference, rest] = reference_and_rest(request.rest);
    if (is_reference(reference)) return press_of_question(request.name, reference, rest);
    say(MessageText().add(kUnknownButton));
  }

  void press_of_question(const std::string& name, const std::string& reference,
                         const std::string& rest) {
    if (name == "approve" || name == "skip" || name == "listen")
      return answer_question(reference, name, "");
    if (name == "reject") return answer_question(reference, "reject", rest);
    if (name == "reasons") return ask_reason(reference);
    if (name == "back") return ask_again(reference);
    say(MessageText().add(kUnknownButton));
  }

  // ---- start, help ----

  void start() {
    const Told stats = ask("stats");
    MessageText text;
    text.add("Hello! I am the bot of a Playlist Engine");
    if (!stats.problem) text.add(", and speak for ").name(text_in(stats.data, "user"));
    say(text.add(".\n\n").append(help_text()));
    if (stats.problem) say(problem_text(*stats.problem));
  }

  void help() { say(help_text()); }

  static MessageText help_text() {
    MessageText text;
    for (const CommandHelp& one : commands()) {
      const std::string parameters =
          *one.parameters == '\0' ? "" : " " + std::string(one.parameters);
      text.add(text.is_empty() ? "/" : "\n/").add(one.name + parameters + ": " + one.help);
    }
    return text;
  }

  // ---- next ----

  void next() {
    const Told told = ask("next");
    if (is_told(told)) show_state(told);
  }

  void show_state(const Told& told) {
    const Json& question = told.data.at("question");
    if (const std::string advice = text_in(told.data, "advice"); !advice.empty())
      say(MessageText().add("A thought: ").add(advice));
    if (question.is_object()) return ask_question(question, told.data);
    const auto put_off = told.data.at("put_off").get<std::int64_t>();
    MessageText text;
    text.add("Nothing waits for you");
    if (put_off > 0) text.add("; " + std::to_string(put_off) + " put off");
    say(text.add("."), {{{"Look for more", button_data("discover")}}});
  }

  void ask_question(const Json& question, const Json& state) {
    const std::string reference = text_in(question, "reference");
    for (const KeptQuestion& open : talk_.memory.open_questions())
      if (open.reference == reference && open.message != update_.message)
        edit_buttons(open.message, {}, /*closes=*/true);
    Reply reply = question_reply(question, talk_.timezone);
    const auto waiting = state.at("waiting").get<std::int64_t>();
    if (waiting > 1) reply.text.add("\n" + std::to_string(waiting) + " wait.");
    replies_.push_back(std::move(reply));
  }

  void ask_reason(const std::string& reference) {
    if (is_answered()) return;
    Buttons buttons;
    for (const std::string& reason : rejection_reasons()) {
      if (buttons.empty() || buttons.back().size() == 2) buttons.emplace_back();
      buttons.back().push_back({in_words(reason), button_data("reject", reference + ":" + reason)});
    }
    buttons.push_back({{"No reason", button_data("reject", reference)},
                       {"Back", button_data("back", reference)}});
    edit_buttons(update_.message, std::move(buttons), /*closes=*/false);
  }

  void ask_again(const std::string& reference) {
    if (is_answered()) return;
    const Told told = ask("next");
    if (!is_told(told)) return;
    const Json& question = told.data.at("question");
    const bool is_same = question.is_object() && text_in(question, "reference") == reference;
    edit_buttons(update_.message,
                 question_buttons(reference, is_same ? text_in(question, "link") : ""),
                 /*closes=*/false);
  }

  /// Whoever presses a button twice says nothing new.
  [[nodiscard]] bool is_answered() const {
    const auto kept = talk_.memory.question(update_.message);
    return kept && !kept->is_open;
  }

  void answer_question(const std::string& reference, const std::string& answer,
                       const std::string& reason) {
    if (is_answered()) return;
    if (reason == kOfArtist) plan_row();
    Given given{{"answer", {answer}}, {"of", {reference}}};
    if (!reason.empty()) given["reason"] = {reason};
    const Told told = ask("next", given);
    if (told.problem) return answer_another(reference, answer, reason, told);
    const Json& answered = told.data.at("answered");
    close_question(answered.at("track"),
                   outcome_text(reference, text_in(answered, "verdict"), reason,
                                time_in(answered, "expires"), talk_),
                   answered.at("row").get<std::int64_t>());
    if (asks_on(answer)) show_state(told);
  }

  /// Who puts a song off has heard enough for now.
  static bool asks_on(const std::string& answer) {
    return answer == "approve" || answer == "reject";
  }

  /// The message of the question, with what became of it in place of its buttons.
  void close_question(const Json& track, const std::string& outcome, std::int64_t row) {
    MessageText text = track_text(track, spotify_address(track));
    text.add(" " + outcome + ".");
    Buttons buttons = {
        {{"Undo", button_data("undo", std::to_string(row))}, {"Next", button_data("next")}}};
    edit(std::move(text), std::move(buttons)).closes_question = true;
  }

  /// It is not what is asked now: somebody has answered it elsewhere, or we have before we were cut
  /// short, or another one goes first; then it is said as feedback, from which the queue takes it, too.
  void answer_another(const std::string& reference, const std::string& answer,
                      const std::string& reason, const Told& refused) {
    std::optional<Json> row = row_of(reference);
    const bool was_answered = row.has_value();
    if (!row) {
      const Told said = say_feedback(reference, answer, reason);
      if (said.problem || !said.data.is_object()) {
        edit_buttons(update_.message, {}, /*closes=*/true);
        is_told(!said.problem ? refused : said);
        return next();
      }
      row = said.data.at("row");
    }
    MessageText text;
    text.name(text_in(*row, "label")).add(" ");
    text.add(outcome_text(reference, text_in(*row, "verdict"), text_in(*row, "reason"),
                          time_in(*row, "expires"), talk_) +
             ".");
    edit(std::move(text), {{{"Undo", button_data("undo", json_text(row->at("row")))},
                            {"Next", button_data("next")}}})
        .closes_question = true;
    if (asks_on(answer) && (!was_answered || talk_.is_again)) next();
  }

  /// Nothing is asked where the suggestion is not known.
  [[nodiscard]] Told say_feedback(const std::string& reference, const std::string& answer,
                                  const std::string& reason) const {
    const auto track = track_of(reference);
    if (!track || is_trial(reference)) return {};
    Given given{{"verdict", {answer == "skip" || answer == "listen" ? "later" : answer}},
                {"subject", {"track:" + std::to_string(*track)}}};
    if (!reason.empty()) given["reason"] = {reason};
    if (answer == "skip") given["for"] = {"1d"};  // as engine next has it
    if (answer == "listen") given["for"] = {"3d"};
    return ask("feedback", given);
  }

  /// Of which track it is.
  [[nodiscard]] std::optional<std::int64_t> track_of(const std::string& reference) const {
    const std::size_t colon = reference.find(':');
    const auto number = whole_number(colon == std::string::npos ? "" : reference.substr(colon + 1));
    if (!number || is_trial(reference)) return number;
    const auto suggested = talk_.memory.suggested(*number);
    return suggested ? std::optional(suggested->track) : std::nullopt;
  }

  /// The row of the log by which the question was answered and that holds.
  [[nodiscard]] std::optional<Json> row_of(const std::string& reference) const {
    const auto track = track_of(reference);
    if (!track) return std::nullopt;
    const Told log =
        ask("feedback", {{"list", {"true"}}, {"limit", {std::to_string(kLastFeedback)}}});
    if (log.problem) return std::nullopt;
    const std::string name = "track:" + std::to_string(*track);
    for (const Json& row : log.data.at("rows")) {
      const std::string subject = text_in(row, "reference");
      const bool is_it = subject == name || subject == "song:" + name || is_planned(row);
      if (is_it && text_in(row, "state") == "holds") return row;
    }
    return std::nullopt;
  }

  /// A rejection of the artist does not name the track: it is the one that was said since.
  [[nodiscard]] bool is_planned(const Json& row) const {
    const Json before = planned(kRowBefore);
    return talk_.is_again && before.is_number() && text_in(row, "reason") == kOfArtist &&
           row.at("row") > before;
  }

  /// Before what is said with this request the log has this row last.
  void plan_row() const {
    if (!planned(kRowBefore).is_null()) return;
    const Told log = ask("feedback", {{"list", {"true"}}, {"limit", {"1"}}});
    const bool is_empty = log.problem || log.data.at("rows").empty();
    plan(kRowBefore, is_empty ? Json(0) : log.data.at("rows").at(0).at("row"));
  }

  // ---- undo ----

  void undo_answer(const std::string& row) {
    if (!whole_number(row)) return;
    const Told told = ask("feedback", {{"undo", {row}}});
    if (told.problem && talk_.is_again) return next();
    if (!is_told(told)) return;
    edit(undone_text(told.data));
    next();
  }

  static MessageText undone_text(const Json& data) {
    const Json& undone = data.at("undone");
    MessageText text;
    text.add("Taken back: ")
        .name(text_in(undone, "verdict"))
        .add(" ")
        .name(text_in(undone, "label"));
    return text.add(".");
  }

  /// The row is chosen and kept first, so that no second one goes when this is done again.
  void undo() {
    Json row = planned(kRowToUndo);
    if (row.is_null()) {
      const Told log =
          ask("feedback", {{"list", {"true"}}, {"limit", {std::to_string(kLastFeedback)}}});
      if (!is_told(log)) return;
      for (const Json& one : log.data.at("rows")) {
        if (text_in(one, "state") != "holds") continue;
        row = one.at("row");
        break;
      }
      if (row.is_null()) return void(say(MessageText().add("There is nothing to take back.")));
      plan(kRowToUndo, row);
    }
    const Told told = ask("feedback", {{"undo", {json_text(row)}}});
    if (told.problem && talk_.is_again)
      return void(
          say(MessageText().add("I was cut short in the middle of this: what you said last is "
                                "taken back.")));
    if (is_told(told)) say(undone_text(told.data));
  }

  // ---- discover ----

  void discover() {
    say_soon("Looking for songs that are new to you …");
    const Told told = ask("discover");
    if (!is_told(told)) return;
    const Json& queued = told.data.at("queued");
    const Json& waiting = told.data.at("waiting");
    MessageText text;
    text.add(counted(queued.size(), "new suggestion"));
    if (waiting.is_number()) text.add("; " + json_text(waiting) + " wait for an answer");
    text.add(".");
    constexpr std::size_t kShown = 5;
    for (std::size_t k = 0; k < std::min(queued.size(), kShown); ++k)
      text.add("\n• ").append(track_text(queued.at(k).at("track")));
    if (queued.size() > kShown) text.add("\n• " + std::to_string(queued.size() - kShown) + " more");
    for (const Json& way : told.data.at("ways"))
      text.add("\n").add(way.is_string() ? way.get<std::string>() : json_text(way));
    const bool has_some = waiting.is_number() && waiting.get<std::int64_t>() > 0;
    say(std::move(text), has_some ? Buttons{{{"Ask me", button_data("next")}}} : Buttons{});
  }

  // ---- kept playlists ----

  /// The names of those that are meant, and their versions; tells where there are none.
  std::optional<std::vector<std::pair<std::string, std::int64_t>>> lists_called(
      const std::string& name) {
    const Told told = ask("playlist list");
    if (!is_told(told)) return std::nullopt;
    std::vector<std::pair<std::string, std::int64_t>> lists;
    for (const Json& list : told.data.at("playlists")) {
      const Json& version = list.at("version");
      if (name.empty() || text_in(list, "playlist") == name)
        lists.emplace_back(text_in(list, "playlist"),
                           version.is_number() ? version.get<std::int64_t>() : 0);
    }
    if (!lists.empty()) return lists;
    if (!name.empty())
      return std::vector{std::pair(name, std::int64_t{0})};  // the verb says why not
    say(MessageText()
            .add("No playlist is kept yet. On a command line: ")
            .code("engine playlist keep Dynamic dynamic"));
    return std::nullopt;
  }

  void refresh(const std::string& name) {
    const auto lists = lists_called(name);
    if (!lists) return;
    Json before = planned(kVersions);
    if (before.is_null()) {
      before = Json::object();
      for (const auto& [list, version] : *lists) before[list] = version;
      plan(kVersions, before);
    }
    say_soon(lists->size() == 1 ? "Refreshing …"
                                : "Refreshing " + counted(lists->size(), "list") + " …");
    for (const auto& [list, version] : *lists) {
      const bool is_made = before.contains(list) && before.at(list) < version;
      if (is_made)
        tell_version(list, version);
      else
        refresh_one(list);
    }
  }

  void refresh_one(const std::string& name) {
    const Told told = ask("refresh", {{"name", {name}}});
    if (told.problem || told.data.at("refreshed").empty()) {
      MessageText text;
      text.bold(name).add(" stays as it is.");
      if (told.problem) text.add("\n").append(problem_text(*told.problem));
      say(with_notes(std::move(text), told.notes));
      return;
    }
    for (const Json& one : told.data.at("refreshed")) {
      MessageText text =
          version_text(text_in(one, "playlist"), one.at("version").get<std::int64_t>(),
                       one.at("tracks").get<std::int64_t>());
      const bool is_first = one.at("stayed") == 0 && one.at("left").empty();
      if (!is_first) text.append(difference_text(one));
      for (const Json& notice : one.at("notices")) text.add("\n").add(notice.get<std::string>());
      for (const Json& push : one.at("pushed")) text.append(push_text(push));
      say_list_change(text_in(one, "playlist"), with_notes(std::move(text), told.notes));
    }
  }

  /// Of a version that was made before this was cut short.
  void tell_version(const std::string& name, std::int64_t version) {
    MessageText text;
    text.bold(name).add(", version " + std::to_string(version) + ": made before I was cut short");
    const Told told = ask("playlist diff", {{"name", {name}}});
    if (!told.problem) text.append(difference_text(told.data));
    say_list_change(name, std::move(text));
  }

  void say_list_change(const std::string& name, MessageText text) {
    say(std::move(text), {{{"Show the list", button_data("list", list_key(name) + ":1")}}});
  }

  static MessageText version_text(const std::string& name, std::int64_t version,
                                  std::int64_t tracks) {
    MessageText text;
    text.bold(name).add(", version " + std::to_string(version) + ": " + counted(tracks, "track"));
    return text;
  }

  static MessageText difference_text(const Json& changes) {
    const std::size_t came = changes.at("came").size(), left = changes.at("left").size();
    MessageText text;
    if (came == 0 && left == 0) return text.add("; the same songs as before");
    text.add("; " + std::to_string(came) + " came, " + std::to_string(left) + " left");
    return text.append(changes_text(changes));
  }

  static MessageText push_text(const Json& push) {
    const auto tracks = push.at("added").get<std::int64_t>() +
                        push.at("moved").get<std::int64_t>() +
                        push.at("stayed").get<std::int64_t>();
    MessageText text;
    text.add("\nPut into ").name(text_in(push, "name")).add(" of ").name(text_in(push, "account"));
    text.add(": " + counted(tracks, "track"));
    if (const std::size_t missing = push.at("missing").size(); missing > 0)
      text.add(", " + std::to_string(missing) + " are not there");
    return text;
  }

  void playlist(const std::string& name) {
    const auto lists = lists_called(name);
    if (!lists) return;
    if (lists->size() == 1) return show_list(lists->front().first, 1, /*edits=*/false);
    Buttons buttons;
    for (const auto& [list, version] : *lists)
      buttons.push_back({{list, button_data("list", list_key(list) + ":1")}});
    constexpr std::size_t kMostButtons = 20;
    const bool has_more = buttons.size() > kMostButtons;
    if (has_more) buttons.resize(kMostButtons);
    say(MessageText().add(has_more ? "Which list? Others with: /playlist NAME" : "Which list?"),
        std::move(buttons));
  }

  /// "KEY:26": the list of that key, from its 26th track on; in place of the message's text, where the
  /// button stands below a list itself.
  void turn_page(const std::string& rest, bool edits) {
    const std::size_t colon = rest.find(':');
    const std::int64_t from =
        colon == std::string::npos ? 0 : whole_number(rest.substr(colon + 1)).value_or(0);
    const Told told = ask("playlist list");
    if (!is_told(told)) return;
    for (const Json& list : told.data.at("playlists"))
      if (from > 0 && list_key(text_in(list, "playlist")) == rest.substr(0, colon))
        return show_list(text_in(list, "playlist"), static_cast<std::size_t>(from), edits);
    say(MessageText().add("That playlist is kept no more. /playlist shows those that are."));
  }

  void show_list(const std::string& name, std::size_t from, bool edits) {
    const Told told = ask("playlist show", {{"name", {name}}});
    if (!is_told(told)) return;
    const Json& list = told.data.at("list");
    if (list.empty()) {
      say(MessageText().bold(name).add(" has no version yet."),
          {{{"Refresh", button_data("refresh")}}});
      return;
    }
    from = std::min(from, list.size());
    const std::size_t end = std::min(from - 1 + kPage, list.size());
    MessageText text = version_text(name, told.data.at("version").get<std::int64_t>(),
                                    static_cast<std::int64_t>(list.size()));
    text.add(", of " + clock_text(time_in(told.data, "refreshed_at"), talk_.timezone, talk_.now));
    for (std::size_t k = from - 1; k < end; ++k) {
      const Json& track = list.at(k);
      text.add("\n" + std::to_string(k + 1) + ". ")
          .append(track_text(track, spotify_address(track)));
      if (track.at("pinned").get<bool>()) text.add(" (pinned)");
    }
    text.add("\nWhy one is there: /why NUMBER");
    Reply& reply = edits ? edit(std::move(text), page_buttons(name, from, list.size()))
                         : say(std::move(text), page_buttons(name, from, list.size()));
    reply.list = name;
    reply.run = told.data.at("run").get<std::int64_t>();
  }

  static Buttons page_buttons(const std::string& name, std::size_t from, std::size_t count) {
    std::vector<Button> row;
    const auto page = [&](std::size_t first) {
      const std::size_t last = std::min(first - 1 + kPage, count);
      row.push_back({std::to_string(first) + "–" + std::to_string(last),
                     button_data("page", list_key(name) + ":" + std::to_string(first))});
    };
    if (from > 1) page(from > kPage ? from - kPage : 1);
    if (from + kPage <= count) page(from + kPage);
    return row.empty() ? Buttons{} : Buttons{row};
  }

  void snapshot(const std::string& name) {
    const Told told = ask("snapshot", name.empty() ? Given{} : Given{{"name", {name}}});
    if (!is_told(told)) return;
    MessageText text;
    for (const Json& one : told.data.at("snapshots")) {
      if (!text.is_empty()) text.add("\n");
      text.bold(text_in(one, "name"))
          .add(one.at("new").get<bool>() ? ": put aside, version " : " is there already: version ")
          .add(json_text(one.at("version")));
    }
    if (text.is_empty()) text.add("No kept playlist has a version yet.");
    say(with_notes(std::move(text), told.notes));
  }

  // ---- mood, cycling ----

  void mood(const std::string& words) {
    if (words.empty()) {
      const Told told = ask("mood");
      if (is_told(told)) say(mood_text(told.data));
      return;
    }
    const bool is_cleared = words == "off" || words == "clear";
    const Told told = is_cleared ? ask("mood", {{"clear", {"true"}}}) : set_mood(words);
    if (!is_told(told)) return;
    say(with_notes(mood_text(told.data), told.notes));
    if (is_cleared && !told.data.at("cleared").get<bool>()) return;
    const Told lists = ask("playlist list");
    if (!lists.problem && !lists.data.at("playlists").empty()) refresh("");
  }

  /// What was set before this was cut short is not set again.
  Told set_mood(const std::string& words) const {
    plan_row();
    if (talk_.is_again) {
      Told told = ask("mood");
      if (told.problem) return told;
      const Json& said = told.data.at("said");
      if (said.is_object() && text_in(said, "text") == words &&
          said.at("row") > planned(kRowBefore))
        return told;
    }
    return ask("mood", {{"text", {words}}});
  }

  [[nodiscard]] MessageText mood_text(const Json& mood) const {
    MessageText text;
    const Json& said = mood.at("said");
    if (said.is_object()) {
      text.add("Mood: ").bold(text_in(said, "label"));
      if (const std::string taken = text_in(said, "moods"); !taken.empty())
        text.add(" (a language model takes it for ").name(taken).add(")");
      text.add(", until " + clock_text(time_in(said, "until"), talk_.timezone, talk_.now) + ".\n");
    }
    return text.append(played_text(mood));
  }

  static MessageText played_text(const Json& mood) {
    MessageText text;
    const auto plays = mood.at("plays").get<std::int64_t>();
    if (plays == 0) return text.add("Nothing was played yet.");
    if (mood.at("features").empty())
      return text.add("It is not known how what you played last sounds.");
    const std::string words = text_in(mood, "words"), cluster = text_in(mood, "cluster");
    text.add("Played last: ");
    if (words.empty())
      text.add("nothing stands out");
    else
      text.bold(words);
    text.add(" (of " + counted(plays, "play") + ", the latest counting most)");
    if (!cluster.empty()) text.add(", most of it of the cluster ").name(cluster);
    return text.add(".");
  }

  void cycling(const std::string& rest) {
    Given given;
    if (!rest.empty()) {
      const auto level = whole_number(first_word(rest));
      if (!level || *level < 1 || *level > 10)
        return void(say(MessageText().add(
            "/cycling takes a number from 1, hardly, to 10, another list soon: /cycling 7")));
      given["level"] = {std::to_string(*level)};
      if (const std::string list = after_first_word(rest); !list.empty())
        given["playlist"] = {list};
    }
    const Told told = ask("cycling", given);
    if (!is_told(told)) return;
    MessageText text;
    for (const Json& one : told.data.at("playlists")) {
      if (!text.is_empty()) text.add("\n");
      text.bold(text_in(one, "playlist")).add(": " + json_text(one.at("level")) + " of 10");
      if (!given.empty()) text.add(", from the next refresh on");
      if (one.contains("resting")) text.append(resting_text(one.at("resting")));
    }
    say(with_notes(std::move(text), told.notes));
  }

  [[nodiscard]] MessageText resting_text(const Json& resting) const {
    MessageText text;
    const Json& tracks = resting.at("tracks");
    const std::string rule = json_text(resting.at("plays")) + " plays within " +
                             counted(resting.at("within_days").get<std::int64_t>(), "day");
    if (tracks.empty()) return text.add("; nothing rests, none had " + rule);
    text.add("; " + counted(tracks.size(), "song") + (tracks.size() == 1 ? " rests" : " rest") +
             ", after " + rule + " or more:");
    constexpr std::size_t kShown = 8;
    for (std::size_t k = 0; k < std::min(tracks.size(), kShown); ++k) {
      const Json& track = tracks.at(k);
      text.add("\n• ")
          .append(track_text(track))
          .add(" until " + day_text(time_in(track, "until"), talk_.timezone));
    }
    if (tracks.size() > kShown) text.add("\n• " + std::to_string(tracks.size() - kShown) + " more");
    return text;
  }

  // ---- why ----

  void why(const std::string& asked) {
    if (asked.empty() || update_.reply_to != 0) {
      const auto question = update_.reply_to != 0 ? talk_.memory.question(update_.reply_to)
                                                  : talk_.memory.last_question();
      if (question) return why_asked(question->reference);
    }
    const auto list = talk_.memory.last_list();
    if (!list || asked.empty()) {
      say(
          MessageText().add("Of which song? Look at a list with /playlist, then: /why 3. Or answer "
                            "a message in which I "
                            "asked about a song with /why."));
      return;
    }
    const std::string track = whole_number(asked) ? "#" + asked : asked;
    tell_why(std::to_string(list->run), track);
  }

  void why_asked(const std::string& reference) {
    const std::size_t colon = reference.find(':');
    const auto number = whole_number(colon == std::string::npos ? "" : reference.substr(colon + 1));
    const auto suggested =
        is_trial(reference) || !number ? std::nullopt : talk_.memory.suggested(*number);
    if (suggested && suggested->run > 0)
      return tell_why(std::to_string(suggested->run), std::to_string(suggested->track));
    say(MessageText().add(is_trial(reference)
                              ? "You approved it: it is on trial, and I ask whether it stays."
                              : "How it was found is not known any more."));
  }

  void tell_why(const std::string& run, const std::string& track) {
    const Told told = ask("why", {{"run", {run}}, {"track", {track}}});
    if (is_told(told)) say(MessageText().add(text_in(told.data, "answer")));
  }

  // ---- stats ----

  void stats() {
    const Told told = ask("stats");
    if (!is_told(told)) return;
    const Json& data = told.data;
    MessageText text;
    text.bold(text_in(data, "user"))
        .add(": " + counted(data.at("plays").get<std::int64_t>(), "play"));
    char hours[32];
    std::snprintf(hours, sizeof hours, ", %.0f hours", data.at("hours").get<double>());
    text.add(hours);
    if (data.at("last").is_number())
      text.add(", the last on " +
               clock_text(data.at("last").get<std::int64_t>(), talk_.timezone, talk_.now));
    text.add("\n" + counted(data.at("tracks_heard").get<std::int64_t>(), "track") + " by " +
             counted(data.at("artists_heard").get<std::int64_t>(), "artist") + " heard, " +
             counted(data.at("library").get<std::int64_t>(), "track") + " in the library");
    add_top(text, "Artists", data.at("top_artists"));
    add_top(text, "Tracks", data.at("top_tracks"));
    add_acceptance(text);
    say(std::move(text));
  }

  static void add_top(MessageText& text, const char* title, const Json& top) {
    if (top.empty()) return;
    text.add("\n\n").bold(title);
    constexpr std::size_t kShown = 5;
    for (std::size_t k = 0; k < std::min(top.size(), kShown); ++k) {
      const Json& one = top.at(k);
      text.add("\n" + std::to_string(k + 1) + ". ").name(text_in(one, "name"));
      if (const std::string artist = text_in(one, "artist"); !artist.empty())
        text.add(" by ").name(artist);
      text.add(": " + json_text(one.at("plays")));
    }
  }

  void add_acceptance(MessageText& text) const {
    const Told told = ask("stats discovery");
    if (told.problem) return;
    for (const Json& source : told.data.at("sources"))
      if (source.at("source").is_null())
        text.add("\n\nOf suggestions you took " + json_text(source.at("accepted")) + " of " +
                 json_text(source.at("answers")) + ".");
  }

  const Update& update_;
  const Talk& talk_;
  std::vector<Reply> replies_;
};

}  // namespace

std::vector<Reply> answer(const Update& update, const Talk& talk) {
  return Answering(update, talk).replies();
}

double predicted_match(double score) {
  return 1 / (1 + std::exp(-score));
}

Reply question_reply(const Json& question, const std::string& timezone) {
  const Json& track = question.at("track");
  const std::string reference = text_in(question, "reference"), link = text_in(question, "link");
  const std::string title = text_in(track, "title");
  Reply reply;
  reply.question = reference;
  MessageText& text = reply.text;
  text.bold(title.empty() ? "track " + json_text(track.at("id")) : title);
  if (const std::string artist = text_in(track, "artist"); !artist.empty())
    text.add("\nby ").name(artist);
  if (const std::string album = text_in(track, "album"); !album.empty())
    text.add("\nfrom ").italic(album);
  const Json& suggestion = question.at("suggestion");
  if (suggestion.is_object()) {
    const std::string context = text_in(question, "context"), kind = text_in(suggestion, "kind");
    text.add("\n\n").add(context.empty() ? text_in(suggestion, "reason")
                                         : context + " (a language model's words)");
    text.add("\nFound by ").name(text_in(suggestion, "source"));
    if (!kind.empty()) text.add(", ").name(kind);
    // What nobody knows the chance of stands at the end of the recipe's list, as if it had none.
    const Json& score = suggestion.at("score");
    const double match = score.is_number() ? predicted_match(score.get<double>()) : 0;
    if (match >= kLeastMatchTold) {
      char told[48];
      std::snprintf(told, sizeof told, "; predicted match %.0f %%", 100 * match);
      text.add(told);
    }
    text.add("; waits until " + day_text(time_in(suggestion, "expires"), timezone) + ".");
  } else {
    text.add("\n\nOn trial since " + day_text(time_in(question, "approved"), timezone) +
             ", heard " + counted(question.at("plays").get<std::int64_t>(), "time") +
             ". Does it stay?");
  }
  if (track.at("places").empty())
    text.add(
        "\nIt is not known where you can play it: it is in no file of yours and has no Spotify "
        "id.");
  reply.buttons = question_buttons(reference, link);
  return reply;
}

MessageText problem_text(const Told::Problem& problem) {
  MessageText text;
  text.add("That did not work: ").add(problem.what).add(".");
  if (!problem.why.empty()) text.add("\n").add(problem.why);
  if (!problem.fix.empty()) text.add("\nWhat helps: ").add(problem.fix);
  return text;
}

}  // namespace engine::bot
