#include "data/history_columns.hpp"

#include <utility>

namespace engine {

HistoryLoader::HistoryLoader(const ColumnOptions& options)
    : catalogue_(prepare_catalogue(options)),
      store_(Store::open(options.store, {.is_read_only = true, .may_create = false})),
      builder_(store_, *catalogue_->catalogue, options.rule) {
  static_cast<void>(load(History()));  // whatever is read of the store is read now
}

std::shared_ptr<const PreparedColumns> HistoryLoader::load(const History& history) const {
  auto made = std::make_shared<PreparedColumns>(*catalogue_);
  made->user_name = history.user;
  made->timezone = history.timezone;
  made->user = made->sets = made->words = builder_.build_of_history(
      history.listens, history.likes, "history of " + catalogue_->catalogue_state);
  return made;
}

}  // namespace engine
