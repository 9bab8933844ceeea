#include "store/service_features.hpp"

namespace engine {

ServiceFeatures service_features(const Store& store, std::int64_t now) {
  ServiceFeatures told;
  Statement found = store.prepare(
      "SELECT source, count(*) FROM service_features WHERE is_found AND ts <= ?1 GROUP BY source");
  for (found.start(now); found.step();) told.found[std::string(found.text(0))] = found.integer(1);
  told.not_found =
      store
          .prepare(
              "SELECT count(*) FROM (SELECT 1 FROM service_features WHERE ts <= ?1 GROUP BY "
              "track_id HAVING max(is_found) = 0)")
          .find_integer(now)
          .value_or(0);
  return told;
}

}  // namespace engine
