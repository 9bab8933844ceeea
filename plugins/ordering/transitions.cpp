// ordering.transitions: small jumps from each track to the next:
//
//   :order(pl.ordering.transitions { key = 2, tempo = 1, energy = 0.5 })
//
// The jump between two tracks is a sum by weight of
//   key      steps on the Camelot wheel / 7: 0 the same key, 1/7 mixes well, 1 as far as it gets
//   tempo    octaves apart / 0.5, half and double time counting as the same
//   energy   difference
//   valence  difference; counts only where it is given a weight
// The order has the least sum of jumps for up to 12 tracks, and nearly that beyond (short_path.hpp
// has how, and how the run knows by how much it may miss). It is the same whatever order the tracks
// came in, and whatever the run's random seed; it begins at the end whose track came first. Ties go
// by a hash of the track's id.
//
// With `gap`, tracks of one artist keep that many tracks of others between them, or as many as can
// be, and the order is nearly the shortest of those that do (spaced_path.hpp).
//
// Candidates that come from a :keep have a column kept_place: what was in the list already keeps its
// order, and what is new to it comes wherever among that it makes the least jumps, as far as the gap
// lets it.
//
// Where a value is missing the jump counts as much as it does on average among those that have it.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dense_artists.hpp"
#include "elements.hpp"
#include "shared/counted.hpp"
#include "shared/harmony.hpp"
#include "short_path.hpp"
#include "spaced_path.hpp"
#include "spacing.hpp"
#include "track_hashes.hpp"

namespace {

/// What tracks are compared by, in the order in which they are numbered here.
class Sounds {
 public:
  Sounds(const playlist::OrderingCall& call, const std::vector<std::int32_t>& rows) {
    const auto key = call.in(0).i32(), mode = call.in(1).i32();
    const auto tempo = call.in(2).f32(), energy = call.in(3).f32(), valence = call.in(4).f32();
    for (const std::int32_t number : rows) {
      const auto row = static_cast<std::size_t>(number);
      const bool has_key = shared::is_key(key[row], mode[row]);
      keys_.push_back(has_key ? key[row] : kNoKey);
      modes_.push_back(mode[row]);
      tempos_.push_back(tempo[row] > 0 ? std::log2(static_cast<double>(tempo[row])) : kNone);
      energies_.push_back(energy[row]);
      valences_.push_back(valence[row]);
    }
  }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  // ---- jumps of 0..1, NaN where a value is missing ----
  [[nodiscard]] double key_jump(std::size_t a, std::size_t b) const {
    if (keys_[a] == kNoKey || keys_[b] == kNoKey) return kNone;
    return shared::camelot_distance(keys_[a], modes_[a], keys_[b], modes_[b]) /
           static_cast<double>(shared::kFarthestKeys);
  }
  [[nodiscard]] double tempo_jump(std::size_t a, std::size_t b) const {
    return shared::octave_distance(tempos_[a] - tempos_[b]) / shared::kFarthestTempos;
  }
  [[nodiscard]] double energy_jump(std::size_t a, std::size_t b) const {
    return std::abs(energies_[a] - energies_[b]);
  }
  [[nodiscard]] double valence_jump(std::size_t a, std::size_t b) const {
    return std::abs(valences_[a] - valences_[b]);
  }

 private:
  static constexpr std::int32_t kNoKey = -1;
  static constexpr double kNone = playlist::kMissingF64;
  std::vector<std::int32_t> keys_, modes_;
  std::vector<double> tempos_, energies_, valences_;  // tempos in octaves
};

using JumpOf = double (Sounds::*)(std::size_t, std::size_t) const;

/// One of the four, and how much it counts.
struct Part {
  const char* name;
  JumpOf jump;
  double weight;
  double neutral = 0;       // where a value is missing
  std::size_t missing = 0;  // tracks
};

/// Sets what a missing value counts as: the mean of all pairs, of many tracks of neighbours in the
/// order of their hashes.
void set_neutral(Part& part, const Sounds& sounds) {
  constexpr std::size_t kFew = 1000;
  const std::size_t reach = sounds.size() <= kFew ? sounds.size() : 2;
  double sum = 0, known = 0;
  for (std::size_t a = 0; a < sounds.size(); ++a) {
    if (std::isnan((sounds.*part.jump)(a, a))) ++part.missing;
    for (std::size_t b = a + 1; b < std::min(sounds.size(), a + reach); ++b) {
      const double jump = (sounds.*part.jump)(a, b);
      if (std::isnan(jump)) continue;
      sum += jump;
      ++known;
    }
  }
  part.neutral = known > 0 ? sum / known : 0;
}

/// The mean sum of jumps of so many random orders.
constexpr int kRandomOrders = 20;
double random_length(std::size_t nodes, const Jump& jump, std::uint64_t random_seed) {
  playlist::Random random(random_seed);
  std::vector<std::size_t> order(nodes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double sum = 0;
  for (int k = 0; k < kRandomOrders; ++k) {
    random.shuffle(std::span<std::size_t>(order));
    sum += path_length(order, jump);
  }
  return sum / kRandomOrders;
}

std::string two_places(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

class Transitions final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"key", 1.0, 0, 1000, "weight of the steps between keys on the Camelot wheel"},
      {"tempo", 1.0, 0, 1000, "weight of the tempos' ratio; half and double time are the same"},
      {"energy", 1.0, 0, 1000, "weight of the difference in energy"},
      {"valence", 0.0, 0, 1000, "weight of the difference in valence"},
      {"gap", 0, 0, 100, "tracks between two of the same artist, where possible; 0: none needed"},
  };
  static constexpr playlist::Field kInputs[] = {
      {"key", PLAYLIST_I32, "0 = C .. 11 = B"},
      {"mode", PLAYLIST_I32, "0 minor, 1 major"},
      {"tempo", PLAYLIST_F32, "BPM"},
      {"energy", PLAYLIST_F32, "0..1"},
      {"valence", PLAYLIST_F32, "0..1"},
      playlist::Field("artist", PLAYLIST_I32, "number of the first artist, for gap").optional(),
      playlist::Field("kept_place", PLAYLIST_I32, "of a :keep: it keeps its order").optional(),
  };

  explicit Transitions(const playlist::Args& args)
      : key_(args.number("key")),
        tempo_(args.number("tempo")),
        energy_(args.number("energy")),
        valence_(args.number("valence")),
        gap_(args.count("gap")) {}

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    const auto checkpoint = [&] { call.checkpoint(); };
    checkpoint();
    const std::vector<std::uint64_t> hashes = track_hashes(call);
    const std::vector<std::int32_t> rows = rows_by_hash(hashes);
    if (rows.size() < 2) return rows;
    const Sounds sounds(call, rows);
    std::vector<Part> parts = {{"key", &Sounds::key_jump, key_},
                               {"tempo", &Sounds::tempo_jump, tempo_},
                               {"energy", &Sounds::energy_jump, energy_},
                               {"valence", &Sounds::valence_jump, valence_}};
    for (Part& part : parts) set_neutral(part, sounds);
    const Jump jump = [&](std::size_t a, std::size_t b) {
      double sum = 0;
      for (const Part& part : parts) {
        if (part.weight == 0) continue;
        const double by = (sounds.*part.jump)(a, b);
        sum += part.weight * (std::isnan(by) ? part.neutral : by);
      }
      return sum;
    };
    // Of the tracks, so that the same tracks are arranged the same way in every run.
    const std::uint64_t seed = std::accumulate(hashes.begin(), hashes.end(), std::uint64_t{0});
    const Bonds bonds = bonds_of(call, rows);
    ShortPath path = short_path(rows.size(), jump, seed, checkpoint);
    const std::size_t moved = keep_to(bonds, jump, seed, checkpoint, path);
    tell(call, path, random_length(rows.size(), jump, seed), parts);
    if (bonds.kept_count == 0) return from_first(path, rows);
    call.info(playlist::concat(bonds.kept_count - moved, " of the ",
                               shared::counted(rows.size(), "track"),
                               " keep their order in the list"));
    return in_order(path, rows);
  }

 private:
  /// What the order has to keep to, by node.
  struct Bonds {
    std::vector<std::int32_t> artist;
    std::size_t distance = 1;
    std::vector<std::optional<std::size_t>> place;  // of what stays; empty: nothing does
    std::size_t kept_count = 0;
  };

  [[nodiscard]] Bonds bonds_of(const playlist::OrderingCall& call,
                               const std::vector<std::int32_t>& rows) const {
    Bonds bonds;
    std::vector<std::int32_t> artist(rows.size());
    std::iota(artist.begin(), artist.end(), 0);
    if (gap_ > 0 && call.has_input(kArtist)) artist = dense_artists(call, call.in(kArtist).i32());
    bonds.distance = possible_distance(artist, gap_ + 1);
    if (bonds.distance < gap_ + 1) {
      call.info(playlist::concat("a gap of ", gap_, " is not possible, one artist has too many of ",
                                 "the ", shared::counted(artist.size(), "track"), "; the gap is ",
                                 bonds.distance - 1));
    }
    for (const std::int32_t row : rows)
      bonds.artist.push_back(artist[static_cast<std::size_t>(row)]);
    if (!call.has_input(kKeptPlace)) return bonds;
    const auto kept_place = call.in(kKeptPlace).i32();
    for (const std::int32_t number : rows) {
      const auto row = static_cast<std::size_t>(number);
      const bool is_kept = !playlist::is_missing(kept_place[row]);
      bonds.kept_count += is_kept ? 1 : 0;
      bonds.place.push_back(is_kept ? std::optional(row) : std::nullopt);
    }
    if (bonds.kept_count == 0) bonds.place.clear();
    return bonds;
  }

  /// Makes of the shortest path one that does. Returns how many tracks had to be moved for it.
  static std::size_t keep_to(const Bonds& bonds, const Jump& jump, std::uint64_t seed,
                             const std::function<void()>& checkpoint, ShortPath& path) {
    if (bonds.distance == 1 && bonds.kept_count == 0) return 0;
    SpacedPath spaced = spaced_path(path.order, jump, {bonds.artist, bonds.distance, bonds.place},
                                    seed, checkpoint);
    if (spaced.order != path.order) {
      path.order = std::move(spaced.order);
      path.length = spaced.length;
      path.is_least = path.least > 0 && path.least >= path.length - 1e-9;
    }
    return spaced.moved;
  }

  static std::vector<std::int32_t> in_order(const ShortPath& path,
                                            const std::vector<std::int32_t>& rows) {
    std::vector<std::int32_t> order;
    for (const std::size_t node : path.order) order.push_back(rows[node]);
    return order;
  }

  /// The path's rows, from the end whose row came first.
  static std::vector<std::int32_t> from_first(const ShortPath& path,
                                              const std::vector<std::int32_t>& rows) {
    std::vector<std::int32_t> order = in_order(path, rows);
    if (order.back() < order.front()) std::reverse(order.begin(), order.end());
    return order;
  }

  static void tell(const playlist::OrderingCall& call, const ShortPath& path, double random,
                   const std::vector<Part>& parts) {
    std::string bound;
    if (path.is_least) {
      bound = "; no order has less";
    } else if (path.least > 0) {
      bound = "; no order has less than " + two_places(path.least);
    }
    call.info(playlist::concat("the jumps between neighbours sum to ", two_places(path.length),
                               ", in random order to ", two_places(random), " (mean of ",
                               kRandomOrders, ")", bound));
    std::string missing;
    for (const Part& part : parts) {
      if (part.missing == 0 || part.weight == 0) continue;
      missing += missing.empty() ? playlist::concat(part.missing, " of the ", path.order.size(),
                                                    " tracks have no ", part.name)
                                 : playlist::concat(", ", part.missing, " no ", part.name);
    }
    if (!missing.empty()) call.info(missing + "; such jumps count as the others' do on average");
  }

  static constexpr std::size_t kArtist = 5, kKeptPlace = 6;  // of kInputs

  double key_, tempo_, energy_, valence_;
  std::size_t gap_;
};

}  // namespace

constinit const playlist::Element kTransitions = playlist::element<Transitions>(
    "ordering.transitions",
    "Small jumps in key, tempo and energy from track to track, and artists apart.\n"
    "A jump is key times the steps between keys on the Camelot "
    "wheel / 7, and tempo times the octaves\n"
    "between the tempos / 0.5, and energy and valence times the "
    "differences in them. The order has\n"
    "the least sum of jumps for up to 12 tracks, and nearly that for "
    "more or with a gap; the run tells\n"
    "it beside that of random orders and what no order is below. "
    "What a :keep has kept keeps its order.");
