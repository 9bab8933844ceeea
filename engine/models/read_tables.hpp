// The tables that a model is trained from, and a note of which it asked for: what a card calls its
// data.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "data/tables.hpp"

namespace engine {

/// Threads: any, as far as `tables` goes.
class ReadTables final : public Tables {
 public:
  /// `tables` must outlive it. `reads_own` is called by the first read of a table of the user's, by
  /// whichever thread that is.
  explicit ReadTables(const Tables& tables, std::function<void()> reads_own = {})
      : tables_(tables), reads_own_(std::move(reads_own)) {}

  [[nodiscard]] const playlist_table* table(std::string_view name) const override;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const override;
  [[nodiscard]] const playlist_matrix* embedding(std::string_view space) const override;
  [[nodiscard]] std::int64_t now() const override { return tables_.now(); }

  /// Of the names and all the contents of what was asked for, in whatever order that was done: the
  /// same for the same data, whatever else the store holds.
  [[nodiscard]] std::string hash() const;
  /// A table was asked for that is declared as the user's: what is learned from it is theirs alone.
  [[nodiscard]] bool has_read_own() const;

 private:
  template <typename Kind>
  const Kind* note(std::map<std::string, const Kind*, std::less<>>& read, std::string_view name,
                   const Kind* found) const;

  void tell_if_own(std::string_view table) const;

  const Tables& tables_;
  std::function<void()> reads_own_;
  mutable std::atomic<bool> is_told_ = false;
  mutable std::mutex mutex_;
  mutable std::map<std::string, const playlist_table*, std::less<>> read_tables_;
  mutable std::map<std::string, const playlist_lists*, std::less<>> read_lists_;
  mutable std::map<std::string, const playlist_matrix*, std::less<>> read_embeddings_;
};

}  // namespace engine
