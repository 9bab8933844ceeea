// A file that loads, and whose value is no recipe.
#pragma once

#include "core/error.hpp"

namespace engine {

class NotARecipe : public Error {
 public:
  NotARecipe(const Error& error, bool is_module) : Error(error), is_module_(is_module) {}
  /// It is what recipes require, rather than a recipe whose end is missing.
  [[nodiscard]] bool is_module() const { return is_module_; }

 private:
  bool is_module_;
};

}  // namespace engine
