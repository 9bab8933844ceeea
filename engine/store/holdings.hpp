// What a person likes, saved and banned: each with who says so, since when, and until when.
//
// Words     A holding is one teller's word: a service whose export lists it ("spotify"), or kYou
//           for what the person says to the engine. Somebody likes a track while any teller says
//           so. A service's word ends with that service's newer export or by the person; what the
//           person said ends by the person only.
// Last word What the person ended stays ended although the service's exports go on listing it,
//           until a service that had dropped it lists it again, or dates it later than the end.
// Log       Every ban, and what the person said themselves, is a row of the log of feedback
//           (store/feedback.hpp), and so is its end: both are written here, so that they agree.
// Time      [since, ended), Unix seconds; since 0: not told, always. As of a time in between it
//           holds, whatever came later. An end at or before the beginning leaves no row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/feedback.hpp"
#include "store/store.hpp"

namespace engine {

/// The numbers stand in the store.
enum class HoldingKind : std::int64_t {
  kLike = 1,
  kSavedAlbum = 2,
  kSavedArtist = 3,
  kBannedTrack = 4,
  kBannedArtist = 5,
  kPlaylistTrack = 6,  // a track that left a playlist; what is in one is in `playlist_tracks`
};

inline constexpr std::string_view kYou = "you";

struct Holding {
  std::int64_t user = 0;
  HoldingKind kind = HoldingKind::kLike;
  std::int64_t id = 0;    // of the track, or of the artist
  std::string_view name;  // the album's, for kSavedAlbum
  std::string_view teller;
};

/// What ended, as it can be told.
struct EndedHolding {
  HoldingKind kind;
  std::int64_t id = 0;
  std::string name;  // the album's, the playlist's
};

/// To be called in the transaction of what a person said at `now` of a track or an artist: counts
/// it as a change of this user's data, and of everybody's where nothing but such words makes it
/// known in the library (column_cache.hpp says when things are).
void note_word(Store& store, const Holding& holding, std::int64_t now);

/// Threads: one. Call inside a transaction.
class Holdings {
 public:
  explicit Holdings(const Store& store);

  enum class Told {
    kNew,    // it did not hold
    kDated,  // it did, and is now known to have since an earlier time
    kKnown,  // nothing new, or the person ended it
  };
  /// The teller says that it holds, `since` (0: not told) at the latest, in that import (0: none).
  /// `said`: what else there is to say of it in the log, where it is new there.
  Told hold(const Holding& holding, std::int64_t since, std::int64_t ingestion, std::int64_t now,
            const FeedbackRow& said = {});
  /// It has held since then, whatever the teller's file was understood to say before: for a file
  /// that is read again with its dates in another order. False when that changes nothing.
  bool date_anew(const Holding& holding, std::int64_t since);
  /// Since when it holds by this teller's word; nothing when it does not.
  std::optional<std::int64_t> since(const Holding& holding);
  /// The import listed what goes with it, so that end_unlisted() leaves it.
  void keep(const Holding& holding, std::int64_t ingestion);
  /// It no longer holds by this teller's word; false when it did not. `way_in`: the origin of its end
  /// in the log, where it is not the usual one of who ends it.
  bool end(const Holding& holding, std::int64_t at, std::string_view by,
           std::string_view way_in = {});
  /// Whoever's word it is; the tellers whose word ended.
  std::vector<std::string> end_for_all(const Holding& holding, std::int64_t at,
                                       std::string_view by);
  /// What the teller said before and this import, which told all of that kind, did not list.
  std::vector<EndedHolding> end_unlisted(std::int64_t user, HoldingKind kind,
                                         std::string_view teller, std::int64_t ingestion,
                                         std::int64_t at);
  /// A track that was in the playlist `holding.name` since then no longer is.
  void leave_playlist(const Holding& holding, std::int64_t since, std::int64_t at);
  /// Tellers by whose word it holds.
  std::vector<std::string> tellers(const Holding& holding);

 private:
  void log_beginning(const Holding& holding, std::int64_t since, FeedbackRow said);
  void log_redated(const Holding& holding, std::int64_t since);
  void log_end(const Holding& holding, std::int64_t at, const std::string& origin);

  FeedbackLog log_;
  Statement find_, find_ended_, insert_, date_, date_anew_, list_, adopt_, reopen_, list_ended_,
      end_, drop_empty_, tellers_, unlisted_, forget_word_, leave_;
};

}  // namespace engine
