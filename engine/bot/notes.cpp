#include "bot/notes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "bot/questions.hpp"
#include "bot/rendering.hpp"
#include "bot/request.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/local_time.hpp"
#include "discovery/queue.hpp"

namespace engine::bot {
namespace {

using discovery::Queued;
using verbs::Json;

constexpr double kShift = 0.35;            // of a feature's rank in the library
constexpr std::int64_t kMoodPlays = 20;    // of which a mood is told
constexpr std::int64_t kMoodHolds = kDay;  // after which another is what shifts are told against
constexpr std::int64_t kFriends = 2;       // who heard a song, where no match is known

std::int64_t local_day_start(std::int64_t seconds, const std::string& timezone) {
  return local_day_begin(LocalClock(timezone, seconds, seconds + 1).at(seconds).day, timezone);
}

class Looking {
 public:
  Looking(Store& store, const NoteQuestion& asked) : store_(store), asked_(asked) {}

  std::optional<Note> note() {
    for (const Queued& queued : discovery::Queue(store_).list(asked_.user, asked_.now))
      if (queued.state == discovery::State::kWaiting && queued.suggestion.score)
        matches_[queued.suggestion.track] = queued.suggestion;
    if (auto found = friends_song()) return found;
    if (auto found = likely_suggestion()) return found;
    return shifted_mood();
  }

 private:
  [[nodiscard]] bool was_told(const std::string& subject) const {
    return store_.prepare("SELECT 1 FROM bot_notes WHERE bot = ?1 AND chat = ?2 AND subject = ?3")
        .find_integer(asked_.bot, asked_.chat, subject)
        .has_value();
  }

  [[nodiscard]] Json track_json(std::int64_t track) const {
    Statement select = store_.prepare(
        "SELECT ifnull(t.title, ''), ifnull(a.name, ''), ifnull(t.album, ''), ifnull(t.spotify_id, "
        "''), EXISTS (SELECT 1 FROM track_files f WHERE f.track_id = t.track_id) "
        "FROM tracks t LEFT JOIN artists a USING (artist_id) WHERE t.track_id = ?1");
    select.start(track);
    if (!select.step()) return {{"id", track}, {"places", Json::array()}};
    const std::string spotify(select.text(3));
    Json places = Json::array();
    if (select.integer(4) != 0) places.push_back("file");
    if (!spotify.empty()) places.push_back("spotify");
    return {{"id", track},
            {"title", std::string(select.text(0))},
            {"artist", std::string(select.text(1))},
            {"album", std::string(select.text(2))},
            {"spotify_uri", spotify.empty() ? Json(nullptr) : Json("spotify:track:" + spotify)},
            {"places", places}};
  }

  /// As engine next asks about it.
  [[nodiscard]] Reply question_about(const discovery::Suggestion& suggestion) const {
    const Json track = track_json(suggestion.track);
    const std::string address = spotify_address(track);
    return question_reply({{"reference", "suggestion:" + std::to_string(suggestion.id)},
                           {"track", track},
                           {"suggestion",
                            {{"source", suggestion.source},
                             {"kind", suggestion.kind},
                             {"reason", suggestion.reason},
                             {"score", *suggestion.score},
                             {"expires", format_time(suggestion.expires)}}},
                           {"context", nullptr},
                           {"link", address.empty() ? Json(nullptr) : Json(address)}},
                          asked_.timezone);
  }

  static Note note_of(std::string subject, const std::string& lead, Reply reply) {
    MessageText text;
    text.add(lead + "\n\n").append(reply.text);
    reply.text = std::move(text);
    return {std::move(subject), std::move(reply)};
  }

  // ---- a suggestion that is likely to be taken ----

  [[nodiscard]] std::optional<Note> likely_suggestion() const {
    const discovery::Suggestion* best = nullptr;
    for (const auto& [track, suggestion] : matches_) {
      if (predicted_match(*suggestion.score) < asked_.options.least_match) continue;
      if (was_told(subject_of(suggestion))) continue;
      if (best == nullptr || *suggestion.score > *best->score) best = &suggestion;
    }
    if (best == nullptr) return std::nullopt;
    return note_of(subject_of(*best),
                   "A suggestion that I think you will take:", question_about(*best));
  }

  static std::string subject_of(const discovery::Suggestion& suggestion) {
    return "suggestion:" + std::to_string(suggestion.id);
  }

  // ---- what friends heard ----

  /// Not heard by the person, most friends first.
  [[nodiscard]] std::optional<Note> friends_song() const {
    Statement select = store_.prepare(
        "SELECT r.service, r.track_id, CAST(ifnull(r.score, 1) AS INTEGER), ifnull(t.key, '') "
        "FROM recommendations r JOIN tracks t USING (track_id) WHERE r.user_id = ?1 AND r.channel "
        "= "
        "'friends' AND r.ts <= ?2 AND (r.ended_at IS NULL OR r.ended_at > ?2) AND NOT EXISTS "
        "(SELECT "
        "1 FROM listens l WHERE l.user_id = r.user_id AND l.track_id = r.track_id) "
        "ORDER BY r.score DESC, r.track_id");
    for (select.start(asked_.user, asked_.now); select.step();) {
      const std::int64_t track = select.integer(1), friends = select.integer(2);
      const std::string subject = "friends:" + std::string(select.text(3));
      const auto match = matches_.find(track);
      const bool is_likely = match != matches_.end() &&
                             predicted_match(*match->second.score) >= asked_.options.least_match;
      if ((friends < kFriends && !is_likely) || was_told(subject)) continue;
      const std::string who =
          counted(friends, "friend") + " of yours at " + std::string(select.text(0)) +
          (match == matches_.end() ? " heard what you have not:" : " heard what I suggest to you:");
      if (match != matches_.end()) return note_of(subject, who, question_about(match->second));
      Reply reply;
      const Json told = track_json(track);
      reply.text = track_text(told, spotify_address(told));
      return note_of(subject, who, std::move(reply));
    }
    return std::nullopt;
  }

  // ---- a mood that has shifted ----

  [[nodiscard]] std::optional<Note> shifted_mood() {
    const Told told = asked_.ask("mood", {});
    if (told.problem || told.data.at("plays").get<std::int64_t>() < kMoodPlays) return std::nullopt;
    if (told.data.at("said").is_object()) return std::nullopt;  // it was said, so it is no news
    Statement select =
        store_.prepare("SELECT what, ts FROM bot_moods WHERE bot = ?1 AND chat = ?2");
    select.start(asked_.bot, asked_.chat);
    const bool is_known = select.step();
    const std::int64_t since = is_known ? select.integer(1) : 0;
    const std::string shift =
        is_known ? mood_shift(Json::parse(select.text(0), nullptr, /*allow_exceptions=*/false),
                              told.data)
                 : "";
    select.reset();
    if (shift.empty()) {
      if (since + kMoodHolds <= asked_.now) remember(told.data);
      return std::nullopt;
    }
    remember(told.data);
    Note note;
    note.subject = "mood:" + std::to_string(asked_.now);
    note.reply.text.add("Your mood has shifted since " +
                        clock_text(since, asked_.timezone, asked_.now) + ". " + shift);
    note.reply.buttons = {{{"Refresh my lists", button_data("refresh")}}};
    return note;
  }

  void remember(const Json& mood) {
    store_
        .prepare(
            "INSERT OR REPLACE INTO bot_moods (bot, chat, user_id, what, ts) VALUES (?1, ?2, ?3, "
            "?4, ?5)")
        .run(asked_.bot, asked_.chat, asked_.user, json_text(mood), asked_.now);
  }

  Store& store_;
  const NoteQuestion& asked_;
  std::map<std::int64_t, discovery::Suggestion> matches_;  // that wait, by track
};

}  // namespace

bool may_tell(const BotOptions& options, int second_of_day, std::int64_t told_today) {
  return options.has_notes && told_today < options.notes_per_day &&
         !options.quiet_hours.holds(second_of_day);
}

std::optional<Note> look_for_note(Store& store, const NoteQuestion& question) {
  const LocalTime time =
      LocalClock(question.timezone, question.now, question.now + 1).at(question.now);
  const auto told =
      store.prepare("SELECT count(*) FROM bot_notes WHERE bot = ?1 AND chat = ?2 AND ts >= ?3")
          .find_integer(question.bot, question.chat,
                        local_day_start(question.now, question.timezone));
  if (!may_tell(question.options, time.second, told.value_or(0))) return std::nullopt;
  return Looking(store, question).note();
}

std::string mood_shift(const Json& before, const Json& now) {
  if (!before.is_object() || !before.contains("features")) return "";
  std::string features;
  for (const Json& feature : now.at("features")) {
    for (const Json& earlier : before.at("features")) {
      if (earlier.at("feature") != feature.at("feature")) continue;
      const double was = earlier.at("rank").get<double>(), is = feature.at("rank").get<double>();
      if (std::abs(is - was) < kShift) continue;
      char text[96];
      std::snprintf(
          text, sizeof text, "%s%s: more than %.0f %% of your library have, it was %.0f %%",
          features.empty() ? "" : "; ", text_in(feature, "feature").c_str(), 100 * is, 100 * was);
      features += text;
    }
  }
  if (features.empty()) return "";
  const auto words = [](const Json& mood) {
    const std::string text = text_in(mood, "words");
    return text.empty() ? std::string("nothing in particular") : text;
  };
  return "Played last: " + words(now) + "; then: " + words(before) + ". " + features + ".";
}

}  // namespace engine::bot
