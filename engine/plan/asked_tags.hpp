// The tags that a run's formulas ask of: t.has_tag("rock").
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables.hpp"
#include "data/track_genres.hpp"
#include "lua/lua_state.hpp"

namespace engine {

/// A track has the tags that data/track_genres.hpp gives it. Nothing is made before a formula asks.
/// Threads: one.
class AskedTags final : public TagBits {
 public:
  /// `unknown` hears of each tag that no track has, when it is first asked for, with the nearest
  /// that some have ("" without one).
  using Unknown = std::function<void(const std::string& tag, const std::string& nearest)>;
  AskedTags(const Tables* tables, Unknown unknown)
      : tables_(tables), unknown_(std::move(unknown)) {}

  [[nodiscard]] const std::uint32_t* of(std::string_view tag) const override;
  [[nodiscard]] std::int64_t track_count() const override { return tables_->table("tracks")->rows; }

 private:
  const Tables* tables_;
  Unknown unknown_;
  mutable std::unique_ptr<TrackGenres> genres_;
  mutable std::map<std::string, std::vector<std::uint32_t>, std::less<>> bits_;
};

/// "no track here has the tag "rokc"; did you mean rock?"
std::string unknown_tag_text(const std::string& tag, const std::string& nearest);

}  // namespace engine
