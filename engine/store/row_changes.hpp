// Changes of rows as they are made, kept so that they can be taken back: SQLite's changesets.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// Notes what changes in some tables, from its making on. Make it in the transaction whose changes
/// it is to know. Threads: one.
class RowChanges {
 public:
  RowChanges(Store& store, std::span<const char* const> tables);
  RowChanges(const RowChanges&) = delete;
  RowChanges& operator=(const RowChanges&) = delete;
  ~RowChanges();

  /// What is different now, as bytes for take_back_changes(); "" for nothing.
  [[nodiscard]] std::string bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What taking changes back did: rows by table.
struct TakenBack {
  std::map<std::string, std::int64_t> removed;   // that the changes had made
  std::map<std::string, std::int64_t> restored;  // that they had removed, or made different
  std::int64_t left = 0;                         // made different by others since, and left so
};

/// Takes changes back that were noted one after the other. A row that is no longer as they left it
/// stays as it is, but of `strict_tables`: there it throws Error(kInput). Call inside a transaction,
/// which is to be given up when it throws.
TakenBack take_back_changes(Store& store, const std::vector<std::string>& changes,
                            std::span<const char* const> strict_tables);

}  // namespace engine
