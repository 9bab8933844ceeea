// How far a long request is, told to who asked for it.
#pragma once

#include <string>
#include <utility>

#include "app/caller.hpp"

namespace engine::app {

/// "lists: 3 of 20"; gone with this object.
class Progress {
 public:
  Progress(const Caller& caller, std::string what) : caller_(caller), what_(std::move(what)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { caller_.progress(""); }

  void operator()(std::size_t done, std::size_t all) const {
    caller_.progress(what_ + ": " + std::to_string(done) + " of " + std::to_string(all));
  }

 private:
  const Caller& caller_;
  std::string what_;
};

}  // namespace engine::app
