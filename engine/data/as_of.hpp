// One library and one user as of `now`: the tables of PLAYLIST_SERVICE_TABLES over mapped columns.
//
// As of    A listen is visible once it has ended: ts + ms_played <= now (unknown length:
//          ts <= now);
//          likes, saved albums and artists, bans, playlist entries: ts <= now < end, undated ever;
//          engagement, prompts, captions and their vectors at ts <= now, where an import gave what
//          has no time of its own the time of the import;
//          tracks, artists and tags as the prefix known by then; runs strictly before now.
//          Nothing later changes any byte of any table.
// Listens  Left out: those in a private session (incognito), and those that the person asked by now
//          to be forgotten, likes too (forgotten.hpp).
//          is_skip      1 the source says so, or it does not say and the listen is too short to be
//                       a play; 0 otherwise; 255 neither said nor timed
//          is_finished  1 ended by itself, or >= 90 % of the track; 0 not; 255 unknown length and
//                       end
// Features danceability energy loudness speechiness acousticness instrumentalness liveness valence
//          tempo: the track's own, else NaN. All but loudness and tempo have a column beside them,
//          energy_or_artist and so on: the track's own, else the mean of its first artist's known
//          tracks, else the artist's imported mean, else NaN. coverage() says how often each.
// Undated  ts is INT64_MIN (sorts first).
// Extra    "implicit_likes:N"          tracks finished >= N times, dated by the N-th such listen
//          "implicit_saved_artists:N"  the artists of those
//          "prompt_vectors:SPACE"      the texts that have a vector there (folded_words() of
//                                      sdk/playlist/folded_words.hpp) and since when, by time; the newest
//                                      row of a text holds. The embedding of this name has their
//                                      vectors, row by row
//          embedding "audio"           where the store has none of that name: the nine features
//                                      of each track's own in the order above, scaled to 0..1;
//                                      NaN rows where one is missing
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/column_cache.hpp"
#include "data/tables.hpp"

namespace engine {

/// Of how many tracks a feature is known: their own, only as their artist's mean (always 0 for
/// loudness and tempo), or not at all.
struct FeatureCoverage {
  std::string feature;
  std::int64_t own = 0, artist_mean = 0, none = 0;
};

struct AsOfOptions : ColumnOptions {
  std::int64_t now = 0;
  /// Runs from this id on are left out of "served": a replay must not see itself.
  std::int64_t exclude_runs_from = INT64_MAX;
  /// Runs of this recipe with this random seed are left out too, so that asking twice in a week for
  /// the same list gives the same list. "": none.
  std::string exclude_recipe;
  std::uint64_t exclude_random_seed = 0;
  /// What the list that is made is called: what was said of other lists only does not count.
  std::vector<std::string> lists = {};
  /// What is in the kept playlist that is made, by the store's ids in its order: table "current".
  std::vector<std::int64_t> current = {};
};

class AsOf : public Tables {
 public:
  [[nodiscard]] virtual std::int64_t user_id() const = 0;
  [[nodiscard]] virtual const std::string& user_name() const = 0;
  [[nodiscard]] virtual const std::string& timezone() const = 0;
  /// PlayRule::session_gap_seconds, of the rule that the columns were asked for with.
  [[nodiscard]] virtual std::int64_t session_gap_seconds() const = 0;
  /// What the columns were made from: equal states and equal `now` give equal tables.
  [[nodiscard]] virtual const std::string& data_state() const = 0;
  /// What the catalogue's part was made from; the same for every user of one state of the store.
  [[nodiscard]] virtual const std::string& catalogue_state() const = 0;
  [[nodiscard]] virtual std::int64_t track_count() const = 0;
  /// Of all visible tracks; listening_summary.hpp has that of the tracks heard.
  [[nodiscard]] virtual const std::vector<FeatureCoverage>& coverage() const = 0;
  /// The number of the track with this id in the store; -1: unknown as of now. Linear.
  [[nodiscard]] virtual std::int32_t track_number(std::int64_t track_id) const = 0;
  /// A catalogue import brought the track; otherwise it is known from somebody's history only.
  [[nodiscard]] virtual bool is_in_catalogue(std::int32_t track) const = 0;
  /// The person wants it forgotten, or what it belongs to (forgotten.hpp).
  [[nodiscard]] virtual bool is_forgotten(std::int32_t track) const = 0;
  /// Listens of all times that were left out as private sessions.
  [[nodiscard]] virtual std::int64_t private_listen_count() const = 0;
};

/// Views over prepared columns: no SQLite, no file is opened. Derived tables are computed at first
/// use. Of `options` only now and the exclusions matter.
std::unique_ptr<AsOf> load_as_of(std::shared_ptr<const PreparedColumns> columns,
                                 const AsOfOptions& options);
/// The same view, where `shared` is one of the same columns as of the same now: only what hangs on
/// the exclusions ("served") and the lists ("feedback", "rejected", "trials", "current") is its own, the rest is computed once for all who share.
std::unique_ptr<AsOf> load_as_of(std::shared_ptr<const AsOf> shared,
                                 std::shared_ptr<const PreparedColumns> columns,
                                 const AsOfOptions& options);
/// The same view, where `beside` is one of another user of the same catalogue as of the same now:
/// what belongs to the catalogue is computed once for all who share it.
std::unique_ptr<AsOf> load_as_of_beside(std::shared_ptr<const AsOf> beside,
                                        std::shared_ptr<const PreparedColumns> columns,
                                        const AsOfOptions& options);
/// prepare_columns() and load_as_of() in one.
std::unique_ptr<AsOf> load_as_of(const AsOfOptions& options);

}  // namespace engine
