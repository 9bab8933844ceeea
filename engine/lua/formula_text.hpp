// What a formula's own text names, without running it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

/// A function written in Lua text: its first parameter and the fields of it that the body names
/// (t.energy, t["energy"]), each once, in order; `members` are those that it names of a field:
/// {"plays_of", "bob"} of t.plays_of.bob.
struct FunctionText {
  std::string parameter;
  std::vector<std::string> fields;
  std::vector<std::pair<std::string, std::string>> members;
};

/// The functions of `text`, in order of their `function`. Empty where the text uses what the
/// formula tokens leave out (long brackets, rare escapes).
std::vector<FunctionText> functions_in(std::string_view text);

}  // namespace engine
