// The step :limit: walks candidates in order and takes what fits all limits, with a receipt.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

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

  /// At least one, as no list is made of less; 0: no limit.
  [[nodiscard]] std::int64_t per_seed() const {
    if (per_seed_share <= 0 || tracks <= 0) return 0;
    // The tolerance keeps 0.2 * 30 = 5.9999999999 from becoming 5.
    const double most = std::floor(per_seed_share * static_cast<double>(tracks) + 1e-9);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(most));
  }
};

struct Walked {
  Candidates chosen;
  std::map<std::string, std::int64_t> dropped;  // per constraint
  std::vector<Dropped> tracks_dropped;
  std::vector<BranchCount> branches;
  std::int64_t unknown_length = 0;
};

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
      : evaluation_(evaluation),
        rules_(rules),
        facts_(*evaluation.setup().tables),
        pullers_(evaluation, rules.tracks),
        input_(pullers_.of(node.inputs.at(0))),
        seed_names_(evaluation) {}

  Walked walk() {
    std::int64_t slot = 0;
    for (Pick pick; rules_.tracks == 0 || slot < rules_.tracks;) {
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
    if (rules_.minutes > 0 && seconds_ + length(track) > rules_.minutes * 60) return "minutes";
    return nullptr;
  }

  [[nodiscard]] double length(std::int32_t track) const {
    const std::int32_t ms = evaluation_.length_ms(track);
    return ms > 0 ? ms / 1000.0 : evaluation_.setup().default_track_seconds;
  }

  [[nodiscard]] std::string reason(const std::string& constraint) const {
    std::ostringstream text;
    if (constraint == "unique")
      text << (rules_.is_unique_by_song ? "this song is already in the list"
                                        : "it is already in the list");
    if (constraint == "per_artist")
      text << "the list already has " << rules_.per_artist << " of this artist";
    if (constraint == "per_album")
      text << "the list already has " << rules_.per_album << " of this album";
    if (constraint == "per_seed_share")
      text << "the list already has " << rules_.per_seed() << " by way of " << full_seed_;
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
    seconds_ += length(track);
    if (evaluation_.length_ms(track) == 0) ++walked_.unknown_length;
  }

  Evaluation& evaluation_;
  Rules rules_;
  TrackFacts facts_;
  Pullers pullers_;
  std::shared_ptr<Puller> input_;
  SeedNames seed_names_;
  std::string full_seed_;  // behind the last "per_seed_share"
  Walked walked_;
  double seconds_ = 0;
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

Rules rules_of(const Node& node) {
  return {static_cast<std::int64_t>(node.number("tracks")),
          node.number("minutes"),
          static_cast<std::int64_t>(node.number("per_artist")),
          static_cast<std::int64_t>(node.number("per_album")),
          node.number("per_seed_share"),
          node.text("unique") == "song"};
}

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
                          "track")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const Rules rules = rules_of(node);
    Walked walked = LimitWalk(evaluation, node, rules).walk();
    const auto got = static_cast<std::int64_t>(walked.chosen.size());
    const bool is_short = rules.tracks > 0 && got < rules.tracks;
    const std::vector<ReceiptEntry> receipt = receipt_of(evaluation, node, rules, walked, is_short);
    const bool is_any_bound = std::any_of(receipt.begin(), receipt.end(),
                                          [](const ReceiptEntry& e) { return e.is_bound; });
    // Where nothing came in, an earlier step has told why; and what pl.fallback takes in its place
    // is another list.
    if (is_short && (got > 0 || !walked.dropped.empty())) {
      evaluation.notice(
          "the list has " + std::to_string(got) + " of " + std::to_string(rules.tracks) +
          " tracks: " +
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
        entry.relaxed = words + " would give " + std::to_string(then) + " tracks";
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
