#include "app/suggestions.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_set>

#include "app/context_sentence.hpp"
#include "app/default_user.hpp"
#include "app/library_tables.hpp"
#include "app/supervised_run.hpp"
#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "core/random.hpp"
#include "recipe/record_run.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

using discovery::ArmName;
using discovery::Posterior;
using discovery::Queued;
using discovery::State;
using discovery::Suggestion;

constexpr const char* kRecipe = "discover";
// Origins of what is said to a question: by engine next, and to a bot.
constexpr const char *kAsked = "next", *kBot = "bot";
constexpr std::int64_t kSkipSeconds = kDay, kListenSeconds = 3 * kDay;

AskedTrack asked_track(const PlaylistTrack& track) {
  return {track.id, track.title, track.artist, track.album, track.spotify_uri};
}

/// Whoever grows a catalogue knows of many tracks that they cannot play yet.
void find_places(const Store& store, AskedTrack& track) {
  if (store.prepare("SELECT 1 FROM track_files WHERE track_id = ?1 LIMIT 1").find_integer(track.id))
    track.places.emplace_back("file");
  if (!track.spotify_uri.empty()) track.places.emplace_back("spotify");
}

std::string shown_text_of(const PlaylistTrack& track, const std::string& column) {
  for (const auto& [name, value] : track.shown)
    if (name == column)
      if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "";
}

/// Its cluster, where model.clusters found some; else its genre, and without one of its own the
/// first tag of its artist.
std::string kind_of(const PlaylistTrack& track) {
  if (const std::string cluster = track.text("cluster_name"); !cluster.empty()) return cluster;
  const std::string genre = shown_text_of(track, "genre");
  if (!genre.empty()) return genre;
  const std::string tags = shown_text_of(track, "tags");
  return tags.substr(0, tags.find(", "));
}

// ---- drawing -------------------------------------------------------------------------------------

/// What is left of the candidates of each arm, the best first.
class Arms {
 public:
  Arms(const Playlist& found, const std::vector<Queued>& queue) {
    std::unordered_set<std::int64_t> known;
    for (const Queued& queued : queue)
      if (queued.state != State::kExpired) known.insert(queued.suggestion.track);
    for (const PlaylistTrack& track : found.tracks) {
      if (known.contains(track.id)) continue;
      const std::string source = track.found_by.empty() ? "" : track.found_by.front().channel;
      left_[{source, kind_of(track)}].push_back(&track);
    }
  }

  struct Drawn {
    const PlaylistTrack* track;
    ArmName arm;
    double propensity;
  };
  [[nodiscard]] bool is_empty() const { return left_.empty(); }

  Drawn draw(const std::map<ArmName, Posterior>& answered, Random& random) {
    std::vector<ArmName> names;
    std::vector<Posterior> posteriors;
    for (const auto& [name, tracks] : left_) {
      names.push_back(name);
      const auto known = answered.find(name);
      posteriors.push_back(known == answered.end() ? Posterior() : known->second);
    }
    const std::size_t arm = discovery::draw_arm(posteriors, random);
    auto& tracks = left_.at(names[arm]);
    const Drawn drawn{tracks.front(), names[arm], discovery::draw_probability(posteriors, arm)};
    tracks.pop_front();
    if (tracks.empty()) left_.erase(names[arm]);
    return drawn;
  }

 private:
  std::map<ArmName, std::deque<const PlaylistTrack*>> left_;
};

std::string channels_off(const Caller& caller) {
  std::string text;
  for (const std::string& channel : caller.home.settings().texts("discovery.off"))
    text += (text.empty() ? "" : ",") + channel;
  return text;
}

/// What the channels find for the caller's person, recorded as a run.
struct Found {
  Playlist playlist;
  std::int64_t user = 0;
};

Found find_candidates(const Caller& asking) {
  Caller caller = asking;
  if (const std::string off = channels_off(caller); !off.empty())
    caller.asked.set.push_back("off=" + off);
  RunRequest request = make_run_request(caller, kRecipe);
  request.show = {"genre", "tags"};
  RunAnswer answer = run_supervised(caller, request);
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  answer.playlist.run = record_run(store, request, answer);
  return {std::move(answer.playlist), request.columns->user_id};
}

Suggestion suggestion_of(const Arms::Drawn& drawn, const Found& found, const Caller& caller) {
  Suggestion made;
  made.user = found.user;
  made.track = drawn.track->id;
  made.ts = caller.asked.now;
  made.expires = made.ts + kDay * caller.home.settings().integer("discovery.expires_days");
  std::tie(made.source, made.kind) = drawn.arm;
  const auto& reasons = drawn.track->reasons;
  made.reason = reasons.empty() ? drawn.track->explanation.front() : reasons.front();
  made.score = drawn.track->score;
  made.propensity = drawn.propensity;
  made.run = found.playlist.run;
  return made;
}

std::size_t count_of(const std::vector<Queued>& queue, State state) {
  return static_cast<std::size_t>(std::ranges::count(queue, state, &Queued::state));
}

// ---- asking --------------------------------------------------------------------------------------

/// The caller's person and library as of `now`.
struct Person {
  explicit Person(const Caller& caller)
      : store(Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false})),
        tables(library_tables(caller)),
        queue(discovery::Queue(store).list(tables->user_id(), caller.asked.now)) {}

  Store store;
  std::unique_ptr<AsOf> tables;
  std::vector<Queued> queue;
};

AskedTrack track_of(const AsOf& tables, std::int32_t number) {
  const playlist_table& tracks = *tables.table("tracks");
  const auto row = static_cast<std::size_t>(number);
  const auto text = [&](const char* column) {
    return std::string(
        text_of(*find_column(tracks, column), column_of<std::int32_t>(tracks, column)[row]));
  };
  const std::string spotify = text("spotify_id");
  return {column_of<std::int64_t>(tracks, "id")[row], text("title"), text("artist_name"),
          text("album"), spotify.empty() ? "" : "spotify:track:" + spotify};
}

/// Plays of the track since then.
std::int64_t plays_since(const AsOf& tables, std::int32_t track, std::int64_t since) {
  const playlist_table& listens = *tables.table("listens");
  const auto tracks = column_of<std::int32_t>(listens, "track");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  std::int64_t plays = 0;
  for (std::size_t row = ts.size(); row-- > 0 && ts[row] >= since;)
    plays += tracks[row] == track && is_play[row] == 1;
  return plays;
}

/// The approved song that was heard often enough and has waited longest for a verdict.
std::optional<NextQuestion> next_trial(const AsOf& tables, std::int64_t least_plays) {
  const playlist_table& trials = *tables.table("trials");
  const auto tracks = column_of<std::int32_t>(trials, "track");
  const auto ts = column_of<std::int64_t>(trials, "ts");
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    const std::int64_t plays = plays_since(tables, tracks[row], ts[row]);
    if (plays < least_plays) continue;
    NextQuestion question;
    question.kind = NextQuestion::Kind::kTrial;
    question.track = track_of(tables, tracks[row]);
    question.approved = ts[row];
    question.plays = plays;
    return question;
  }
  return std::nullopt;
}

/// Tracks that are not to be suggested any more, whoever said so where.
std::set<std::int32_t> unwanted(const AsOf& tables) {
  std::set<std::int32_t> tracks;
  for (const char* name : {"banned", "rejected"}) {
    const auto theirs = column_of<std::int32_t>(*tables.table(name), "track");
    tracks.insert(theirs.begin(), theirs.end());
  }
  return tracks;
}

/// Suggestions that wait and may be asked about, oldest first.
std::vector<NextQuestion> waiting_suggestions(const AsOf& tables,
                                              const std::vector<Queued>& queue) {
  const std::set<std::int32_t> not_wanted = unwanted(tables);
  std::vector<NextQuestion> waiting;
  for (const Queued& queued : queue) {
    if (queued.state != State::kWaiting) continue;
    const std::int32_t number = tables.track_number(queued.suggestion.track);
    if (number < 0 || not_wanted.contains(number)) continue;
    NextQuestion& question = waiting.emplace_back();
    question.track = track_of(tables, number);
    question.suggestion = queued.suggestion;
  }
  return waiting;
}

/// Who made all of the last `count` rejected suggestions; "" where they are of several.
std::string artist_of_last(const Person& person, std::size_t count) {
  std::vector<const Queued*> rejected;
  for (const Queued& queued : person.queue)
    if (queued.state == State::kRejected) rejected.push_back(&queued);
  std::ranges::sort(rejected, {},
                    [](const Queued* q) { return std::pair(q->answered, q->answer); });
  std::string artist;
  for (std::size_t k = rejected.size() - std::min(count, rejected.size()); k < rejected.size();
       ++k) {
    const std::int32_t number = person.tables->track_number(rejected[k]->suggestion.track);
    const std::string name = number < 0 ? "" : track_of(*person.tables, number).artist;
    if (name.empty() || (!artist.empty() && name != artist)) return "";
    artist = name;
  }
  return artist;
}

Questions questions_of(const Caller& caller, const Person& person) {
  const Settings& settings = caller.home.settings();
  Questions asked;
  asked.user = person.tables->user_name();
  asked.next = next_trial(*person.tables, settings.integer("discovery.trial_listens"));
  const std::vector<NextQuestion> waiting = waiting_suggestions(*person.tables, person.queue);
  if (!asked.next && !waiting.empty()) asked.next = waiting.front();
  if (asked.next) find_places(person.store, asked.next->track);
  asked.waiting = waiting.size();
  asked.put_off = count_of(person.queue, State::kPutOff);
  asked.trials = static_cast<std::size_t>(person.tables->table("trials")->rows);
  asked.row = discovery::rejected_in_a_row(
      discovery::answers_of(person.queue),
      static_cast<std::size_t>(settings.integer("discovery.rejections")));
  if (asked.row.rejections > 0) asked.artist = artist_of_last(person, asked.row.rejections);
  return asked;
}

/// Two who draw, or answer, at once would do so of the same queue: the second is refused.
FileLock only_one(const Caller& caller) {
  // Of a library that is there.
  Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  return {caller.home.library_path() + ".suggestions.lock", "draw or answer of suggestions"};
}

/// The origin of what is said to a question.
std::string origin_of_reply(const Caller& caller) {
  return caller.asked.way_in == kBot ? kBot : kAsked;
}

/// A bot's row that is no mood answers a question: it asks about nothing else.
bool is_reply(const FeedbackRow& row) {
  return row.origin == kAsked || (row.origin == kBot && row.verdict != Verdict::kMood);
}

library::FeedbackRequest request_of(const Caller& caller, const NextQuestion& question, Reply reply,
                                    const std::string& reason) {
  const bool is_trial = question.kind == NextQuestion::Kind::kTrial;
  library::FeedbackRequest request;
  request.subject = "track:" + std::to_string(question.track.id);
  request.origin = origin_of_reply(caller);
  if (!is_trial) {
    request.run = question.suggestion.run;
    request.propensity = question.suggestion.propensity;
  }
  switch (reply) {
    case Reply::kApprove:
      request.verdict = is_trial ? Verdict::kLove : Verdict::kApprove;
      break;
    case Reply::kReject:
      request.verdict = Verdict::kReject;
      request.reason = reason;
      break;
    case Reply::kSkip:
    case Reply::kListen:
      // A song on trial stays so: it is asked about again once it has been heard as often again.
      request.verdict = is_trial ? Verdict::kApprove : Verdict::kLater;
      if (!is_trial) request.seconds = reply == Reply::kSkip ? kSkipSeconds : kListenSeconds;
      break;
  }
  return request;
}

}  // namespace

std::string NextQuestion::reference() const {
  return kind == Kind::kTrial ? "trial:" + std::to_string(track.id)
                              : "suggestion:" + std::to_string(suggestion.id);
}

NewSuggestions make_suggestions(const Caller& caller, std::size_t count) {
  const FileLock lock = only_one(caller);
  const Found found = find_candidates(caller);
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  Transaction transaction(store);
  discovery::Queue queue(store);
  const std::vector<Queued> before = queue.list(found.user, caller.asked.now);
  const auto posteriors = discovery::posteriors_of(discovery::answers_of(before), caller.asked.now);
  // A second draw of the same day goes on where the first has ended.
  Random random(mix_seed(found.playlist.random_seed, "discover " + std::to_string(before.size())));
  Arms arms(found.playlist, before);
  NewSuggestions made;
  made.user = found.playlist.user;
  made.run = found.playlist.run.value_or(0);
  while (made.queued.size() < count && !arms.is_empty()) {
    const Arms::Drawn drawn = arms.draw(posteriors, random);
    Suggestion suggestion = suggestion_of(drawn, found, caller);
    suggestion.id = queue.add(suggestion);
    made.queued.emplace_back(asked_track(*drawn.track), std::move(suggestion));
    find_places(store, made.queued.back().first);
  }
  transaction.commit();
  made.waiting = count_of(before, State::kWaiting) + made.queued.size();
  return made;
}

Questions questions(const Caller& caller) {
  const Person person(caller);
  Questions asked = questions_of(caller, person);
  if (asked.next && asked.next->kind == NextQuestion::Kind::kSuggestion)
    asked.next->context = context_sentence(caller, asked.next->track, asked.next->suggestion,
                                           person.store, *person.tables);
  return asked;
}

Replied reply(const Caller& caller, Reply reply, const std::string& reason,
              const std::string& reference) {
  const FileLock lock = only_one(caller);
  const Questions asked = questions_of(caller, Person(caller));
  if (!asked.next)
    throw Error(Exit::kInput, "nothing is asked",
                {"", "", "no suggestion waits", "queue some: engine discover"});
  if (!reference.empty() && reference != asked.next->reference())
    throw Error(Exit::kInput, reference + " is not what is asked now",
                {"", "", "it is " + asked.next->reference(), "look at it: engine next"});
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, asked.user);
  Replied replied;
  replied.said = library::say_feedback(
      store, user.id, request_of(caller, *asked.next, reply, reason), caller.asked.now);
  replied.question = *asked.next;
  return replied;
}

library::UndoneFeedback undo_reply(const Caller& caller) {
  const FileLock lock = only_one(caller);
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, user_name(caller));
  const std::int64_t now = caller.asked.now;
  const std::vector<FeedbackSpan> spans = spans_of(feedback_of(store, user.id));
  for (auto span = spans.rbegin(); span != spans.rend(); ++span)
    if (is_reply(span->row) && span->holds(now))
      return library::undo_feedback(store, user.id, span->row.id, origin_of_reply(caller), now);
  throw Error(Exit::kInput, "there is no answer to take back",
              {"", "", "", "what else was said: engine feedback --list"});
}

std::vector<discovery::Acceptance> acceptance(const Caller& caller) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const User user = choose_user(store, user_name(caller));
  return discovery::acceptance_of(
      discovery::answers_of(discovery::Queue(store).list(user.id, caller.asked.now)));
}

}  // namespace engine::app
