// Arguments as a recipe or a command line gives them, checked against an element's parameter table.
#pragma once

#include "playlist/plugin.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plugin/input_files.hpp"

namespace engine {

/// A set of tracks given as an argument; the table must outlive the call.
struct TracksArgument {
  const playlist_table* table = nullptr;
};
using ArgumentList = std::vector<std::variant<double, std::string>>;
using Argument = std::variant<double, bool, std::string, ArgumentList, TracksArgument>;

/// In the order given. A name of "1" is the positional first argument.
using Arguments = std::vector<std::pair<std::string, Argument>>;

/// The values in the element's declared order, with everything they point at.
class CheckedArguments {
 public:
  CheckedArguments();
  CheckedArguments(CheckedArguments&&) noexcept;
  CheckedArguments& operator=(CheckedArguments&&) noexcept;
  ~CheckedArguments();

  [[nodiscard]] const playlist_value* values() const;
  /// Names of the columns that COLUMN parameters chose, in declared order.
  [[nodiscard]] const std::vector<std::string>& columns() const;
  /// What a FILE parameter names; nullptr where it names none, and for other parameters.
  [[nodiscard]] const HeldFile* file(std::string_view parameter) const;
  /// Canonical JSON of all values (tracks as "TRACKS"), for run records and node hashes.
  [[nodiscard]] std::string json() const;

 private:
  friend class ArgumentCheck;
  friend CheckedArguments check_arguments(const playlist_element&, const Arguments&,
                                          const std::string&, const FileAccess&);
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws Error(kRecipe) that lists every wrong argument at once: unknown name (with "did you
/// mean"), wrong type, out of range, not one of the choices, required but missing. `where` is the
/// recipe's file:line. What FILE parameters name is read, and noted as read, where `access` has
/// files; Error(kInput) when it is all that is wrong and cannot be.
CheckedArguments check_arguments(const playlist_element& element, const Arguments& arguments,
                                 const std::string& where, const FileAccess& access = {});

/// A file, and the FILE parameter that names it.
struct NamedFile {
  std::string parameter;
  HeldFilePtr file;
};

/// The files that these arguments name, read as check_arguments() reads them, but not noted; missing
/// ones are left out. None without access.files.
std::vector<NamedFile> named_files(const playlist_element& element, const Arguments& arguments,
                                   const FileAccess& access);

}  // namespace engine
