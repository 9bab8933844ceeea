// The files of a folder that hold the two parts of a split.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <zlib.h>

#include "benchmark/split.hpp"
#include "core/error.hpp"

namespace engine::benchmark {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 4ull << 30;

bool ends_in(const std::string& name, const std::string& ending) {
  return name.size() >= ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

/// "train" or "test" in its name, the ending of a text, and not the same data by items.
bool may_be(std::string name, const std::string& part) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ends_in(name, ".gz")) name.resize(name.size() - 3);
  if (name.find(part) == std::string::npos || name.find("items") != std::string::npos) return false;
  return ends_in(name, ".txt") || ends_in(name, ".dat") || name.find('.') == std::string::npos;
}

std::string file_of(const std::string& folder, const std::string& part) {
  std::error_code error;
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_directory(error) && may_be(entry.path().filename().string(), part))
      found.push_back(entry.path().filename().string());
  }
  if (error)
    throw Error(Exit::kInput, "cannot read the folder " + folder, {"", "", error.message(), ""});
  std::sort(found.begin(), found.end());
  const auto plain = [&](const std::string& name) {
    return name == part + ".txt" || name == part + ".txt.gz";
  };
  if (const auto best = std::find_if(found.begin(), found.end(), plain);
      found.size() > 1 && best != found.end())
    return folder + "/" + *best;
  if (found.size() == 1) return folder + "/" + found[0];
  std::string names;
  for (const std::string& name : found) names += (names.empty() ? "" : ", ") + name;
  throw Error(Exit::kInput,
              found.empty() ? folder + " has no " + part + " file"
                            : folder + " has several files that may be the " + part + " part",
              {"", "", found.empty() ? "" : "they are " + names,
               "put " + part + ".txt or cf-" + part + "-users.dat there, plain or .gz, once"});
}

/// Plain files come as they are.
std::string unpacked(const std::string& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), gzclose);
  const auto refuse = [&](const std::string& why) {
    return Error(Exit::kInput, "cannot read " + path, {"", "", why, ""});
  };
  if (!file) throw refuse("it cannot be opened");
  std::string text;
  constexpr unsigned kPart = 1 << 20;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + kPart);
    const int got = gzread(file.get(), text.data() + size, kPart);
    text.resize(size + static_cast<std::size_t>(std::max(got, 0)));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (got < 0 || code == Z_BUF_ERROR)
      throw refuse(code == Z_BUF_ERROR ? "it is cut short" : message);
    if (text.size() > kMostBytes) throw refuse("it unpacks to more than 4 GiB");
    if (got == 0) return text;
  }
}

}  // namespace

Split read_split(const std::string& folder) {
  const std::string train_file = file_of(folder, "train"), test_file = file_of(folder, "test");
  const std::string train = unpacked(train_file), test = unpacked(test_file);
  return read_split({train_file, train}, {test_file, test});
}

}  // namespace engine::benchmark
