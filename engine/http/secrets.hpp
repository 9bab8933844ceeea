// What must not be written anywhere, found in any spelling that addresses and JSON have for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/service.hpp"

namespace engine::http {

class Secrets {
 public:
  /// The service's secrets and its credentials' values ("Bearer x" and x).
  explicit Secrets(const Service& service);

  /// As it stands, percent-encoded in part or whole, up to three times over, with + for a blank and
  /// a backslash before anything.
  [[nodiscard]] bool are_in(std::string_view text) const;
  /// `text` with *** for each.
  [[nodiscard]] std::string scrubbed(std::string_view text) const;

 private:
  std::vector<std::string> texts_;  // plain, longest first
};

}  // namespace engine::http
