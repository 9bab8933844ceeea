// The models of a store: which versions there are, which one a run may use.
//
//   LIBRARY.db.models/NAME/AS_OF-N/   one artifact each (models/artifact.hpp)
//
// A version becomes known to the store in one transaction once its files are whole and synced, so a
// training that is killed leaves what was there. A run as of `now` uses the latest version that was
// trained as of `now` or before: a model of tomorrow would tell it about tomorrow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "models/artifact.hpp"
#include "store/store.hpp"

namespace engine {

struct ModelVersion {
  std::int64_t id = 0;
  std::string name;        // "model.item_cf"
  std::int64_t as_of = 0;  // Unix seconds
  std::string card, path;  // JSON; the folder
};

/// LIBRARY.db.models.
std::string models_folder(const std::string& store);

/// By name, newest as_of first, then newest training.
std::vector<ModelVersion> list_models(const Store& store);
/// For every name the version that a run as of `now` uses.
std::vector<ModelVersion> models_as_of(const Store& store, std::int64_t now);
/// Adds a version whose files are in place and drops those of its name beyond the newest `kept`,
/// files included. Returns its id.
std::int64_t add_model(Store& store, const ModelVersion& version, int kept);
/// Removes folders below models_folder() that no version names: of trainings that were killed.
void remove_unknown_models(const Store& store, const std::string& folder);

/// Opens artifacts when somebody asks for them, once. Threads: any.
class ModelShelf {
 public:
  explicit ModelShelf(const std::vector<ModelVersion>& versions = {});
  /// The same models for another run: what `other` has opened is open here too, and nothing was
  /// asked for yet.
  ModelShelf(const ModelShelf& other);
  ModelShelf& operator=(const ModelShelf&) = delete;

  /// Opens every model, so that processes forked from here share them. One that is damaged stays
  /// closed: find() will tell.
  void open_all();

  /// nullptr when there is no such model as of the run. Throws Error(kStore) that names the model
  /// when its files are damaged.
  const Artifact* find(std::string_view name);
  /// The models that were asked for and found, by name.
  [[nodiscard]] std::vector<const ModelVersion*> used() const;

 private:
  struct Slot {
    ModelVersion version;
    std::shared_ptr<const Artifact> artifact;
    bool is_used = false;
  };
  const Artifact* open(Slot& slot);
  mutable std::mutex mutex_;
  std::map<std::string, Slot, std::less<>> slots_;
};

/// The owner of a CallContext whose element may read artifacts and, where it is a model, write one:
///   context.owner = &services;
///   context.service = [&](std::string_view id) { return model_service(services, id); };
struct ModelServices {
  ModelShelf* shelf = nullptr;
  ArtifactWriter* writer = nullptr;  // nullptr: not a training
};
/// PLAYLIST_SERVICE_ARTIFACTS and PLAYLIST_SERVICE_ARTIFACT_WRITER; nullptr for other ids.
const void* model_service(const ModelServices& services, std::string_view id);

}  // namespace engine
