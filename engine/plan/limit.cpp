// The step :limit: walks candidates in order and takes what fits all limits, with a receipt.
//
// With `exactly`, the list is as long as `minutes` says, give or take that much: it is made of some of
// the tracks that the other limits let through, those that stand furthest to the front.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "core/counted.hpp"
#include "plan/exact_length.hpp"
#include "plan/parameters.hpp"
#include "plan/pullers.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

struct Rules {
  std::int64_t tracks = 0;
  double minutes = 0;
  std::int64_t per_artist = 0, per_album = 0;
  double per_seed_share = 0;
  bool is_unique_by_song = true;
  double exact_seconds = 0;  // `minutes` give or take; 0: at most `minutes`

  [[nodiscard]] bool is_exact() const { return exact_seconds > 0; }
  /// At least one, as no list is made of less; 0: no limit.
  [[nodiscard]] std::int64_t per_seed() const {
    if (per_seed_share <= 0 || tracks <= 0) return 0;
    // The tolerance keeps 0.2 * 30 = 5.9999999999 from becoming 5.
    const double most = std::floor(per_seed_share * static_cast<double>(tracks) + 1e-9);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(most));
  }
};

/// Where a walk ends besides its rules: that of a search goes beyond the list's own length.
struct Reach {
  std::int64_t tracks = 0;  // 0: no end
  double seconds = 0;
};

struct Walked {
  Candidates chosen;
  double seconds = 0;
  std::map<std::string, std::int64_t> dropped;  // per constraint
  std::vector<Dropped> tracks_dropped;
  std::vector<BranchCount> branches;
  std::int64_t unknown_length = 0;
};

constexpr const char* kUnknownLength = "length not known";

/// What the walk reads of a track.
class TrackFacts {
 public:
  explicit TrackFacts(const Tables& tables) {
    const playlist_table& table = *tables.table("tracks");
    artist_ = integers(table, "artist");
    album_ = integers(table, "album");
    song_ = integers(table, "song");
  }
  [[nodiscard]] std::int32_t artist(std::int32_t track) const { return artist_[track]; }
  [[nodiscard]] std::int32_t song(std::int32_t track) const {
    return song_ != nullptr ? song_[track] : track;
  }
  /// Artist and album together: albums of different artists may share a title. -1 unknown.
  [[nodiscard]] std::int64_t album(std::int32_t track) const {
    if (album_[track] < 0) return -1;
    return (static_cast<std::int64_t>(artist_[track]) << 32) |
           static_cast<std::uint32_t>(album_[track]);
  }

 private:
  static const std::int32_t* integers(const playlist_table& table, const char* name) {
    const playlist_column* column = find_column(table, name);
    return column == nullptr ? nullptr : static_cast<const std::int32_t*>(column->data);
  }
  const std::int32_t *artist_, *album_, *song_;
};

}  // namespace

/// The seeds that recalls name for a candidate, a line each in its column "seed".
class SeedNames {
 public:
  explicit SeedNames(const Evaluation& evaluation) : evaluation_(evaluation) {}

  [[nodiscard]] const std::vector<std::string>& of(const Candidates& candidates, std::size_t row) {
    static const std::vector<std::string> none;
    const CandidateColumn* seed = candidates.find("seed");
    if (seed == nullptr || seed->type != PLAYLIST_STRING || seed->dict != nullptr) return none;
    const std::int32_t code = std::get<Items<std::int32_t>>(seed->values)[row];
    if (code < 0) return none;
    const auto [names, is_new] = names_.try_emplace(code);
    if (is_new) {
      std::istringstream lines(evaluation_.text_of_code(code));
      for (std::string line; std::getline(lines, line);) names->second.push_back(line);
    }
    return names->second;
  }

 private:
  const Evaluation& evaluation_;
  std::unordered_map<std::int32_t, std::vector<std::string>> names_;  // by the column's code
};

/// One walk over fresh pullers; run again with a rule relaxed to write the receipt.
class LimitWalk {
 public:
  LimitWalk(Evaluation& evaluation, const Node& node, const Rules& rules)
      : LimitWalk(evaluation, node, rules, {rules.tracks, 0}) {}
  /// What a list may be chosen from: as long as `reach` says, not as its rules do.
  LimitWalk(Evaluation& evaluation, const Node& node, const Rules& rules, Reach reach)
      : evaluation_(evaluation),
        rules_(rules),
        reach_(reach),
        facts_(*evaluation.setup().tables),
        pullers_(evaluation, reach.tracks),
        input_(pullers_.of(node.inputs.at(0))),
        seed_names_(evaluation) {}

  Walked walk() {
    std::int64_t slot = 0;
    for (Pick pick; reach_.tracks == 0 || slot < reach_.tracks;) {
      if (is_search() && walked_.seconds >= reach_.seconds) break;
      const Pull pulled = input_->next(pick);
      if (pulled == Pull::kDry) break;
      if (pulled == Pull::kSkip) {
        input_->settle(false);
        ++slot;
        continue;
      }
      const std::int32_t track = pick.from->tracks[pick.row];
      if (const char* constraint = broken_by(pick, track)) {
        ++walked_.dropped[constraint];
        walked_.tracks_dropped.push_back({track, evaluation_.text_code(reason(constraint))});
        continue;
      }
      take(pick, track);
      input_->settle(true);
      ++slot;
    }
    walked_.branches = pullers_.counts();
    return std::move(walked_);
  }

 private:
  [[nodiscard]] bool is_search() const { return reach_.seconds > 0; }

  [[nodiscard]] const char* broken_by(const Pick& pick, std::int32_t track) {
    const bool is_taken =
        rules_.is_unique_by_song ? songs_.contains(facts_.song(track)) : taken_.contains(track);
    if (is_taken) return "unique";
    const auto count = [](const auto& counts, auto key) {
      const auto found = counts.find(key);
      return found == counts.end() ? 0 : found->second;
    };
    const std::int32_t artist = facts_.artist(track);
    if (rules_.per_artist > 0 && artist >= 0 && count(artists_, artist) >= rules_.per_artist)
      return "per_artist";
    const std::int64_t album = facts_.album(track);
    if (rules_.per_album > 0 && album >= 0 && count(albums_, album) >= rules_.per_album)
      return "per_album";
    if (rules_.per_seed() > 0) {
      for (const std::string& seed : seed_names_.of(*pick.from, pick.row)) {
        if (count(seeds_, seed) < rules_.per_seed()) continue;
        full_seed_ = seed;
        return "per_seed_share";
      }
    }
    if (rules_.is_exact() && evaluation_.length_ms(track) == 0) return kUnknownLength;
    if (!is_search() && rules_.minutes > 0 && walked_.seconds + length(track) > rules_.minutes * 60)
      return "minutes";
    return nullptr;
  }

  [[nodiscard]] double length(std::int32_t track) const {
    const std::int32_t ms = evaluation_.length_ms(track);
    return ms > 0 ? ms / 1000.0 : evaluation_.setup().default_track_seconds;
  }

  [[nodiscard]] std::string reason(const std::string& constraint) const {
    std::ostringstream text;
    const char* const list = is_search() ? "what the list is chosen from" : "the list";
    if (constraint == "unique")
      text << (rules_.is_unique_by_song ? "this song is already in " : "it is already in ") << list;
    if (constraint == "per_artist")
      text << list << " already has " << rules_.per_artist << " of this artist";
    if (constraint == "per_album")
      text << list << " already has " << rules_.per_album << " of this album";
    if (constraint == "per_seed_share")
      text << list << " already has " << rules_.per_seed() << " by way of " << full_seed_;
    if (constraint == kUnknownLength)
      text << "its length is not known, and the list is to be " << rules_.minutes
           << " minutes long exactly";
    if (constraint == "minutes")
      text << "the list would be longer than " << rules_.minutes << " minutes";
    return text.str();
  }

  void take(const Pick& pick, std::int32_t track) {
    walked_.chosen.append_row(*pick.from, pick.row);
    taken_.insert(track);
    songs_.insert(facts_.song(track));
    ++artists_[facts_.artist(track)];
    ++albums_[facts_.album(track)];
    if (rules_.per_seed() > 0) {
      for (const std::string& seed : seed_names_.of(*pick.from, pick.row)) ++seeds_[seed];
    }
    walked_.seconds += length(track);
    if (evaluation_.length_ms(track) == 0) ++walked_.unknown_length;
  }

  Evaluation& evaluation_;
  Rules rules_;
  Reach reach_;
  TrackFacts facts_;
  Pullers pullers_;
  std::shared_ptr<Puller> input_;
  SeedNames seed_names_;
  std::string full_seed_;  // behind the last "per_seed_share"
  Walked walked_;
  std::unordered_set<std::int32_t> taken_, songs_;
  std::unordered_map<std::int32_t, std::int64_t> artists_;
  std::unordered_map<std::int64_t, std::int64_t> albums_;
  std::unordered_map<std::string, std::int64_t> seeds_;
};

namespace {

/// The rule one step looser, and how that is written; false when it has no looser step.
bool relax(Rules& rules, const std::string& constraint, std::string& text) {
  std::ostringstream words;
  if (constraint == "per_artist") {
    words << "per_artist = " << ++rules.per_artist;
  } else if (constraint == "per_album") {
    words << "per_album = " << ++rules.per_album;
  } else if (constraint == "per_seed_share") {
    rules.per_seed_share =
        static_cast<double>(rules.per_seed() + 1) / static_cast<double>(rules.tracks);
    words << "per_seed_share = " << std::setprecision(2) << rules.per_seed_share;
  } else if (constraint == "minutes") {
    rules.minutes = std::ceil(rules.minutes * 1.1);
    words << "minutes = " << rules.minutes;
  } else if (rules.is_unique_by_song) {
    rules.is_unique_by_song = false;
    words << "unique = \"track\"";
  } else {
    return false;
  }
  text = words.str();
  return true;
}

std::string constraint_text(const Rules& rules, const std::string& constraint) {
  std::ostringstream text;
  text << constraint;
  if (constraint == "per_artist") text << " = " << rules.per_artist;
  if (constraint == "per_album") text << " = " << rules.per_album;
  if (constraint == "per_seed_share")
    text << " = " << rules.per_seed_share << " (" << rules.per_seed() << " by way of one seed)";
  if (constraint == "minutes") text << " = " << rules.minutes;
  if (constraint == "unique") text << " = " << (rules.is_unique_by_song ? "\"song\"" : "\"track\"");
  return text.str();
}

constexpr const char* kUniqueBy[] = {"song", "track", nullptr};

/// Seconds of "5s", "0.5 s", "1 min"; 0 of what is none.
double seconds_of(const std::string& text) {
  std::istringstream words(text);
  double number = 0;
  std::string unit, more;
  if (!(words >> number >> unit) || words >> more || !std::isfinite(number) || number <= 0)
    return 0;
  if (unit == "s" || unit == "sec") return number;
  return unit == "m" || unit == "min" ? number * 60 : 0;
}

/// "44:58"
std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  std::ostringstream text;
  text << whole / 60 << ':' << std::setw(2) << std::setfill('0') << whole % 60;
  return text.str();
}

// ---- a list of exactly so many minutes ----

/// Some tracks of a longer walk that are together as long as wanted, best ones first.
Walked searched(Evaluation& evaluation, const Node& node, const Rules& rules, double times) {
  constexpr std::int64_t kMostTracks = 4'000;
  constexpr double kSomeSeconds = 1'200;  // so that a list of a track or two has a choice as well
  Walked walked =
      LimitWalk(evaluation, node, rules, {kMostTracks, rules.minutes * 60 * times + kSomeSeconds})
          .walk();
  std::vector<std::int32_t> lengths;
  for (const std::int32_t track : walked.chosen.tracks)
    lengths.push_back(evaluation.length_ms(track));
  const std::vector<std::size_t> rows = rows_of_length(
      lengths, {std::llround(rules.minutes * 60'000), std::llround(rules.exact_seconds * 1000),
                static_cast<std::size_t>(rules.tracks)});
  const std::int32_t left_out =
      evaluation.text_code("others make the list " + node.text("exactly") + " exact");
  std::vector<std::int32_t> chosen;
  walked.seconds = 0;
  for (std::size_t row = 0, next = 0; row < lengths.size(); ++row) {
    if (next < rows.size() && rows[next] == row) {
      chosen.push_back(static_cast<std::int32_t>(row));
      walked.seconds += lengths[row] / 1000.0;
      ++next;
    } else {
      walked.tracks_dropped.push_back({walked.chosen.tracks[row], left_out});
    }
  }
  walked.chosen = walked.chosen.gather(std::move(chosen));
  walked.branches.clear();  // how a mix filled its slots was of the longer walk
  return walked;
}

bool is_exact_enough(const Walked& walked, const Rules& rules) {
  return std::abs(walked.seconds - rules.minutes * 60) <= rules.exact_seconds + 1e-6;
}

/// The best of few candidates beyond the list's length, and of ever more where they do not suffice.
/// The walk itself only where it comes nearer: it fills up with what fits, from wherever that stands.
Walked walk_exactly(Evaluation& evaluation, const Node& node, const Rules& rules) {
  const auto off = [&](const Walked& walked) {
    return std::abs(walked.seconds - rules.minutes * 60);
  };
  Walked best = searched(evaluation, node, rules, 2);
  for (const double times : {8.0, kMany}) {
    if (is_exact_enough(best, rules)) return best;
    Walked found = searched(evaluation, node, rules, times);
    if (off(found) < off(best)) best = std::move(found);
  }
  if (is_exact_enough(best, rules)) return best;
  Walked walked = LimitWalk(evaluation, node, rules).walk();
  return off(walked) < off(best) ? std::move(walked) : std::move(best);
}

void tell_exactness(Evaluation& evaluation, const Node& node, const Rules& rules,
                    const Walked& walked) {
  const std::string wanted = clock_text(rules.minutes * 60), give = node.text("exactly");
  const std::string got = counted(walked.chosen.size(), "track") +
                          (walked.chosen.size() == 1 ? " is " : " are ") +
                          clock_text(walked.seconds) + " long";
  evaluation.notice(is_exact_enough(walked, rules)
                        ? "the " + got + ", within " + give + " of " + wanted
                        : "no choice of tracks within " + give + " of " + wanted +
                              " was found; the nearest " + got);
  const auto unknown = walked.dropped.find(kUnknownLength);
  if (unknown == walked.dropped.end()) return;
  evaluation.notice(std::to_string(unknown->second) +
                    " candidates of unknown length were left out, as the list is to be " + wanted +
                    " long exactly");
}

Rules rules_of(const Node& node) {
  return {static_cast<std::int64_t>(node.number("tracks")),
          node.number("minutes"),
          static_cast<std::int64_t>(node.number("per_artist")),
          static_cast<std::int64_t>(node.number("per_album")),
          node.number("per_seed_share"),
          node.text("unique") == "song",
          seconds_of(node.text("exactly"))};
}

/// What is wrong with `exactly` beside the other arguments; "" where nothing is.
std::string exactly_problem(const Node& node) {
  const std::string text = node.text("exactly");
  if (text.empty()) return "";
  if (seconds_of(text) == 0) return ":limit: exactly = \"" + text + "\" is no length of time";
  return node.number("minutes") > 0 ? "" : ":limit: exactly = \"" + text + "\" needs minutes";
}
constexpr const char* kExactlyFix = "write e.g. :limit { minutes = 45, exactly = \"5s\" }";

class LimitStep final : public Step {
 public:
  LimitStep()
      : Step(
            {"limit", ":limit", "Walks the candidates in order and takes what fits all limits."},
            {.choice = Choice::kFitting,
             .how_lost = "the list was full before its turn came",
             .pulls = true},
            {whole_param("tracks", 0, 0, kMany, "at most this many; 0: no limit"),
             number_param("minutes", 0, 0, kMany, "at most this long, in minutes; 0: no limit"),
             whole_param("per_artist", 0, 0, kMany, "at most this many of one artist; 0: no limit"),
             whole_param("per_album", 0, 0, kMany, "at most this many of one album; 0: no limit"),
             number_param("per_seed_share", 0, 0, 1,
                          "at most this share of `tracks` by way of one seed, as recalls name it "
                          "in the column seed; 0: no limit"),
             choice_param("unique", "song", kUniqueBy,
                          "song: no other version of a chosen song; track: only not the same "
                          "track"),
             text_param("exactly", "",
                        "not at most `minutes` but that long, give or take this much, as in "
                        "\"5s\"; searches the candidates for tracks that are")}) {}

  void check(const Node& node, const StepCheck& check) const override {
    if (const std::string problem = exactly_problem(node); !problem.empty())
      check.tell(problem, "", kExactlyFix);
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    if (const std::string problem = exactly_problem(node); !problem.empty())
      throw evaluation.node_error(node, Exit::kRecipe, problem, "", kExactlyFix);
    const Rules rules = rules_of(node);
    Walked walked = rules.is_exact() ? walk_exactly(evaluation, node, rules)
                                     : LimitWalk(evaluation, node, rules).walk();
    if (rules.is_exact()) tell_exactness(evaluation, node, rules, walked);
    const auto got = static_cast<std::int64_t>(walked.chosen.size());
    // An exact list is as long as its minutes, and `tracks` the most it may have.
    const bool is_short = rules.tracks > 0 && got < rules.tracks && !rules.is_exact();
    const std::vector<ReceiptEntry> receipt = receipt_of(evaluation, node, rules, walked, is_short);
    const bool is_any_bound = std::any_of(receipt.begin(), receipt.end(),
                                          [](const ReceiptEntry& e) { return e.is_bound; });
    // Where nothing came in, an earlier step has told why; and what pl.fallback takes in its place
    // is another list.
    if (is_short && (got > 0 || !walked.dropped.empty())) {
      evaluation.notice(
          "the list has " + std::to_string(got) + " of " + counted(rules.tracks, "track") + ": " +
          (is_any_bound ? "its limits bind (see the receipt)" : "there were no more candidates"));
    }
    if (rules.minutes > 0 && walked.unknown_length > 0) {
      const double seconds = evaluation.setup().default_track_seconds;
      evaluation.notice(std::to_string(walked.unknown_length) +
                        " of the chosen tracks have no known length; each was counted as " +
                        std::to_string(static_cast<int>(seconds)) + " s");
    }
    evaluation.note_counts(receipt, walked.branches);
    walked.chosen.dropped = std::move(walked.tracks_dropped);
    return std::move(walked.chosen);
  }

  [[nodiscard]] double most_rows(const Node& node) const override {
    return node.number("tracks") > 0 ? node.number("tracks") : Step::most_rows(node);
  }
  [[nodiscard]] std::optional<ListLength> list_length(const Node& node) const override {
    if (!(node.number("tracks") > 0)) return std::nullopt;
    return ListLength{node.number("tracks"), node.number("minutes")};
  }

 private:
  /// Each rule that refused a track; where the list came out short, also what a looser one would
  /// give.
  static std::vector<ReceiptEntry> receipt_of(Evaluation& evaluation, const Node& node,
                                              const Rules& rules, const Walked& walked,
                                              bool is_short) {
    const auto got = static_cast<std::int64_t>(walked.chosen.size());
    std::vector<ReceiptEntry> receipt;
    for (const auto& [constraint, dropped] : walked.dropped) {
      ReceiptEntry entry{constraint_text(rules, constraint), dropped, false, ""};
      Rules looser = rules;
      std::string words;
      if (is_short && relax(looser, constraint, words)) {
        const auto then =
            static_cast<std::int64_t>(LimitWalk(evaluation, node, looser).walk().chosen.size());
        entry.is_bound = then > got;
        entry.relaxed = words + " would give " + counted(then, "track");
      }
      receipt.push_back(std::move(entry));
    }
    return receipt;
  }
};

}  // namespace

const Step& limit_step() {
  static const LimitStep step;
  return step;
}

}  // namespace engine
