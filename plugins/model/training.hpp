// What the models share: the interactions of everybody as a matrix, and how artifacts name things.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/interactions.hpp"
#include "kernels/shared_steps.hpp"

namespace model {

/// How a user's plays and likes of a track become one weight.
struct Weighting {
  /// kBinary 1; kLog 1 + log(times); kPlays times, a like counting as `like_plays` of them.
  enum class Kind { kBinary, kLog, kPlays };
  Kind kind = Kind::kLog;
  double like_plays = 5;
};
inline constexpr playlist::Choices kWeightings{"binary", "log", "plays"};
Weighting weighting_of(const std::string& name, double like_plays);

/// Users x tracks of the tables "user_tracks" and "user_likes", without tracks of fewer than
/// `min_users` users. Throws playlist::NoData when nothing is left.
SparseMatrix read_interactions(playlist::ModelCall& call, const Weighting& weighting,
                               std::int64_t min_users);

/// The tracks of a model, in the order of its rows: those with an interaction.
struct ModelTracks {
  std::vector<std::int32_t> number;  // as of the training
  std::vector<std::int64_t> id;      // the store's: what an artifact names tracks by
};
/// Keeps the columns that have entries, renumbered from 0 in their order; they are rows of `table`.
ModelTracks compact(playlist::ModelCall& call, SparseMatrix& matrix, const char* table = "tracks");

/// Numbers the values that occur from 0 in ascending order; `values` become those, negative ones -1.
/// Returns the value behind each number.
std::vector<std::int32_t> renumber(std::vector<std::int32_t>& values, std::size_t count);

/// Users x artists: an artist's weight is the sum of that of their tracks. `artist_of` is missing
/// (< 0) where a track has none.
SparseMatrix of_artists(const SparseMatrix& tracks, std::span<const std::int32_t> artist_of,
                        std::size_t artists);

/// 0: as many as the machine has.
int thread_count(std::int64_t asked);
/// Progress from `begin` to `end` of the call; false once it is cancelled.
std::function<bool(double)> progress_of(playlist::ModelCall& call, double begin, double end);

/// The tasks that share this training, for its kernels; nullptr where it is not shared. For the length of the call.
std::unique_ptr<SharedSteps> shared_steps_of(const playlist::ModelCall& call);

/// "audio, clap audio" -> {"audio", "clap"}.
std::vector<std::string> words_of(std::string_view text);

/// A column of a table that an artifact is to hold; `data` as long as the table has rows.
playlist_column column_of(const char* name, std::uint32_t type, const void* data);
void write_table(playlist::ModelCall& call, const char* name, std::size_t rows,
                 std::initializer_list<playlist_column> columns);
/// Texts as such a column, one a row. Views of it are valid as long as it stays where it is.
class TextColumn {
 public:
  explicit TextColumn(std::span<const std::string> texts);
  TextColumn(const TextColumn&) = delete;
  TextColumn& operator=(const TextColumn&) = delete;
  [[nodiscard]] playlist_column column(const char* name) const;

 private:
  std::vector<std::int32_t> codes_;
  std::vector<std::uint64_t> offsets_{0};
  std::string bytes_;
  playlist_dict dict_{};
};

void write_ids(playlist::ModelCall& call, const char* table, const std::vector<std::int64_t>& ids);
void write_lists(playlist::ModelCall& call, const char* name, const SparseMatrix& rows);
/// Lists `name`: of every column of users x columns, who has it, for recalls that claim that people
/// play both of two things. Users go by numbers of their own, in an order drawn once, and of many
/// the first kMostListeners in that order are kept, so that the lists of two columns that share
/// many users share some (Broder: On the Resemblance and Containment of Documents, 1997).
void write_listeners(playlist::ModelCall& call, const char* name, const SparseMatrix& plays);
inline constexpr std::size_t kMostListeners = 256;
/// The rows' codes (playlist/quantized_rows.hpp) as bytes `name`, where there are enough rows for a
/// search to gain by them. `values` row-major.
void write_codes(playlist::ModelCall& call, const std::string& name, std::span<const float> values,
                 std::size_t columns);

}  // namespace model
