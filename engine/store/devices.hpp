// What people played on: a phone, a browser, a speaker. Each person's devices are numbered from 1,
// in the order in which imports met them, and listens name them by number (listen_flags.hpp).
//
// What an export tells changes with every update ("iOS 14.4 (iPhone12,1)"): device_name() leaves
// the versions out, so that one phone stays one device.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// "iOS (iPhone12,1)" of "iOS 14.4 (iPhone12,1)"; "" where nothing is told ("unknown", a bare
/// version).
std::string device_name(std::string_view told);

/// By number; the first, of no device, is "".
std::vector<std::string> device_names(const Store& store, std::int64_t user);

class Devices {
 public:
  explicit Devices(const Store& store);
  /// The number of the person's device of that name (device_name()), made when there is none yet. 0
  /// for "", and where the person has as many as listens can tell apart. Call inside a transaction.
  std::int64_t find_or_make(std::int64_t user, const std::string& name);

 private:
  Statement find_, largest_, insert_;
};

}  // namespace engine
