// What each teller said of a listener's plays, and the listens that follow from it.
//
// The listens of a user and a track are a function of the set of tellings: of who told which play
// how, not of the order in which they came. Wherever the set changes (an import, a merge of
// tracks) the listens near the change are made anew: tellings of the same play are found by
// align_plays(), and the most exact of them gives the listen its time and length, all of them
// together what else is known (skipped, loved, the country ...).
//
// Where they are kept: a telling that is alone stands in `listens` as it is, with who told it in
// the upper bits of its flags (store/listen_flags.hpp). Only the tellings of a listen that several
// told, or whose row differs from its telling, are rows of `tellings`; the listen's flags say so.
// So a history that one teller told is stored once.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "library/play_alignment.hpp"
#include "store/store.hpp"

namespace engine::library {

struct Telling {
  static constexpr std::int64_t kInStore = -1;

  std::int64_t user = 0, track = 0;
  std::int64_t ts = 0;             // start as told: the end told less the time played, or the time
  std::int32_t ms_played = -1;     // -1: not told
  std::int64_t play_flags = 0;     // of listens.flags those that say how it went
  std::int32_t track_seconds = 0;  // length of the track; 0: not told
  std::int32_t teller = 0;
  Stamp stamp = Stamp::kUnknown;
  bool is_to_the_day = false;      // the time is exact to a day only, and so coarse
  bool is_apart = false;           // it has a row in `tellings`
  bool is_completed = false;       // its teller told it again, and then more of how it went
  std::int32_t stored_teller = 0;  // as the row in the store has it
  std::int64_t stored_flags = 0;   // likewise, of a telling that stands in `listens`
  std::int64_t ingestion = 0;
  std::string country;             // "" unknown
  std::int64_t record = kInStore;  // of the file being imported

  [[nodiscard]] bool is_new() const { return record != kInStore; }
  /// Of one in the store: its row need not change for itself.
  [[nodiscard]] bool is_as_stored() const { return teller == stored_teller && !is_completed; }
  [[nodiscard]] ToldPlay told() const;
  /// listens.flags and tellings.flags.
  [[nodiscard]] std::int64_t flags() const;
  void set_flags(std::int64_t flags);
  /// Nothing that matters for alignment reaches outside [earliest(), latest()].
  [[nodiscard]] std::int64_t earliest() const;
  [[nodiscard]] std::int64_t latest() const;
};

/// listens.flags with what `told` knows of how the play went and `known` does not.
std::int64_t completed_play(std::int64_t known, std::int64_t told);

/// A row of `listens`.
struct ListenRow {
  std::int64_t user = 0, ts = 0, track = 0, ms_played = 0, flags = 0;
  std::string country;  // "" NULL
  std::int64_t ingestion = 0;
};

/// The tellers of a store, by name: a format ("spotify_extended"), or where one format is written
/// by several tools FORMAT/TOOL ("listenbrainz/player").
class Tellers {
 public:
  explicit Tellers(Store& store);
  /// Its number, made when there is none yet.
  std::int32_t find_or_make(const std::string& name);
  [[nodiscard]] const std::string& name(std::int32_t teller);
  /// Who told the rows of a file that does not say so: its format.
  std::int32_t of_ingestion(std::int64_t ingestion);
  /// What is remembered may be gone: another process wrote, or a batch was rolled back.
  void forget();

 private:
  Statement find_, insert_, name_, format_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::unordered_map<std::int32_t, std::string> names_;
  std::unordered_map<std::int64_t, std::int32_t> of_ingestions_;
};

/// What became of a new telling.
enum class Told {
  kAlone,      // a listen of its own
  kKnown,      // the same teller told it before
  kToldMore,   // likewise, and by then less of how it went
  kSame,       // another teller told the play as exactly; nothing new
  kCompleted,  // likewise, and this one knew more of how it went
  kRefined,    // another teller told the play less exactly
};

/// The tellings near a change and the listens that stand for them now, of any users and tracks.
class NearbyTellings {
 public:
  /// The user's in [from, to], of these tracks.
  void load(Store& store, Tellers& tellers, std::int64_t user, std::int64_t from, std::int64_t to,
            const std::unordered_set<std::int64_t>& tracks);
  /// All of two tracks, of everybody.
  void load(Store& store, Tellers& tellers, std::int64_t track, std::int64_t other_track);
  /// All of the tracks that the list names, of everybody: numbers, or a SELECT of them.
  void load_selected(Store& store, Tellers& tellers, const std::string& select);

  std::vector<Telling> tellings;
  std::vector<ListenRow> told_by_several;  // rows of `listens` that are not a telling themselves

 private:
  void take_listen(Tellers& tellers, const Statement& row);
  void take_telling(const Statement& row);
};

/// Changes of `listens` and `tellings`, gathered and then written.
class ListenChanges {
 public:
  /// Makes the listens of one user, track and stretch of time anew. `block` holds all tellings of
  /// them, known and new; `before` the rows in `listens` that they do not stand in themselves.
  /// Returns what became of each telling (kKnown for those in the store).
  std::vector<Told> settle(std::span<Telling> block, std::span<const ListenRow> before,
                           Tellers& tellers);
  /// Nothing that was there changes, and what comes begins later than `ts`.
  [[nodiscard]] bool adds_only_after(std::int64_t ts) const;
  /// Writes what changed and forgets it. Returns true when it was something that a recipe can read.
  bool write(Store& store);

 private:
  using Tellings = std::span<Telling* const>;
  struct Made;
  void keep_alone(Telling& telling);
  void keep_apart(Telling& telling);
  void put(const ListenRow& row, const ListenRow* before);
  bool settle_one_teller(Tellings set, std::span<const ListenRow> before,
                         std::span<const Telling> block, std::vector<Told>& told);
  static Made make(Tellings cluster, std::vector<std::pair<std::int64_t, std::int64_t>>& used);
  static void note(const Made& made, std::span<const Telling> block, std::vector<Told>& told);

  std::vector<ListenRow> gone_, put_;
  std::vector<Telling> apart_gone_, apart_put_;
  bool is_visible_ = false;
};

/// Sorts tellings by user, track and time, and cuts them where nothing on one side can be the same
/// play as anything on the other.
std::vector<std::span<Telling>> blocks_of(std::vector<Telling>& tellings);

/// Settles every block that has a new telling, and calls `note` with each of these.
void settle_blocks(NearbyTellings& nearby, Tellers& tellers, ListenChanges& changes,
                   const std::function<void(const Telling&, Told)>& note);

/// Makes the listens of these tellings anew; the rows that stood for them are gone
/// (remove_rows()).
void settle_anew(Store& store, Tellers& tellers, std::vector<Telling> told);

/// Removes the rows of `listens` and `tellings` that were loaded. Returns how many listens.
std::int64_t remove_rows(Store& store, const NearbyTellings& loaded);

/// Forgets what an import told of a user's plays; the listens are made anew from what others told,
/// that is of another teller, or of the same in an import that told it again (table `retellings`).
/// Returns how many listens fewer there are.
std::int64_t take_back(Store& store, std::int64_t user, std::int64_t ingestion);

}  // namespace engine::library
