// Runs the built engine (or any program) as a user would, in folders of its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace support {

struct Ended {
  int exit_code = 0;  // 128 + signal when killed
  std::string out, err;
};

/// Runs argv[0] with the arguments; `environment` is laid over the test's own.
Ended run_program(const std::vector<std::string>& argv,
                  const std::map<std::string, std::string>& environment = {},
                  const std::string& folder = "");

/// A home of its own for engine calls: XDG folders below a temporary folder, removed at the end.
class EngineHome {
 public:
  EngineHome();

  /// `engine ARGUMENTS...`
  Ended engine(const std::vector<std::string>& arguments) const;
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.file(name); }
  [[nodiscard]] const std::map<std::string, std::string>& environment() const {
    return environment_;
  }

 private:
  TemporaryFolder folder_;
  std::map<std::string, std::string> environment_;
};

/// A home with a small demo library (made once per test program, copied for each) in library.db.
const std::string& demo_library();

}  // namespace support
