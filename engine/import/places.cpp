#include "import/places.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/error.hpp"
#include "store/users.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

std::string whole_path(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path, ignored);
  std::string text = ignored ? path : whole.lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

/// The place itself, or the archive that it is a member of; nothing when neither is there.
std::optional<std::string> existing(const std::string& place) {
  std::error_code ignored;
  if (fs::exists(place, ignored)) return place;
  fs::path above = fs::path(place).parent_path();
  while (above.has_relative_path() && !fs::exists(above, ignored)) above = above.parent_path();
  if (fs::is_regular_file(above, ignored)) return above.string();
  return std::nullopt;
}

/// How the files of a person looked when they were last read.
class KnownLooks {
 public:
  KnownLooks(const Store& store, std::int64_t user_id) {
    Statement select =
        store.prepare("SELECT path, bytes, modified_ns FROM import_files WHERE user_id = ?1");
    for (select.start(user_id); select.step();)
      looks_[std::string(select.text(0))] = {select.integer(1), select.integer(2)};
  }
  [[nodiscard]] bool has(const InputFile& file) const {
    const auto known = looks_.find(file.path);
    return known != looks_.end() &&
           known->second == std::pair(static_cast<std::int64_t>(file.bytes), file.modified_ns);
  }

 private:
  std::unordered_map<std::string, std::pair<std::int64_t, std::int64_t>> looks_;
};

/// A folder that cannot be read now may be read the next time.
std::vector<InputFile> files_below(const std::string& place) {
  try {
    return list_input_files({place}, false);
  } catch (const Error&) {
    return {};
  }
}

/// Whose the files of an argument are, by its place on the command line.
std::map<std::size_t, std::string> owners_of(const ImportResult& result) {
  std::map<std::size_t, std::string> owners;
  for (const FileResult& file : result.files)
    if (!file.user.empty()) owners.emplace(file.argument, file.user);
  return owners;
}

/// Files that were read to their end, or known; with archives, all of whose members were.
class ReadFiles {
 public:
  explicit ReadFiles(const ImportResult& result) {
    for (const FileResult& file : result.files) {
      bool& is_good = is_good_.emplace(file.path, true).first->second;
      is_good = is_good && file.error.empty();
    }
  }
  [[nodiscard]] bool has(const InputFile& file) const {
    bool is_seen = false;
    for (auto it = is_good_.lower_bound(file.path); it != is_good_.end(); ++it) {
      if (!it->first.starts_with(file.path)) break;
      if (it->first.size() > file.path.size() && it->first[file.path.size()] != '/') continue;
      if (!it->second) return false;
      is_seen = true;
    }
    return is_seen;
  }

 private:
  std::map<std::string, bool> is_good_;  // by path, of a member too
};

/// The folder right below an argument in which the file is: a person's.
std::string persons_folder(const std::string& argument, const InputFile& file) {
  const fs::path below = fs::path(file.path).lexically_relative(argument);
  return (fs::path(argument) / *below.begin()).string();
}

}  // namespace

ChangedFiles find_changed_files(const Store& store, std::int64_t user_id) {
  ChangedFiles changed;
  const KnownLooks known(store, user_id);
  std::map<std::pair<std::string, std::string>, std::map<std::string, bool>> readings;
  Statement select = store.prepare(
      "SELECT path, columns, dates FROM import_places WHERE user_id = ?1 ORDER BY path");
  for (select.start(user_id); select.step();) {
    ++changed.places;
    const std::string named(select.text(0));
    const std::optional<std::string> place = existing(named);
    if (!place) {
      changed.missing.push_back(named);
      continue;
    }
    auto& paths = readings[{std::string(select.text(1)), std::string(select.text(2))}];
    for (const InputFile& file : files_below(*place))
      if (!known.has(file)) paths[file.path] = true;
  }
  for (const auto& [how, paths] : readings) {
    if (paths.empty()) continue;
    Reading& reading = changed.readings.emplace_back(Reading{how.first, how.second, {}});
    for (const auto& [path, is_read] : paths) reading.paths.push_back(path);
    std::sort(reading.paths.begin(), reading.paths.end(), natural_less);
  }
  return changed;
}

void note_places(Store& store, const NamedPlaces& named, const ImportResult& result) {
  const std::map<std::size_t, std::string> owners = owners_of(result);
  if (owners.empty()) return;
  const ReadFiles read(result);
  Transaction transaction(store);
  Statement note_place =
      store.prepare("INSERT OR REPLACE INTO import_places VALUES (?1, ?2, ?3, ?4)");
  Statement is_below_another = store.prepare(
      "SELECT 1 FROM import_places WHERE user_id = ?1 AND columns = ?3 AND dates = ?4 AND "
      "substr(?2, 1, length(path) + 1) = path || '/' LIMIT 1");
  Statement note_file =
      store.prepare("INSERT OR REPLACE INTO import_files VALUES (?1, ?2, ?3, ?4)");
  std::map<std::string, std::int64_t> ids;
  for (const User& user : list_users(store)) ids[user.name] = user.id;
  for (const InputFile& file : named.files) {
    const auto owner = owners.find(file.argument);
    const std::string& name = !file.person.empty()    ? file.person
                              : owner == owners.end() ? file.person
                                                      : owner->second;
    const auto user = ids.find(name);
    if (user == ids.end() || (file.person.empty() && named.is_user_per_folder)) continue;
    const std::string& argument = named.arguments[file.argument];
    const std::string place =
        whole_path(file.person.empty() ? argument : persons_folder(argument, file));
    if (!is_below_another.find_integer(user->second, place, named.columns, named.dates))
      note_place.run(user->second, place, named.columns, named.dates);
    if (read.has(file))
      note_file.run(user->second, whole_path(file.path), file.bytes, file.modified_ns);
  }
  transaction.commit();
}

}  // namespace engine::import
