#include "app/library_tables.hpp"

#include "app/default_user.hpp"

namespace engine::app {

std::unique_ptr<AsOf> library_tables(const Caller& caller) {
  AsOfOptions options;
  options.store = caller.home.library_path();
  options.user = user_name(caller);
  options.now = caller.asked.now;
  options.rule = caller.home.play_rule();
  options.cache = column_cache_folder(options.store);
  options.verbose = [&caller](const std::string& text) { caller.verbose(text); };
  return load_as_of(options);
}

}  // namespace engine::app
