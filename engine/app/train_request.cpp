#include "app/train_request.hpp"

#include "app/http_outside.hpp"

namespace engine::app {

TrainRequest make_train_request(const Caller& caller) {
  const Settings& settings = caller.home.settings();
  TrainRequest request;
  request.store = caller.home.library_path();
  request.random_seed = caller.asked.random_seed.value_or(1);
  request.options.store = request.store;
  request.options.rule = caller.home.play_rule();
  request.options.cache = column_cache_folder(request.store);
  request.options.verbose = caller.hearers.verbose;
  const Registry::Options plugins{caller.home.plugin_directories(), caller.home.plugin_copies(),
                                  true};
  request.load_plugins = [plugins] { return Registry::load(plugins); };
  request.setting = [elements = settings.elements()](std::string_view key) {
    return elements.find(key);
  };
  request.kept = static_cast<int>(settings.integer("train.kept"));
  request.limits.wall_seconds = settings.number("train.wall_seconds");
  request.limits.cpu_seconds = 0;
  request.limits.memory_bytes = static_cast<std::size_t>(settings.integer("train.memory_megabytes"))
                                << 20;
  request.limits.outside = &caller.home.outside();
  request.is_in_process = caller.asked.in_process;
  return request;
}

}  // namespace engine::app
