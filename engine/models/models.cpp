#include "models/models.hpp"

#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "models/add_version.hpp"
#include "models/open_version.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

/// The folder of a version, "" for what leads elsewhere: a library may come from anybody, and the
/// folders of its versions are deleted.
std::string folder_of(const Store& store, const std::string& name, const std::string& version) {
  for (const std::string& part : {name, version}) {
    if (part.empty() || part == "." || part == ".." || part.find('/') != std::string::npos)
      return "";
  }
  return (fs::path(models_folder(store.path())) / name / version).string();
}

std::vector<AskedModel> models_by_name(const std::map<std::string, bool, std::less<>>& asked) {
  std::vector<AskedModel> models;
  for (const auto& [name, is_found] : asked) models.push_back({name, is_found});
  return models;
}

std::vector<ModelVersion> read_versions(const Store& store, Statement& rows) {
  std::vector<ModelVersion> versions;
  while (rows.step()) {
    ModelVersion& version = versions.emplace_back();
    version.id = rows.integer(0);
    version.name = rows.text(1);
    version.as_of = rows.integer(2);
    version.card = rows.text(3);
    version.path = folder_of(store, version.name, std::string(rows.text(4)));
    version.user_id = rows.integer(5);
    version.user = rows.text(6);
  }
  return versions;
}

bool may_use(const ModelVersion& version, std::int64_t user_id) {
  return version.user_id == 0 || version.user_id == user_id;
}

}  // namespace

std::string models_folder(const std::string& store) {
  return store + ".models";
}

std::vector<ModelVersion> list_models(const Store& store) {
  Statement rows = store.prepare(
      "SELECT model_id, m.name, as_of, card, path, coalesce(m.user_id, 0), coalesce(u.name, '') "
      "FROM models AS m LEFT JOIN users AS u ON u.user_id = m.user_id WHERE is_active = 1 "
      "ORDER BY m.name, as_of DESC, model_id DESC");
  rows.start();
  return read_versions(store, rows);
}

std::vector<ModelVersion> usable_versions(const std::vector<ModelVersion>& versions,
                                          std::int64_t now, std::int64_t user_id) {
  std::vector<ModelVersion> usable;
  for (const ModelVersion& version : versions) {  // newest first
    if (version.as_of > now || !may_use(version, user_id)) continue;
    if (usable.empty() || usable.back().name != version.name) {
      usable.push_back(version);
    } else if (usable.back().user_id == 0 && version.user_id != 0) {
      usable.back() = version;
    }
  }
  return usable;
}

std::vector<ModelVersion> models_as_of(const Store& store, std::int64_t now, std::int64_t user_id) {
  return usable_versions(list_models(store), now, user_id);
}

std::vector<ModelVersion> models_too_late(const Store& store, std::int64_t now,
                                          std::int64_t user_id) {
  std::vector<ModelVersion> late;
  std::set<std::string> usable;
  for (ModelVersion& version : list_models(store)) {  // newest first
    if (!may_use(version, user_id)) continue;
    if (version.as_of <= now) {
      usable.insert(version.name);
    } else if (!late.empty() && late.back().name == version.name) {
      late.back() = std::move(version);
    } else {
      late.push_back(std::move(version));
    }
  }
  std::erase_if(late, [&](const ModelVersion& version) { return usable.contains(version.name); });
  return late;
}

std::string too_late_text(const ModelVersion& version, std::int64_t now) {
  // A date alone is its first second.
  const std::string date = format_date(now);
  const std::string time = parse_time(date) == now ? date : format_time(now);
  return version.name + " was trained as of " + format_time(version.as_of) + ", which is after " +
         time + ", the time of this run; train it with: engine train " +
         version.name.substr(version.name.find('.') + 1) +
         (version.user.empty() ? "" : " --user \"" + version.user + "\"") + " --as-of " + time;
}

std::string version_mark(const ModelVersion& version) {
  const auto card = nlohmann::json::parse(version.card);
  return "as of " + std::to_string(version.as_of) + ", " + card.value("hash", std::string());
}

std::int64_t add_model(Store& store, const ModelVersion& version, int kept) {
  return add_version(store, version, kept, {});
}

std::int64_t add_version(Store& store, const ModelVersion& version, int kept,
                         const std::function<void(Store&, const ModelVersion&)>& also) {
  std::vector<std::string> dropped;
  Transaction transaction(store);
  store
      .prepare(
          "INSERT INTO models (name, as_of, card, path, is_active, user_id) "
          "VALUES (?1, ?2, ?3, ?4, 1, nullif(?5, 0))")
      .run(version.name, version.as_of, version.card, fs::path(version.path).filename().string(),
           version.user_id);
  const std::int64_t id = store.integer("SELECT last_insert_rowid()");
  int count = 0;
  for (const ModelVersion& one : list_models(store)) {
    if (one.name != version.name || one.user_id != version.user_id) continue;
    if (++count <= kept || one.id == id) continue;
    store.prepare("DELETE FROM models WHERE model_id = ?1").run(one.id);
    dropped.push_back(one.path);
  }
  if (also) also(store, version);
  transaction.commit();
  for (const std::string& path : dropped) {
    std::error_code ignored;  // what stays is found by remove_unknown_models()
    fs::remove_all(path, ignored);
  }
  return id;
}

void remove_unknown_models(const Store& store, const std::string& folder) {
  std::set<fs::path> known;
  for (const ModelVersion& version : list_models(store)) known.insert(version.path);
  std::error_code ignored;
  for (const auto& name : fs::directory_iterator(folder, ignored)) {
    for (const auto& version : fs::directory_iterator(name.path(), ignored)) {
      if (!known.contains(version.path())) fs::remove_all(version.path(), ignored);
    }
  }
}

std::shared_ptr<const Artifact> open_version(const ModelVersion& version) {
  Error::Parts parts;
  parts.fix = "train it again: engine train " + version.name.substr(version.name.find('.') + 1);
  const std::string what = version.name + " as of " + format_time(version.as_of) + " is refused";
  try {
    auto artifact = Artifact::open(version.path);
    if (artifact->card() == version.card) return artifact;
    parts.why = version.path + " holds another version than the library knows";
  } catch (const Error& error) {
    parts.why = error.parts().why;
  }
  throw Error(Exit::kStore, what, std::move(parts));
}

ModelShelf::ModelShelf(const std::vector<ModelVersion>& versions) {
  for (const ModelVersion& version : versions) slots_[version.name].version = version;
}

ModelShelf::ModelShelf(const std::vector<ModelVersion>& versions,
                       const std::vector<ModelVersion>& too_late, std::int64_t now)
    : ModelShelf(versions) {
  for (const ModelVersion& version : too_late) why_not_[version.name] = too_late_text(version, now);
}

ModelShelf::ModelShelf(const ModelShelf& other) : why_not_(other.why_not_) {
  const std::lock_guard lock(other.mutex_);
  slots_ = other.slots_;
}

void ModelShelf::open_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, slot] : slots_) {
    try {
      open(slot);
    } catch (const Error&) {  // find() tries again and tells
    }
  }
}

const Artifact* ModelShelf::open(Slot& slot) {
  if (slot.artifact != nullptr) return slot.artifact.get();
  slot.artifact = open_version(slot.version);
  return slot.artifact.get();
}

void ModelShelf::put(const ModelVersion& version, std::shared_ptr<const Artifact> artifact) {
  const std::lock_guard lock(mutex_);
  slots_[version.name] = {version, std::move(artifact)};
}

void ModelShelf::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto slot = slots_.find(name); slot != slots_.end()) slots_.erase(slot);
}

const Artifact* ModelShelf::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  take_note(name, false);
  const auto slot = slots_.find(name);
  if (slot == slots_.end()) return nullptr;
  const Artifact* artifact = open(slot->second);
  take_note(name, true);
  return artifact;
}

std::string ModelShelf::why_not(std::string_view name) const {
  const auto found = why_not_.find(name);
  return found == why_not_.end() ? "" : found->second;
}

std::vector<AskedModel> ModelShelf::asked() const {
  const std::lock_guard lock(mutex_);
  return models_by_name(asked_);
}

std::vector<const ModelVersion*> ModelShelf::used() const {
  const std::lock_guard lock(mutex_);
  std::vector<const ModelVersion*> used;
  for (const auto& [name, slot] : slots_) {
    const auto asked = asked_.find(name);
    if (asked != asked_.end() && asked->second) used.push_back(&slot.version);
  }
  return used;
}

void ModelShelf::take_note(std::string_view name, bool is_found) {
  if (name.empty()) return;  // no model's name
  asked_[std::string(name)] = is_found;
  if (!recordings_.empty()) recordings_.back()[std::string(name)] = is_found;
}

void ModelShelf::note(const AskedModel& asked) {
  const std::lock_guard lock(mutex_);
  take_note(asked.name, asked.is_found);
}

void ModelShelf::begin_recording() {
  const std::lock_guard lock(mutex_);
  recordings_.emplace_back();
}

void ModelShelf::end_recording() {
  const std::lock_guard lock(mutex_);
  recordings_.pop_back();
}

std::vector<AskedModel> ModelShelf::recorded() const {
  const std::lock_guard lock(mutex_);
  return recordings_.empty() ? std::vector<AskedModel>() : models_by_name(recordings_.back());
}

}  // namespace engine
