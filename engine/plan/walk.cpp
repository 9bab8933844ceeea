// :walk, from track to track: each next one is drawn from the neighbours of the last, the better its
// score the likelier.
//
//   P(track) = exp(score / temperature) / sum over the choice of exp(score / temperature)
//
// drawn as the largest score / temperature + Gumbel noise. A choice is the `k` nearest candidates
// that are left, and `strangers` that are drawn by lot, so that no part of a library is out of reach.
// Candidates that have no place in the space lie near nothing: as often as their share of all that
// are left a choice is `k` of them, by lot, and the walk goes on from where it was. With `to` the
// neighbours are those of a point on the great circle from the first track to the last, and no artist
// comes twice.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/counted.hpp"
#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"
#include "plan/track_space.hpp"
#include "plan/walk_chances.hpp"
#include "plan/walk_choice.hpp"
#include "plan/walk_context.hpp"
#include "plan/walk_pool.hpp"
#include "plan/walk_telling.hpp"

namespace engine {
namespace {

constexpr float kNotKnown = std::numeric_limits<float>::quiet_NaN();

constexpr playlist_param tracks_param(const char* name, const char* help) {
  return ranged_param(PLAYLIST_PARAM_TRACKS, name, 0, 0, 0, help, 0);
}

struct WalkOptions {
  std::size_t steps, neighbours, strangers, no_repeat;
  double temperature;
  std::string space;

  explicit WalkOptions(const Node& node)
      : steps(node.count("steps")),
        neighbours(node.count("k")),
        strangers(node.count("strangers")),
        no_repeat(node.count("no_repeat")),
        temperature(node.number("temperature")),
        space(node.text("space")) {}
};

/// The candidates given as an argument; nullptr without.
CandidatesPtr tracks_argument(Evaluation& evaluation, const Node& node, std::string_view name) {
  for (const auto& [argument, value] : node.arguments)
    if (argument == name)
      if (const auto* tracks = std::get_if<NodeArgument>(&value))
        return evaluation.result(tracks->node);
  return nullptr;
}

/// What was given as arguments: where the walk starts and ends, what was heard before it.
struct WalkEnds {
  CandidatesPtr from, to, after;
  /// Both ends were one song, which does not come twice: `to` is as if it had not been given.
  bool is_round = false;

  WalkEnds(Evaluation& evaluation, const Node& node)
      : from(tracks_argument(evaluation, node, "from")),
        to(tracks_argument(evaluation, node, "to")),
        after(tracks_argument(evaluation, node, "after")) {
    const auto song = column_of<std::int32_t>(*evaluation.setup().tables->table("tracks"), "song");
    const auto song_of = [&](const CandidatesPtr& end) {
      return song[static_cast<std::size_t>(track(end))];
    };
    is_round = is_way() && song_of(from) == song_of(to);
    if (is_round) to = nullptr;
  }

  static bool has_track(const CandidatesPtr& end) { return end != nullptr && end->size() > 0; }
  /// The first of an end that has one counts.
  static std::int32_t track(const CandidatesPtr& end) { return end->tracks[0]; }
  [[nodiscard]] bool is_way() const { return has_track(from) && has_track(to); }

  [[nodiscard]] std::vector<std::int32_t> all() const {
    std::vector<std::int32_t> tracks;
    for (const CandidatesPtr& some : {from, to, after})
      if (some != nullptr) tracks.insert(tracks.end(), some->tracks.begin(), some->tracks.end());
    return tracks;
  }
};

/// A track of the list.
struct WalkMove {
  Candidates::RowOf place{};  // where its columns are
  std::int32_t track = -1;
  float similarity = kNotKnown, score = kNotKnown;
  float log_propensity = 0;  // of an end: it could not be another
  std::string explanation, chosen_over;

  /// What the explanation of a draw is made of.
  std::optional<WalkOrigin> origin;  // none: it was asked for
  std::int32_t before = -1;
};

/// A point on the great circle from a to b, unit vectors; t 0 .. 1.
std::vector<float> point_between(std::span<const float> a, std::span<const float> b, double t) {
  double product = 0;
  for (std::size_t k = 0; k < a.size(); ++k) product += double{a[k]} * b[k];
  const double angle = std::acos(std::clamp(product, -1.0, 1.0)), sine = std::sin(angle);
  std::vector<float> point(a.begin(), a.end());
  if (sine < 1e-6) return point;
  const double of_a = std::sin((1 - t) * angle) / sine, of_b = std::sin(t * angle) / sine;
  for (std::size_t k = 0; k < a.size(); ++k)
    point[k] = static_cast<float>(of_a * a[k] + of_b * b[k]);
  return point;
}

/// NaN where one of them is nowhere.
float cosine(std::span<const float> a, std::span<const float> b) {
  if (a.empty() || b.empty()) return kNotKnown;
  double product = 0;
  for (std::size_t k = 0; k < a.size(); ++k) product += double{a[k]} * b[k];
  return static_cast<float>(product);
}

/// log of exp(score / temperature) over their sum.
double log_propensity(const std::vector<float>& scores, std::size_t drawn, double temperature) {
  if (temperature == 0) return 0;
  const double most = *std::max_element(scores.begin(), scores.end()) / temperature;
  double sum = 0;
  for (const float score : scores) sum += std::exp(score / temperature - most);
  return scores[drawn] / temperature - most - std::log(sum);
}

class TrackWalk {
 public:
  TrackWalk(Evaluation& evaluation, const Node& node, const Candidates& candidates)
      : evaluation_(evaluation),
        candidates_(candidates),
        tables_(*evaluation.setup().tables),
        options_(node),
        ends_(evaluation, node),
        others_(ends_.all()),
        space_(TrackSpace::open(options_.space, tables_, evaluation.setup().models,
                                {{candidates.tracks.data(), candidates.size()}, others_})),
        pool_(tables_, candidates, space_, ends_.is_way()),
        context_(
            tables_, [&](std::int32_t track) { return evaluation_.length_ms(track); },
            evaluation.setup().default_track_seconds),
        score_(evaluation, node, candidates, context_),
        random_(evaluation.random_stream(node)),
        is_chosen_(candidates.size()) {}

  Candidates walk() {
    tell_of_the_space();
    begin();
    const std::size_t last = WalkEnds::has_track(ends_.to) ? 1 : 0;
    while (moves_.size() + last < options_.steps) {
      const WalkChoice choice = next_choice();
      if (choice.size() > 0) {
        go(draw(choice));
      } else if (!pool_.give_back()) {
        break;
      }
    }
    if (last == 1) go(end_move(ends_.to, "WALK: it ends here"));
    tell_of_the_walk();
    explain();
    return made();
  }

  /// Of every candidate, to be the walk's next track.
  TrackChances first_chances() {
    begin();
    TrackChances chances;
    do {
      const std::vector<float> here = place();
      const double share = here.empty() ? 1 : placeless_share();
      if (!here.empty()) {
        WalkChoice choice;
        add_near(here, choice);
        choice.near = choice.size();
        if (choice.near > 0) add_all(Lot::kPlaced, here, choice);
        add_chances(choice, options_.strangers, 1 - share, chances);
      }
      WalkChoice choice;
      const bool has_placed = !chances.tracks.empty();
      add_all(here.empty() || !has_placed ? Lot::kAll : Lot::kPlaceless, here, choice);
      add_chances(choice, options_.neighbours, has_placed ? share : 1, chances);
    } while (chances.tracks.empty() && pool_.give_back());
    return chances;
  }

 private:
  void begin() {
    std::span<const std::int32_t> before;
    if (ends_.after != nullptr) before = {ends_.after->tracks.data(), ends_.after->size()};
    pool_.hold_back_recent(before, options_.no_repeat);
    pool_.hold_back_exposed(context_.exposures());
    for (const std::int32_t track : before) {
      context_.heard_before(track);
      note_place(track);
    }
    if (WalkEnds::has_track(ends_.to)) pool_.pass(WalkEnds::track(ends_.to));
    if (WalkEnds::has_track(ends_.from)) go(end_move(ends_.from, "WALK: it starts here"));
  }

  /// Of the tracks of one kind of choice, together `share`.
  void add_chances(const WalkChoice& choice, std::size_t strangers, double share,
                   TrackChances& chances) {
    if (choice.size() == 0 || share == 0) return;
    const std::vector<double> made =
        chances_by_lot(score_.of(choice), choice.near, strangers, options_.temperature, random_);
    for (std::size_t k = 0; k < made.size(); ++k) {
      chances.tracks.push_back(choice.tracks[k]);
      chances.chances.push_back(share * made[k]);
    }
  }

  void note_place(std::int32_t track) {
    if (!space_.vector(track).empty()) placed_ = track;
  }

  void go(WalkMove move) {
    context_.hear(move.track);
    note_place(move.track);
    pool_.pass(move.track);
    moves_.push_back(std::move(move));
  }

  WalkMove end_move(const CandidatesPtr& end, const char* explanation) {
    WalkMove move;
    move.track = WalkEnds::track(end);
    const std::int32_t row = pool_.row_of(move.track);
    move.place = row >= 0 ? Candidates::RowOf{&candidates_, static_cast<std::size_t>(row)}
                          : Candidates::RowOf{end.get(), 0};
    move.explanation = explanation;
    move.chosen_over = "it was asked for";
    if (!moves_.empty())
      move.similarity = cosine(space_.vector(context_.current()), space_.vector(move.track));
    return move;
  }

  // ---- a choice ----
  [[nodiscard]] bool is_way_led() const {
    return ends_.is_way() && !space_.vector(WalkEnds::track(ends_.from)).empty() &&
           !space_.vector(WalkEnds::track(ends_.to)).empty();
  }

  /// Where the next track should lie, or lies near; empty: nowhere in particular.
  [[nodiscard]] std::vector<float> place() const {
    if (is_way_led())
      return point_between(
          space_.vector(WalkEnds::track(ends_.from)), space_.vector(WalkEnds::track(ends_.to)),
          static_cast<double>(moves_.size()) / static_cast<double>(options_.steps - 1));
    if (placed_ < 0) return {};
    const auto here = space_.vector(placed_);
    return {here.begin(), here.end()};
  }

  /// What is drawn by lot.
  enum class Lot { kAll, kPlaced, kPlaceless };

  [[nodiscard]] bool has(Lot lot, std::int32_t track) const {
    return lot == Lot::kAll || space_.vector(track).empty() == (lot == Lot::kPlaceless);
  }
  [[nodiscard]] std::size_t size_of(Lot lot) const {
    const std::size_t placeless = pool_.without_place();
    return lot == Lot::kAll      ? pool_.size()
           : lot == Lot::kPlaced ? pool_.size() - placeless
                                 : placeless;
  }
  /// How likely a choice is of candidates without a place, if the walk has one.
  [[nodiscard]] double placeless_share() const {
    if (ends_.is_way() || pool_.size() == 0) return 0;
    return static_cast<double>(pool_.without_place()) / static_cast<double>(pool_.size());
  }

  WalkChoice next_choice() {
    WalkChoice choice;
    const std::vector<float> here = place();
    choice.is_placeless = here.empty();
    if (!here.empty()) {
      const double share = placeless_share();
      if (share > 0 && random_.uniform() < share) {
        add_by_lot(Lot::kPlaceless, options_.neighbours, here, choice);
        choice.is_lot = choice.size() > 0;
      }
      if (!choice.is_lot) add_placed(here, choice);
    }
    if (choice.size() == 0) add_by_lot(Lot::kAll, options_.neighbours, here, choice);
    return choice;
  }

  void add_placed(const std::vector<float>& here, WalkChoice& choice) {
    add_near(here, choice);
    choice.near = choice.size();
    if (choice.near > 0 && !ends_.is_way())
      add_by_lot(Lot::kPlaced, options_.strangers, here, choice);
  }

  void add_near(const std::vector<float>& here, WalkChoice& choice) {
    if (!is_way_led()) {
      add_open(space_.neighbours(placed_, options_.neighbours), choice);
      choice.is_jump = space_.has_lists() && choice.size() == 0;
    }
    while (choice.size() == 0) {
      const std::vector<NearTrack> near = space_.nearest(here, options_.neighbours);
      if (near.empty()) return;
      add_open(near, choice);
    }
  }

  /// Those that may come; the others are closed.
  void add_open(const std::vector<NearTrack>& near, WalkChoice& choice) {
    for (const NearTrack& one : near) {
      const std::int32_t row = pool_.row_of(one.track);
      if (pool_.is_passed(one.track)) {
        pool_.close(row);
      } else {
        choice.add(row, one.track, one.similarity);
      }
    }
  }

  void add_by_lot(Lot lot, std::size_t count, const std::vector<float>& here, WalkChoice& choice) {
    const std::size_t all = pool_.size(), those = size_of(lot);
    const std::size_t wanted = std::min(choice.size() + count, those);
    if (those == 0) return;
    // Some draws meet what is in the choice already; of few rows all are met soon.
    const std::size_t most_tries = 20 * wanted * ((all + those - 1) / those);
    mark_chosen(choice, true);
    for (std::size_t tries = 0; choice.size() < wanted && pool_.size() > 0 && tries < most_tries;
         ++tries) {
      const std::int32_t row = pool_.any(random_), track = pool_.track(row);
      if (is_chosen_[static_cast<std::size_t>(row)] || !has(lot, track)) continue;
      if (pool_.is_passed(track)) {
        pool_.close(row);
        continue;
      }
      is_chosen_[static_cast<std::size_t>(row)] = true;
      choice.add(row, track, cosine(here, space_.vector(track)));
    }
    mark_chosen(choice, false);
  }

  void mark_chosen(const WalkChoice& choice, bool is_chosen) {
    for (const std::int32_t row : choice.rows)
      is_chosen_[static_cast<std::size_t>(row)] = is_chosen;
  }

  void add_all(Lot lot, const std::vector<float>& here, WalkChoice& choice) {
    mark_chosen(choice, true);
    const OpenRows& open = pool_.open_rows();
    for (std::size_t place = 0; place < open.size(); ++place) {
      const std::int32_t row = open[place], track = pool_.track(row);
      if (is_chosen_[static_cast<std::size_t>(row)] || !has(lot, track) || pool_.is_passed(track))
        continue;
      is_chosen_[static_cast<std::size_t>(row)] = true;
      choice.add(row, track, cosine(here, space_.vector(track)));
    }
    mark_chosen(choice, false);
  }

  // ---- a draw ----
  WalkMove draw(const WalkChoice& choice) {
    const std::vector<float> scores = score_.of(choice);
    const double temperature = options_.temperature;
    std::size_t drawn = 0;
    double best_key = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const double noise = random_.gumbel();
      const double key = temperature > 0 ? scores[k] / temperature + noise : double{scores[k]};
      if (!(key > best_key)) continue;
      best_key = key;
      drawn = k;
    }
    return move_to(choice, scores, drawn);
  }

  WalkMove move_to(const WalkChoice& choice, const std::vector<float>& scores, std::size_t drawn) {
    const double log_p = log_propensity(scores, drawn, options_.temperature);
    const WalkOrigin origin = origin_of(choice, drawn);
    anew_ += origin == WalkOrigin::kAnew ? 1 : 0;
    jumps_ += origin == WalkOrigin::kJump ? 1 : 0;
    WalkMove move;
    move.place = {&candidates_, static_cast<std::size_t>(choice.rows[drawn])};
    move.track = choice.tracks[drawn];
    move.similarity = choice.similarity[drawn];
    move.score = scores[drawn];
    move.log_propensity = static_cast<float>(log_p);
    move.origin = origin;
    move.before = choice.is_placeless ? context_.current() : placed_;
    move.chosen_over = walk_chosen_over(tables_, score_, choice, scores, drawn, std::exp(log_p));
    return move;
  }

  [[nodiscard]] WalkOrigin origin_of(const WalkChoice& choice, std::size_t drawn) const {
    if (context_.current() < 0) return WalkOrigin::kStart;
    if (choice.is_placeless)  // where nothing is known of any, the run says so once
      return space_.known_candidates() == 0 ? WalkOrigin::kLot : WalkOrigin::kBlind;
    if (choice.is_lot) return WalkOrigin::kLot;
    if (choice.near == 0) return WalkOrigin::kAnew;
    if (drawn >= choice.near) return WalkOrigin::kLot;
    if (choice.is_jump) return WalkOrigin::kJump;
    return is_way_led() ? WalkOrigin::kOnWay : WalkOrigin::kNear;
  }

  // ---- what is told ----
  void tell_of_the_space() {
    if (!space_.why_not().empty())
      evaluation_.notice("the walk goes by the space " + space_.name() + ", not by \"" +
                         options_.space + "\", as " + space_.why_not());
    if (pool_.without_place() == 0) return;
    if (space_.known_candidates() == 0) {
      evaluation_.notice(
          "nothing is known of what the candidates sound like: the walk chooses among tracks drawn "
          "by lot; import audio features, or vectors, of them");
    } else {
      evaluation_.notice(
          std::to_string(pool_.without_place()) + " of " + std::to_string(candidates_.size()) +
          " candidates have no place in the space " + space_.name() + "; they come by lot");
    }
  }

  void tell_of_the_walk() {
    for (const auto& [end, name] : {std::pair{&ends_.from, "from"}, std::pair{&ends_.to, "to"}})
      if (*end != nullptr && (*end)->size() == 0)
        evaluation_.notice(std::string(":walk was given no track in ") + name + " = ...");
    if (ends_.is_round)
      evaluation_.notice("from and to are one song: the walk begins with it, and ends as it comes");
    if (moves_.size() > options_.steps)
      evaluation_.notice("the walk has both ends of the way, though " +
                         counted(options_.steps, "track") + " was asked for");
    if (moves_.size() < options_.steps && candidates_.size() > 0)
      evaluation_.notice("the walk has " + std::to_string(moves_.size()) + " of " +
                         counted(options_.steps, "track") + ": no other " +
                         (ends_.is_way() ? "artist" : "song") + " is left");
    if (anew_ > 0)
      evaluation_.notice("the walk started anew " + std::to_string(anew_) +
                         (anew_ == 1 ? " time" : " times") + ": no neighbour was left");
    if (jumps_ > 0)
      evaluation_.notice("the walk jumped " + std::to_string(jumps_) +
                         (jumps_ == 1 ? " time" : " times") +
                         " to what lay nearest, as all neighbours of a track had come");
    if (ends_.is_way() && !is_way_led())
      evaluation_.notice("the way is not led: one of its ends has no place in the space " +
                         space_.name());
  }

  void explain() {
    std::vector<std::int32_t> tracks;
    for (const WalkMove& move : moves_) tracks.push_back(move.track);
    const std::vector<float> hours = context_.hours_since_played_now(tracks);
    for (std::size_t k = 0; k < moves_.size(); ++k) {
      WalkMove& move = moves_[k];
      if (move.origin)
        move.explanation =
            walk_explanation(tables_, *move.origin, move.before, move.similarity, hours[k]);
    }
  }

  [[nodiscard]] Candidates made() {
    Candidates made;
    std::vector<Candidates::RowOf> places;
    for (const WalkMove& move : moves_) places.push_back(move.place);
    made.append_rows(places);
    put_numbers(made, "similarity", &WalkMove::similarity);
    put_numbers(made, "score", &WalkMove::score);
    put_numbers(made, "log_propensity", &WalkMove::log_propensity);
    put_texts(made, "chosen_over", &WalkMove::chosen_over);
    put_texts(made, "explanation", &WalkMove::explanation);
    return made;
  }

  void put_numbers(Candidates& made, const char* name, float WalkMove::*number) const {
    std::vector<float> values;
    for (const WalkMove& move : moves_) values.push_back(move.*number);
    made.put({name, PLAYLIST_F32, std::move(values), nullptr});
  }

  void put_texts(Candidates& made, const char* name, std::string WalkMove::*text) {
    std::vector<std::int32_t> codes;
    for (const WalkMove& move : moves_) codes.push_back(evaluation_.text_code(move.*text));
    made.put({name, PLAYLIST_STRING, std::move(codes), nullptr});
  }

  Evaluation& evaluation_;
  const Candidates& candidates_;
  const Tables& tables_;
  WalkOptions options_;
  WalkEnds ends_;
  std::vector<std::int32_t> others_;
  TrackSpace space_;
  WalkPool pool_;
  WalkContext context_;
  WalkScore score_;
  Random random_;
  std::vector<WalkMove> moves_;
  std::vector<bool> is_chosen_;  // by row; all false between choices
  std::int32_t placed_ = -1;     // the last track that has a place in the space
  std::size_t anew_ = 0, jumps_ = 0;
};

class WalkStep final : public Step {
 public:
  WalkStep()
      : Step({"walk", ":walk",
              "Goes from track to track: each next one is drawn from the neighbours of the last, "
              "the better its score the likelier."},
             {.form = StepForm::kOwn,
              .explains = true,
              .how_lost = "the walk did not come by",
              .may_draw = true,
              .story_kind = "walked"},
             {whole_param("steps", 50, 1, kMany, "tracks in the list"),
              whole_param("k", 50, 1, kMany, "neighbours to choose from at each step"),
              whole_param("strangers", 5, 0, kMany,
                          "candidates drawn by lot to choose from besides"),
              number_param("temperature", 1, 0, 1000,
                           "0: always the best score; higher: closer to any of the choice"),
              whole_param(
                  "no_repeat", 20, 0, kMany,
                  "the songs heard last, this many, do not come while others are left; of few "
                  "candidates half"),
              text_param("space", "",
                         "what likeness goes by: embedding, audio, lyrics, clap ..., als, "
                         "features; \"\": the best there is"),
              tracks_param("from", "the list begins with the first of these"),
              tracks_param("after",
                           "what was heard just before, the latest last; none of it comes again "
                           "while others are left"),
              tracks_param("to",
                           "the list ends with the first of these; with from it is a way "
                           "between two songs, no artist twice")}) {}

  /// Where a walk begins with a track that was asked for, and at temperature 0, that is no chance.
  [[nodiscard]] std::optional<TrackChances> first_chances(Evaluation& evaluation,
                                                          const Node& node) const override {
    if (is_given(node, "from") || node.number("temperature") == 0) return std::nullopt;
    const CandidatesPtr candidates = evaluation.input(node);
    return TrackWalk(evaluation, node, *candidates).first_chances();
  }

  void check(const Node& node, const StepCheck& check) const override {
    if (is_given(node, "to") && !is_given(node, "from"))
      check.tell(":walk has to = but no from =", "a way needs both of its ends",
                 "add from = candidates of one track, or leave to out");
    if (is_given(node, "to") && node.count("steps") < 2)
      check.tell(":walk with to = needs at least 2 steps", "its two ends are two tracks",
                 "write steps = 2 or more");
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    return TrackWalk(evaluation, node, *candidates).walk();
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    for (const char* name : {"similarity", "score", "log_propensity"})
      columns.types[name] = PLAYLIST_F32;
    for (const char* name : {"chosen_over", "explanation"}) columns.types[name] = PLAYLIST_STRING;
  }
  void add_score_columns(PlanColumns& columns) const override {
    for (const WalkColumn& column : walk_columns()) columns.types[column.name] = PLAYLIST_F32;
  }

  [[nodiscard]] std::string story(const Evaluation& evaluation, const Node&, const Candidates& made,
                                  std::size_t row) const override {
    const CandidateColumn* told = made.find("chosen_over");
    if (told == nullptr) return "";
    return evaluation.text_of_code(std::get<Items<std::int32_t>>(told->values)[row]);
  }

  [[nodiscard]] bool gives_tracks_of(std::string_view argument) const override {
    return argument == "from" || argument == "to";
  }
  [[nodiscard]] double most_rows(const Node& node) const override { return node.number("steps"); }
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    Supply supply = supply_of(node.inputs[0]);
    supply.most += 2;  // its ends
    supply.bound(node.id, most_rows(node));
    return supply;
  }
  [[nodiscard]] std::optional<ListLength> list_length(const Node& node) const override {
    return ListLength{node.number("steps")};
  }

 private:
  static bool is_given(const Node& node, std::string_view name) {
    return std::any_of(node.arguments.begin(), node.arguments.end(),
                       [&](const auto& argument) { return argument.first == name; });
  }
};

}  // namespace

const Step& walk_step() {
  static const WalkStep step;
  return step;
}

}  // namespace engine
