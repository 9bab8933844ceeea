// The class behind load_as_of(); internal to engine/data.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "data/declared_tables.hpp"
#include "data/features.hpp"
#include "data/forgotten.hpp"
#include "data/listen_statistics.hpp"
#include "data/numbering.hpp"
#include "data/owned_table.hpp"

namespace engine {

template <typename T>
std::span<const T> items(const playlist_table& table, std::string_view column) {
  return {static_cast<const T*>(find_column(table, column)->data),
          static_cast<std::size_t>(table.rows)};
}

/// Lists of its own, or a view of mapped ones.
struct OwnedLists {
  Lists data;
  playlist_lists view{};
};

/// The tracks' own features: imported or measured; where neither tells one, what a service told by
/// now.
struct OwnFeatures {
  std::array<const float*, kNumericFeatureCount> numeric{};
  bool are_filled = false;  // else they are the file's columns
  std::array<std::vector<float>, kNumericFeatureCount> values;
  std::vector<std::int32_t> key, mode;  // where they are filled
};

struct KnownFeatures {
  FeaturesOrArtist made;  // empty where the file's own columns hold
  std::vector<FeatureCoverage> coverage;
};

/// Tables and lists are made at first use under one lock, and never change afterwards.
class AsOfView final : public AsOf {
 public:
  /// `beside`: whose tables of the catalogue these are too, of the same columns and now; may be
  /// nullptr.
  AsOfView(std::shared_ptr<const PreparedColumns> columns, const AsOfOptions& options,
           std::shared_ptr<const AsOf> beside = nullptr);

  const playlist_table* table(std::string_view name) const override;
  const playlist_lists* lists(std::string_view name) const override;
  const playlist_matrix* embedding(std::string_view space) const override;
  [[nodiscard]] std::int64_t now() const override { return now_; }

  [[nodiscard]] std::int64_t user_id() const override { return columns_->user_id; }
  [[nodiscard]] const std::string& user_name() const override { return columns_->user_name; }
  [[nodiscard]] const std::string& timezone() const override { return columns_->timezone; }
  [[nodiscard]] std::int64_t session_gap_seconds() const override {
    return columns_->session_gap_seconds;
  }
  [[nodiscard]] const std::string& data_state() const override { return columns_->data_state; }
  [[nodiscard]] const std::string& catalogue_state() const override {
    return columns_->catalogue_state;
  }
  [[nodiscard]] std::int64_t track_count() const override {
    return static_cast<std::int64_t>(tracks_);
  }
  [[nodiscard]] const std::vector<FeatureCoverage>& coverage() const override;
  [[nodiscard]] std::int32_t track_number(std::int64_t track_id) const override;
  [[nodiscard]] bool is_in_catalogue(std::int32_t track) const override {
    return in_catalogue_[track] != 0;
  }
  [[nodiscard]] std::int64_t private_listen_count() const override { return summary("incognito"); }

  /// ListenTotals of all tracks as the column file has them; nullptr where it has none, or knows of
  /// listens that are later.
  [[nodiscard]] const playlist_table* listen_totals() const;

  // What the declarations of tables (declared_tables.cpp) compute; each makes a table anew.
  using Made = std::unique_ptr<OwnedTable>;
  // as_of_catalogue.cpp
  [[nodiscard]] Made make_tracks() const;
  [[nodiscard]] Made make_artists() const;
  [[nodiscard]] Made make_tags() const;
  [[nodiscard]] Made make_numbers_by_id(const char* table) const;  // "tracks" or "artists"
  [[nodiscard]] Made make_prompt_vectors(std::string_view name) const;
  // as_of_user.cpp
  [[nodiscard]] Made make_listens() const;
  [[nodiscard]] Made make_listen_contexts() const;
  [[nodiscard]] Made make_sessions() const;
  [[nodiscard]] Made make_likes() const;
  [[nodiscard]] Made make_library() const;
  [[nodiscard]] Made make_playlist_tracks() const;
  [[nodiscard]] Made make_saved_artists() const;
  [[nodiscard]] Made make_banned() const;
  [[nodiscard]] Made make_track_statistics() const;
  [[nodiscard]] Made make_served() const;
  // as_of_feedback.cpp
  [[nodiscard]] Made make_feedback() const;
  [[nodiscard]] Made make_rejected() const;
  [[nodiscard]] Made make_trials() const;
  [[nodiscard]] Made make_current() const;
  // as_of_user.cpp
  [[nodiscard]] Made make_implicit_likes(std::int64_t times) const;
  [[nodiscard]] Made make_implicit_saved_artists(std::int64_t times) const;
  /// Of the table "listens".
  [[nodiscard]] ListenColumns listen_columns() const;

 private:
  /// The rows of the user's file that had ended by now: the first ones, then `more`.
  struct EndedListens {
    std::int64_t first_rows = 0;
    std::vector<std::int64_t> more;
    [[nodiscard]] std::int64_t count() const {
      return first_rows + static_cast<std::int64_t>(more.size());
    }
    [[nodiscard]] bool is_prefix() const { return more.empty() || more.back() == count() - 1; }
    [[nodiscard]] std::size_t row(std::size_t k) const {
      const auto first = static_cast<std::size_t>(first_rows);
      return k < first ? k : static_cast<std::size_t>(more[k - first]);
    }
  };
  [[nodiscard]] EndedListens ended_listens() const;
  /// Names in the order in which the listens use them, as those of later ones are not known; and the
  /// place there of each device of the user's file, -1: not used.
  struct UsedDevices {
    std::vector<std::string> names;
    std::vector<std::int32_t> codes;
  };
  [[nodiscard]] UsedDevices used_devices(const EndedListens& ended) const;
  /// Without those that the person asked to be forgotten.
  [[nodiscard]] EndedListens remembered(const EndedListens& ended) const;
  const KnownFeatures& features() const;
  const OwnFeatures& own_features() const;
  [[nodiscard]] const Forgotten& forgotten() const;
  [[nodiscard]] bool is_forgotten(std::int32_t track) const override {
    return forgotten().has_track(track);
  }
  [[nodiscard]] std::int32_t device_called(std::string_view name) const;
  OwnedLists make_lists_of(std::string_view name) const;
  OwnedLists visible_values(const playlist_lists& whole, std::size_t rows,
                            const std::function<bool(std::uint64_t)>& keep) const;

  struct Dated {
    std::int64_t ts;
    std::int32_t number;
  };
  /// Both, by (ts, number) as they are.
  static std::vector<Dated> joined(const std::vector<Dated>& a, const std::vector<Dated>& b);
  [[nodiscard]] std::vector<Dated> dated(const char* table, const char* column) const;
  [[nodiscard]] std::vector<Dated> dated(const playlist_table& whole, const char* column) const;
  Made artists_of(const std::vector<Dated>& tracks, const std::vector<Dated>& artists,
                  std::uint8_t is_implicit) const;
  [[nodiscard]] bool has_all_listens() const;
  [[nodiscard]] std::int64_t summary(const char* column) const;

  [[nodiscard]] Made make_declared(const DeclaredTable& declared, std::string_view name) const;
  [[nodiscard]] const playlist_table& catalogue(std::string_view name) const {
    return *columns_->catalogue->table(name);
  }
  /// What the user heard.
  [[nodiscard]] const playlist_table& user(std::string_view name) const {
    return *columns_->user->table(name);
  }
  /// What the user has, or wants kept out.
  [[nodiscard]] const playlist_table& set(std::string_view name) const {
    const ColumnFile& file = name.starts_with("banned_") ? *columns_->words : *columns_->sets;
    return *file.table(name);
  }
  /// What stands in place of rows of that set; nullptr where nothing can.
  [[nodiscard]] const playlist_table* said(std::string_view set_name) const {
    return columns_->words->table("said_" + std::string(set_name));
  }
  /// All of the catalogue's tracks are known by now.
  [[nodiscard]] bool is_whole() const {
    return static_cast<std::int64_t>(tracks_) == catalogue("tracks").rows;
  }

  std::shared_ptr<const PreparedColumns> columns_;
  std::shared_ptr<const AsOf> beside_;
  std::int64_t now_, exclude_runs_from_;
  std::string exclude_recipe_;
  std::vector<std::string> lists_made_;
  std::vector<std::int64_t> current_;
  std::uint64_t exclude_random_seed_;
  const std::uint8_t* in_catalogue_;
  std::size_t tracks_ = 0, artists_ = 0, tags_ = 0;  // known by now

  mutable std::recursive_mutex mutex_;
  mutable std::map<std::string, Made, std::less<>> tables_;
  mutable std::map<std::string, OwnedLists, std::less<>> lists_;
  mutable std::map<std::string, playlist_matrix, std::less<>> matrices_;
  mutable std::optional<KnownFeatures> features_;
  mutable std::optional<OwnFeatures> own_features_;
  mutable std::optional<Forgotten> forgotten_;
  mutable std::optional<OwnedTable> audio_;  // holds the derived vectors
  mutable std::optional<IdMap> track_numbers_;
};

}  // namespace engine
