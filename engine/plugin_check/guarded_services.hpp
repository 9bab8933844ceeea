// The services in `engine plugins check`. Those of sources and models keep the books on what they
// are given, and find what the contract forbids; that of artifacts has none, as before a training,
// and that of HTTP no network. A remote output is asked for a dry run, of a service that is not there.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/models.hpp"
#include "plugin/call.hpp"
#include "plugin/http_service.hpp"
#include "plugin/target_service.hpp"

namespace engine {

class GuardedServices {
 public:
  /// `rows_check` may be empty.
  explicit GuardedServices(
      std::function<std::string(std::string_view, const playlist_table&)> rows_check)
      : rows_check_(std::move(rows_check)) {}

  /// What a call of the element is given; this object, which must not move meanwhile,
  /// owns each of them.
  std::vector<CallService> of(const playlist_element& element);

  /// Everything given, as a hash of its bytes.
  [[nodiscard]] std::string result() const;
  /// "matrix decades 7x2", "card", in the order they came.
  [[nodiscard]] const std::vector<std::string>& artifact() const { return artifact_; }
  /// What the contract forbids, of all that was given.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  /// After a source that ended well: every record is in rows or in a bucket, or it was a container.
  void check_accounts(std::vector<std::string>& problems) const;

 private:
  friend struct GuardedServiceFunctions;
  void add(const void* bytes, std::size_t length);
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add_table(const playlist_table& table);
  void place(std::int64_t record, bool is_bucket);
  void note(const std::string& problem);

  std::function<std::string(std::string_view, const playlist_table&)> rows_check_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> artifact_, problems_;
  std::vector<std::uint8_t> records_;  // 0 nowhere, 1 rows, 2 a bucket
  std::int64_t complete_ = 0, total_ = -1;
  bool has_members_ = false;
  ModelShelf no_models_;
  HttpAsker no_network_{"", [](std::string_view) { return std::string(); }};
  PushTarget nowhere_;
};

}  // namespace engine
