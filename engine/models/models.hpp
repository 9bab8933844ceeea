// The models of a store: which versions there are, which one a run may use.
//
//   LIBRARY.db.models/NAME/AS_OF-N/   one artifact each (models/artifact.hpp)
//
// A version becomes known to the store in one transaction once its files are whole and synced, so a
// training that is killed leaves what was there. A run as of `now` uses the latest version that was
// trained as of `now` or before: a model of tomorrow would tell it about tomorrow.
//
// A version belongs to everybody, or to one person: then its training read what is that person's
// alone, and it serves nobody else. A person's own version goes before everybody's.
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

struct CallService;

struct ModelVersion {
  std::int64_t id = 0;
  std::string name;          // "model.item_cf"
  std::int64_t as_of = 0;    // Unix seconds
  std::string card, path;    // JSON; the folder
  std::int64_t user_id = 0;  // whose own it is; 0: everybody's
  std::string user;          // their name
};

/// LIBRARY.db.models.
std::string models_folder(const std::string& store);

/// Everybody's and each person's: by name, newest as_of first, then newest training.
std::vector<ModelVersion> list_models(const Store& store);
/// For every name the version that a run of the user's as of `now` uses, of `versions` in the order
/// of list_models(). User 0 is somebody without versions of their own.
std::vector<ModelVersion> usable_versions(const std::vector<ModelVersion>& versions,
                                          std::int64_t now, std::int64_t user_id);
/// Those of the store.
std::vector<ModelVersion> models_as_of(const Store& store, std::int64_t now, std::int64_t user_id);
/// For every name without such a version the earliest one that is the user's or everybody's, which
/// a run as of `now` may not use: what there is to say instead of "has not been trained".
std::vector<ModelVersion> models_too_late(const Store& store, std::int64_t now,
                                          std::int64_t user_id);
/// "as of 1795219200, HASH": how records of runs and cards of models tell which version was read.
std::string version_mark(const ModelVersion& version);
/// "model.als was trained as of 2026-06-01, which is after 2026-01-05, the time of this run; train
/// it with: engine train als --as-of 2026-01-05"
std::string too_late_text(const ModelVersion& version, std::int64_t now);
/// Adds a version whose files are in place and drops those of its name and user beyond the newest
/// `kept`, files included. Returns its id.
std::int64_t add_model(Store& store, const ModelVersion& version, int kept);
/// Removes folders below models_folder() that no version names: of trainings that were killed.
void remove_unknown_models(const Store& store, const std::string& folder);

/// A model that an element asked for, and whether it could have it.
struct AskedModel {
  std::string name;
  bool is_found = false;
};

/// Opens artifacts when somebody asks for them, once, and notes what is asked for: the one place
/// that knows which models a run or a training reads. Threads: any.
class ModelShelf {
 public:
  explicit ModelShelf(const std::vector<ModelVersion>& versions = {});
  /// `too_late` (models_too_late() of `now`) are not there, but why_not() can tell.
  ModelShelf(const std::vector<ModelVersion>& versions, const std::vector<ModelVersion>& too_late,
             std::int64_t now);
  /// The same models for another run: what `other` has opened is open here too, and nothing was
  /// asked for yet.
  ModelShelf(const ModelShelf& other);
  ModelShelf& operator=(const ModelShelf&) = delete;

  /// Opens every model, so that processes forked from here share them. One that is damaged stays
  /// closed: find() will tell.
  void open_all();

  /// Puts a model there that is open already, instead of another of its name.
  void put(const ModelVersion& version, std::shared_ptr<const Artifact> artifact);
  /// Takes a model away, if it is there.
  void remove(std::string_view name);

  /// nullptr when there is no such model as of the run. Throws Error(kStore) that names the model
  /// when its files are damaged.
  const Artifact* find(std::string_view name);
  /// Why there is no such model, where that is not for want of training; else "".
  [[nodiscard]] std::string why_not(std::string_view name) const;
  /// Every model that was asked for, by name.
  [[nodiscard]] std::vector<AskedModel> asked() const;
  /// The versions of those that were found, by name.
  [[nodiscard]] std::vector<const ModelVersion*> used() const;

  /// Counts as asked for: by what is not run again, as its result is still there.
  void note(const AskedModel& asked);
  /// From here to end_recording(), recorded() tells what was asked for, by name. Recordings nest;
  /// an inner one is no part of the outer.
  void begin_recording();
  void end_recording();
  [[nodiscard]] std::vector<AskedModel> recorded() const;

 private:
  struct Slot {
    ModelVersion version;
    std::shared_ptr<const Artifact> artifact;
  };
  using Asked = std::map<std::string, bool, std::less<>>;  // by name: it was found
  const Artifact* open(Slot& slot);
  void take_note(std::string_view name, bool is_found);
  mutable std::mutex mutex_;
  std::map<std::string, Slot, std::less<>> slots_;
  Asked asked_;
  std::vector<Asked> recordings_;                            // the innermost last
  std::map<std::string, std::string, std::less<>> why_not_;  // by name; never changed
};

/// PLAYLIST_SERVICE_ARTIFACTS for a call, which reads what is on the shelf.
CallService artifacts_service(ModelShelf& shelf);
/// PLAYLIST_SERVICE_ARTIFACT_WRITER for a call that trains.
CallService artifact_writer_service(ArtifactWriter& writer);

}  // namespace engine
