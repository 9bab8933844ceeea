#include "data/empty_columns.hpp"

#include "core/temporary_folder.hpp"
#include "store/users.hpp"

namespace engine {

std::shared_ptr<const PreparedColumns> empty_columns() {
  const TemporaryFolder folder;
  ColumnOptions options;
  options.store = folder.file("library.db");
  options.user = "nobody";
  {
    Store store = Store::open(options.store);
    Transaction transaction(store);
    require_user(store, options.user, 0);
    store.bump_data_version();
    transaction.commit();
  }
  return prepare_columns(options);
}

}  // namespace engine
