#include "plan/asked_tags.hpp"

#include "core/error.hpp"

namespace engine {

const std::uint32_t* AskedTags::of(std::string_view tag) const {
  if (const auto known = bits_.find(tag); known != bits_.end()) return known->second.data();
  if (!genres_) genres_ = std::make_unique<TrackGenres>(*tables_);
  const std::string name(tag);
  const std::int32_t number = genres_->number(name);
  if (number < 0) unknown_(name, nearest(name, genres_->names()));
  return bits_.emplace(name, genres_->bits(number)).first->second.data();
}

std::string unknown_tag_text(const std::string& tag, const std::string& nearest) {
  return "no track here has the tag \"" + tag + "\"" +
         (nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

}  // namespace engine
