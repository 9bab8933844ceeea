// Audio features that services were asked for: table service_features, a row for each track and
// service.
//
// Counts     where no import and no measurement tells a feature (data/as_of_view.hpp); where several
//            services do, of one that tells energy, and so most of them, then by the service's name;
//            key and mode come from one of them
// Since      it was asked: it was asked because somebody had listened
// Not found  A service that was asked and knows nothing has a row without values, so that it is not
//            asked again soon
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "store/features.hpp"
#include "store/store.hpp"

namespace engine {

/// Those of kFeatureColumns that services tell: all but time_signature.
inline constexpr std::size_t kServiceFeatureCount = kFeatureColumns.size() - 1;
static_assert(std::string_view(kFeatureColumns.back().column) == "time_signature");

/// As of `now`: the tracks of which each service told something, and those of which none did.
struct ServiceFeatures {
  std::map<std::string, std::int64_t> found;
  std::int64_t not_found = 0;
};
ServiceFeatures service_features(const Store& store, std::int64_t now);

}  // namespace engine
