#include "store/user_halves.hpp"

#include "core/random.hpp"

namespace engine {

Half half_of(std::string_view user_name) {
  return Random(mix_seed(kHalvesSeed, user_name)).next() >> 63 == 0 ? Half::kChoosing
                                                                    : Half::kReporting;
}

std::string name_of(Half half) {
  return half == Half::kChoosing ? "choosing" : "reporting";
}

std::optional<Half> half_called(std::string_view name) {
  for (const Half half : {Half::kChoosing, Half::kReporting})
    if (name == name_of(half)) return half;
  return std::nullopt;
}

}  // namespace engine
