#include "import/preparation.hpp"

#include <string>

#include "worker/confine.hpp"

namespace engine::import {
namespace {

constexpr std::int64_t kJournalBytes = 256 << 20;  // of the write-ahead log before it is moved

}  // namespace

std::function<std::shared_ptr<const Registry>()> loading_in_worker(const ImportOptions& options) {
  if (options.is_in_process) return options.load_plugins;
  return [load = options.load_plugins] {
    auto registry = load();
    keep_to_one_process();
    return registry;
  };
}

Store open_store(const ImportOptions& options) {
  StoreOptions store_options;
  store_options.busy_seconds = options.busy_seconds;
  if (options.is_dry_run) return Store::open_copy(options.store_path, store_options);
  Store store = Store::open(options.store_path, store_options);
  const std::int64_t page = store.integer("PRAGMA page_size");
  store.execute("PRAGMA wal_autocheckpoint = " + std::to_string(kJournalBytes / page));
  return store;
}

}  // namespace engine::import
