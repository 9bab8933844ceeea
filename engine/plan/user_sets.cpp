// What recipes read of the user: the sets, and the steps that only they have a use for.
#include <algorithm>
#include <numeric>
#include <vector>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "data/declared_tables.hpp"
#include "plan/evaluate.hpp"
#include "plan/history.hpp"
#include "plan/listen_times.hpp"
#include "plan/parameters.hpp"
#include "plan/persons.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"

namespace engine {

const Step& set_step();
const Step& since_step();

namespace {

const char* const* set_choices() {
  static const std::vector<const char*> names = [] {
    std::vector<const char*> made;
    for (const DeclaredSet& set : declared_sets()) made.push_back(set.name);
    made.push_back(nullptr);
    return made;
  }();
  return names.data();
}

// ---- user.likes, user.listens ... ----

/// A table of tracks, with their times where it has any.
Candidates set_table(const Tables& tables, const std::string& table_name) {
  const playlist_table* table = tables.table(table_name);
  if (table == nullptr)
    throw Error(Exit::kStore, "the library has no table \"" + table_name + "\"");
  const playlist_column* tracks = find_column(*table, "track");
  const playlist_column* times = find_column(*table, "ts");
  Candidates made;
  if (table->rows == 0) return made;
  const auto* first = static_cast<const std::int32_t*>(tracks->data);
  made.tracks = std::vector<std::int32_t>(first, first + table->rows);
  if (times != nullptr) {
    const auto* ts = static_cast<const std::int64_t*>(times->data);
    made.put({"ts", PLAYLIST_I64, std::vector<std::int64_t>(ts, ts + table->rows), nullptr});
  }
  return made;
}

/// Of each listen its session, counted from the latest, 1, and its place there, from 1.
void add_sessions(const Tables& tables, Candidates& listens) {
  if (listens.size() == 0) return;
  const playlist_table& contexts = *tables.table("listen_contexts");
  const auto session = column_of<std::int32_t>(contexts, "session"),
             position = column_of<std::int32_t>(contexts, "position");
  std::vector<std::int32_t> ago, place;
  for (std::size_t row = 0; row < listens.size(); ++row) {
    ago.push_back(session.back() - session[row] + 1);
    place.push_back(position[row] + 1);
  }
  listens.put({"session", PLAYLIST_I32, std::move(ago), nullptr});
  listens.put({"session_position", PLAYLIST_I32, std::move(place), nullptr});
}

/// Keeps each track's first place.
Candidates without_repeats(Candidates candidates) {
  const Items<std::int32_t>& tracks = candidates.tracks;
  if (tracks.empty()) return candidates;
  std::vector<bool> is_seen(
      static_cast<std::size_t>(*std::max_element(tracks.begin(), tracks.end())) + 1);
  std::vector<std::int32_t> rows;
  rows.reserve(tracks.size());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    auto seen = is_seen[static_cast<std::size_t>(tracks[i])];
    if (seen) continue;
    seen = true;
    rows.push_back(static_cast<std::int32_t>(i));
  }
  if (rows.size() == tracks.size()) return candidates;
  return candidates.gather(std::move(rows));
}

/// A track heard often stands at its latest play; :since and :most_played read the table of listens
/// themselves.
Candidates latest_of_each(const Candidates& listens) {
  std::vector<std::int32_t> rows(listens.size());
  std::iota(rows.rbegin(), rows.rend(), 0);
  Candidates latest = without_repeats(listens.gather(rows));
  std::vector<std::int32_t> back(latest.size());
  std::iota(back.rbegin(), back.rend(), 0);
  return latest.gather(back);
}

class SetStep final : public Step {
 public:
  SetStep()
      : Step(
            {"set", "user",
             "One of the user's own sets, as candidates: user.likes, user.library "
             "..."},
            {.form = StepForm::kOwn, .inputs = 0, .is_set = true},
            {choice_param("set", "likes", set_choices(), "which of the user's sets",
                          PLAYLIST_PARAM_REQUIRED),
             text_param("of", "", "whose set it is: a person's name; the listener's without it")}) {
  }

  [[nodiscard]] std::string own_label(const Node& node) const override {
    return written_person(node.text("of")) + "." + node.text("set");
  }
  [[nodiscard]] std::string written(const Node& node) const override { return own_label(node); }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const Tables& tables = evaluation.tables_of(node);
    const DeclaredSet& set = *find_declared_set(node.text("set"));
    const std::string of = node.text("of");
    if (set.table == nullptr)
      return with_reason(evaluation, interaction_history(tables, {}), set.name, of);
    Candidates all = set_table(tables, set.table);
    if (set.name == std::string_view(kSessionsSet)) add_sessions(tables, all);
    all = set.keeps == SetKeeps::kLast ? latest_of_each(all) : without_repeats(std::move(all));
    return with_reason(evaluation, std::move(all), set.name, of);
  }

  void add_columns(const Node& node, PlanColumns& columns) const override {
    columns.types["ts"] = PLAYLIST_I64;
    if (node.text("set") == "history") columns.types["score"] = PLAYLIST_F32;
    if (node.text("set") == kSessionsSet)
      columns.types["session"] = columns.types["session_position"] = PLAYLIST_I32;
    if (!node.text("of").empty())
      columns.types["explanation"] = columns.types["channel"] = PLAYLIST_STRING;
  }

 private:
  /// "bob likes it", of a person's set; "you like it" where they are the listener.
  static Candidates with_reason(Evaluation& evaluation, Candidates candidates,
                                const std::string& set, const std::string& of) {
    if (of.empty()) return candidates;
    const bool is_you = of == evaluation.people()->names().front();
    const std::string who = is_you ? "you" : of, s = is_you ? "" : "s";
    const std::string has = is_you ? " have it" : " has it";
    const std::string does = set == "likes"     ? " like" + s + " it"
                             : set == "library" ? has
                             : set == "listens" ? " heard it"
                             : set == "history" ? " play" + s + " it"
                                                : has + " in " + set;
    const auto everywhere = [&](const std::string& text) {
      return std::vector<std::int32_t>(candidates.size(), evaluation.text_code(text));
    };
    candidates.put({"channel", PLAYLIST_STRING, everywhere(set), nullptr});
    candidates.put({"explanation", PLAYLIST_STRING, everywhere(who + does), nullptr});
    return candidates;
  }
};

// ---- by time ----

/// Rows by time, oldest first; ties by track. As they stand where they have no times.
std::vector<std::int32_t> oldest_first(const Candidates& candidates) {
  std::vector<std::int32_t> rows(candidates.size());
  std::iota(rows.begin(), rows.end(), 0);
  const Items<std::int64_t>* times = times_of(candidates);
  if (times == nullptr) return rows;
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    const auto x = (*times)[static_cast<std::size_t>(a)], y = (*times)[static_cast<std::size_t>(b)];
    if (x != y) return x < y;
    return candidates.tracks[static_cast<std::size_t>(a)] <
           candidates.tracks[static_cast<std::size_t>(b)];
  });
  return rows;
}

constexpr const char* kNeedsSpan = ":since needs a time span";
constexpr const char* kWriteSpan = "write e.g. :since { months = 3 } (days, weeks, months, years)";

/// The earliest time a :since lets through.
std::int64_t since_time(const Evaluation& evaluation, const Node& node) {
  const int months = static_cast<int>(node.number("months") + 12 * node.number("years"));
  const double days = node.number("days") + 7 * node.number("weeks");
  if (months == 0 && days == 0)
    throw evaluation.node_error(node, Exit::kRecipe, kNeedsSpan, "", kWriteSpan);
  return months_before(evaluation.setup().now, months) - static_cast<std::int64_t>(days * kDay);
}

class SinceStep final : public Step {
 public:
  SinceStep()
      : Step({"since", ":since", "Keeps rows of the last time span (liked, saved, played)."},
             {.chooses_times = true},
             {whole_param("days", 0, 0, 36500, "of the last days"),
              whole_param("weeks", 0, 0, 5200, "of the last weeks"),
              whole_param("months", 0, 0, 1200, "of the last calendar months"),
              whole_param("years", 0, 0, 100, "of the last years")}) {}

  void check(const Node& node, const StepCheck& check) const override {
    if (node.arguments.empty()) check.tell(kNeedsSpan, "", kWriteSpan);
    check_times(node, check);
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    require_times(evaluation, node, *candidates);
    const std::int64_t from = since_time(evaluation, node);
    const Items<std::int64_t>* times = times_of(*candidates);
    std::vector<std::int32_t> rows;
    for (std::size_t i = 0; i < candidates->size(); ++i) {
      if ((*times)[i] >= from) rows.push_back(static_cast<std::int32_t>(i));
    }
    return candidates->gather(rows);
  }

  [[nodiscard]] TimeTest time_test(const Evaluation& evaluation, const Node& node,
                                   std::span<const std::int64_t>) const override {
    return [from = since_time(evaluation, node)](std::int64_t time) { return time >= from; };
  }
};

class LastStep final : public Step {
 public:
  LastStep()
      : Step({"last", ":last",
              "The latest tracks, some of this week, some of before; score log2(1 + plays) + "
              "like_weight if liked - skip_weight * log2(1 + skips)."},
             {},
             {whole_param("n", 50, 1, kMany, "tracks to keep, the latest first"),
              number_param("weekly_mix", 0.5, 0, 1,
                           "share of them from this week (from Monday in the user's time zone), "
                           "the others from before; either fills up for the other"),
              number_param("like_weight", 2, 0, 1000,
                           "what a like adds to the score; a play adds 1"),
              number_param("skip_weight", 1, 0, 1000, "what a skip takes off the score")}) {}

  void check(const Node& node, const StepCheck& check) const override { check_times(node, check); }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    require_times(evaluation, node, *candidates);
    const Evaluation::Setup& setup = evaluation.setup();
    LastOptions options;
    options.count = node.count("n");
    options.weekly_mix = node.number("weekly_mix");
    options.week_begin = local_week_begin(setup.now, setup.timezone);
    options.weights = {node.number("like_weight"), node.number("skip_weight")};
    return last_interactions(evaluation.tables_of(node), *candidates, options);
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
  [[nodiscard]] double most_rows(const Node& node) const override { return node.number("n"); }
};

// ---- in place of too few ----

/// Before any :since and its like, the set itself: that is what "of all time" means.
int set_below(const Plan& plan, int id) {
  while (plan.at(id).step->facts().chooses_times) id = plan.at(id).inputs.at(0);
  return id;
}

class OrLastStep final : public Step {
 public:
  OrLastStep()
      : Step({"or_last", ":or_last", "When few are left, takes the latest of all time instead."},
             {.brings_others = true},
             {whole_param("count", 100, 1, kMany, "the latest of all time to take instead"),
              whole_param("when_fewer_than", 1, 1, kMany,
                          "take them when fewer than this are there")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr few = evaluation.input(node);
    if (few->size() >= node.count("when_fewer_than")) return *few;
    const CandidatesPtr all =
        evaluation.result(set_below(*evaluation.setup().plan, node.inputs.at(0)));
    const std::size_t count = std::min(all->size(), node.count("count"));
    if (all->size() > few->size()) {
      evaluation.notice("only " + std::to_string(few->size()) +
                        " in the chosen time span, so the latest " + std::to_string(count) +
                        " of all time are used");
    }
    std::vector<std::int32_t> rows = oldest_first(*all);
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(count));
    return all->gather(rows);
  }
};

bool is_likes_set(const Node& node) {
  return node.step == &set_step() && node.text("set") == "likes";
}

constexpr const char* kFollowsLikes = ":or_implicit follows user.likes only";

class OrImplicitStep final : public Step {
 public:
  OrImplicitStep()
      : Step({"or_implicit", ":or_implicit",
              "Without any likes, or with few: what was played to the end often enough, too."},
             {.brings_others = true},
             {whole_param("finished", 3, 1, 1000,
                          "tracks played to the end this often count as liked"),
              whole_param("few", 0, 0, kMany,
                          "where there are likes: so, too, with fewer tracks liked, saved or in a "
                          "playlist than this")}) {}

  void check(const Node& node, const StepCheck& check) const override {
    if (!is_likes_set(check.plan.at(node.inputs.at(0)))) check.tell(kFollowsLikes, "", "");
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const Evaluation::Setup& setup = evaluation.setup();
    const CandidatesPtr likes = evaluation.input(node);
    if (!is_likes_set(setup.plan->at(node.inputs.at(0))))
      throw evaluation.node_error(node, Exit::kRecipe, kFollowsLikes);
    const Tables& tables = evaluation.tables_of(node);
    const auto told = static_cast<std::size_t>(tables.table("library")->rows);
    if (likes->size() > 0 && told >= node.count("few")) return *likes;
    const auto finished = static_cast<int>(node.number("finished"));
    Candidates implicit = set_table(tables, "implicit_likes:" + std::to_string(finished));
    const bool is_one = implicit.size() == 1;
    const std::string often = " played to the end at least " + counted(finished, "time") +
                              (is_one ? " counts" : " count") + " as liked";
    if (likes->size() == 0) {
      evaluation.notice("no likes in this library: the " + counted(implicit.size(), "track") +
                        often);
      return implicit;
    }
    evaluation.notice(counted(told, "track") + (told == 1 ? " is" : " are") +
                      " liked, saved or in a playlist, which is few: the " +
                      counted(implicit.size(), "track") + often + ", too");
    return with_others(*likes, implicit);
  }

 private:
  /// The likes, then what is none of them.
  static Candidates with_others(const Candidates& likes, const Candidates& others) {
    const TrackSet liked(likes.tracks);
    std::vector<Candidates::RowOf> rows;
    for (std::size_t row = 0; row < others.size(); ++row)
      if (!liked.has(others.tracks[row])) rows.push_back({&others, row});
    Candidates both = likes;
    both.append_rows(rows);
    return both;
  }
};

// ---- by plays ----

/// How often each track of the catalogue was played at the times chosen, where it is wanted.
std::vector<std::int32_t> plays_of(const Tables& tables, const TrackSet& wanted,
                                   const TimeTests& is_chosen) {
  std::vector<std::int32_t> plays(static_cast<std::size_t>(tables.table("tracks")->rows));
  const playlist_table* listens = tables.table("listens");
  const auto* tracks = static_cast<const std::int32_t*>(find_column(*listens, "track")->data);
  const auto* times = static_cast<const std::int64_t*>(find_column(*listens, "ts")->data);
  const auto* is_play = static_cast<const std::uint8_t*>(find_column(*listens, "is_play")->data);
  for (std::int64_t i = 0; i < listens->rows; ++i) {
    if (is_play[i] == 1 && wanted.has(tracks[i]) && is_chosen(times[i]))
      ++plays[static_cast<std::size_t>(tracks[i])];
  }
  return plays;
}

class MostPlayedStep final : public Step {
 public:
  MostPlayedStep()
      : Step({"most_played", ":most_played", "Counts plays in the set; most played first."}, {},
             {whole_param("count", 20, 1, kMany, "how many tracks, most played first")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    // Counts plays at the times that :since and its like directly below choose, else of all time.
    const std::vector<std::int32_t> plays =
        plays_of(evaluation.tables_of(node), TrackSet(candidates->tracks),
                 TimeTests::directly_below(evaluation, node));
    std::vector<double> keys;
    for (const std::int32_t track : candidates->tracks)
      keys.push_back(plays[static_cast<std::size_t>(track)]);
    std::vector<std::int32_t> rows = rows_by(keys, candidates->tracks, true);
    rows.resize(std::min(rows.size(), node.count("count")));
    Candidates made = *candidates;
    made.put({"score", PLAYLIST_F32, std::vector<float>(keys.begin(), keys.end()), nullptr});
    return made.gather(rows);
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
  [[nodiscard]] double most_rows(const Node& node) const override { return node.number("count"); }
};

}  // namespace

const Step& set_step() {
  static const SetStep step;
  return step;
}
const Step& since_step() {
  static const SinceStep step;
  return step;
}
const Step& last_step() {
  static const LastStep step;
  return step;
}
const Step& or_last_step() {
  static const OrLastStep step;
  return step;
}
const Step& or_implicit_step() {
  static const OrImplicitStep step;
  return step;
}
const Step& most_played_step() {
  static const MostPlayedStep step;
  return step;
}

}  // namespace engine
