#include "batch/gather.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include "batch/batch.hpp"
#include "batch/list_file.hpp"
#include "batch/new_file.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/paths.hpp"

namespace engine::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedShards = 20;

/// Of "lists-2-of-4.jsonl" and "lists-2-of-4.jsonl.making".
std::optional<Shard> shard_of_file(const std::string& name) {
  constexpr std::string_view kBegin = "lists-", kMiddle = "-of-", kEnd = ".jsonl";
  const std::size_t middle = name.find(kMiddle), end = name.find(kEnd);
  if (!name.starts_with(kBegin) || middle == name.npos || end == name.npos) return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t to) {
    std::size_t value = 0;
    const auto [rest, error] = std::from_chars(name.data() + from, name.data() + to, value);
    return error == std::errc() && rest == name.data() + to ? value : 0;
  };
  const Shard shard{number(kBegin.size(), middle), number(middle + kMiddle.size(), end)};
  if (shard.index < 1 || shard.index > shard.count || shard.count < 2) return std::nullopt;
  return shard;
}

/// The number of shards that the folder's files speak of.
std::size_t count_of_shards(const std::string& folder) {
  std::set<std::size_t> counts;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto shard = shard_of_file(entry.path().filename().string()))
      counts.insert(shard->count);
  if (error)
    throw Error(Exit::kInput, "cannot read " + folder,
                {"", "", error.message(), "give the --out of engine batch"});
  if (counts.empty()) {
    throw Error(Exit::kInput, folder + " has no lists of shards",
                {"", "", "no file there is called lists-I-of-N.jsonl",
                 "make them: engine batch RECIPE --out " + folder + " --shard I/N"});
  }
  if (counts.size() > 1) {
    throw Error(
        Exit::kInput,
        folder + " has lists of " + std::to_string(*counts.begin()) + " shards and of " +
            std::to_string(*counts.rbegin()),
        {"", "", "one batch has one number of shards", "give each batch a folder of its own"});
  }
  return *counts.begin();
}

void require_all(const std::string& folder, std::size_t count) {
  std::string missing;
  std::size_t missing_count = 0, begun = 0;
  for (Shard shard{1, count}; shard.index <= count; ++shard.index) {
    const std::string path = file_of_shard(folder, "lists", shard);
    const bool is_being_made = fs::exists(making_of(path));
    if (fs::exists(path) && !is_being_made) continue;
    begun += is_being_made;
    if (++missing_count <= kNamedShards)
      missing += (missing.empty() ? "" : ", ") + std::to_string(shard.index);
  }
  if (missing_count == 0) return;
  if (missing_count > kNamedShards) missing += ", ...";
  throw Error(Exit::kInput,
              counted(missing_count, "shard") + " of " + std::to_string(count) +
                  " are not whole yet: " + missing,
              {folder, "",
               begun == 0 ? "their files are not there"
                          : std::to_string(begun) + " of them are begun (.making)",
               "wait for them, or make them again: --shard I/" + std::to_string(count)});
}

/// The lists of one shard, a line at a time.
class Lines {
 public:
  Lines(const std::string& folder, const Shard& shard)
      : path_(file_of_shard(folder, "lists", shard)),
        shard_(shard),
        file_(path_, std::ios::binary) {
    if (!file_)
      throw Error(Exit::kInput, "cannot read " + path_, {"", "", std::strerror(errno), ""});
  }

  /// False at the end.
  bool next() {
    if (!std::getline(file_, line_)) return false;
    std::string user = user_of_line(line_);
    ++number_;
    if (user.empty() || file_.eof()) damaged("it is no whole line of a list");
    if (!shard_.has(user)) damaged("that person belongs to another shard");
    if (number_ > 1 && user <= user_) damaged("it is not in its place, which is by name");
    user_ = std::move(user);
    return true;
  }
  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] const std::string& line() const { return line_; }

 private:
  [[noreturn]] void damaged(const char* why) const {
    throw Error(Exit::kInput, path_ + " is not as engine batch has made it",
                {path_ + ":" + std::to_string(number_), "", why,
                 "remove the file and make it again: --shard " + shard_.text()});
  }

  std::string path_;
  Shard shard_;
  std::ifstream file_;
  std::string line_, user_;
  std::size_t number_ = 0;
};

std::size_t merge_lists(const std::string& folder, std::size_t count, NewFile& out) {
  std::vector<std::unique_ptr<Lines>> shards;
  const auto is_later = [&](std::size_t a, std::size_t b) {
    return shards[a]->user() > shards[b]->user();
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> first(is_later);
  for (Shard shard{1, count}; shard.index <= count; ++shard.index) {
    shards.push_back(std::make_unique<Lines>(folder, shard));
    if (shards.back()->next()) first.push(shards.size() - 1);
  }
  std::size_t lists = 0;
  for (; !first.empty(); ++lists) {
    const std::size_t shard = first.top();
    first.pop();
    out.append(shards[shard]->line());
    out.append("\n");
    if (shards[shard]->next()) first.push(shard);
  }
  return lists;
}

std::size_t merge_failures(const std::string& folder, std::size_t count) {
  std::vector<std::string> lines;
  for (Shard shard{1, count}; shard.index <= count; ++shard.index) {
    std::ifstream file(file_of_shard(folder, "failures", shard), std::ios::binary);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  std::ranges::sort(lines, {},
                    [](const std::string& line) { return std::pair(user_of_line(line), line); });
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  const std::string path = file_of_shard(folder, "failures", Shard());
  if (text.empty())
    fs::remove(path);
  else
    write_file_atomically(path, text);
  return lines.size();
}

/// All shards are read at once, and a shell may allow a process no more than a thousand files.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Gathered gather_lists(const std::string& folder) {
  Gathered gathered;
  gathered.shards = count_of_shards(folder);
  require_all(folder, gathered.shards);
  allow_many_files();
  gathered.file = file_of_shard(folder, "lists", Shard());
  NewFile lists(gathered.file);
  gathered.lists = merge_lists(folder, gathered.shards, lists);
  gathered.failures = merge_failures(folder, gathered.shards);
  lists.put_into_place();
  return gathered;
}

}  // namespace engine::batch
