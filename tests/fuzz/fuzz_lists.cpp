// A file of lists that a batch goes on with: of any bytes, the whole lines up to the first that is
// none are kept, and what is appended then stands behind them.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

#include "batch/list_file.hpp"

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path =
      std::filesystem::temp_directory_path() / ("fuzz-lists-" + std::to_string(::getpid()));
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string making = engine::batch::making_of(path);
  std::filesystem::remove(making);
  std::ofstream(path, std::ios::binary) << bytes;
  const std::string line = R"({"user":"appended","run":null})";
  std::size_t kept = 0;
  {
    engine::batch::ListFile file(path);
    if (file.cut_off() > size) std::abort();
    kept = size - file.cut_off();
    file.append("appended", line);
    file.flush();
  }
  if (content(making) != std::string(bytes.substr(0, kept)) + line + "\n") std::abort();
  const engine::batch::ListFile again(path);
  if (again.cut_off() != 0 || again.users().count("appended") != 1) std::abort();
  return 0;
}
