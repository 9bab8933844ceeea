// A library lets one process train at a time.
#pragma once

#include <string>

#include "core/file_lock.hpp"

namespace engine {

/// Held while a training goes on; see FileLock for who is refused and who lets go.
class TrainingLock {
 public:
  /// Throws Error(kStore): another training is under way, or there can be no such file.
  explicit TrainingLock(const std::string& models_folder)
      : lock_(models_folder + "/lock", "training of this library") {}

 private:
  FileLock lock_;
};

}  // namespace engine
