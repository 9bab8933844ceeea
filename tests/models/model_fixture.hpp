// A small library that everybody's models can be trained on, and training as the engine does it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/duration.hpp"
#include "core/paths.hpp"
#include "demo/demo.hpp"
#include "models/artifact.hpp"
#include "models/models.hpp"
#include "models/open_version.hpp"
#include "models/train.hpp"
#include "models/training_lock.hpp"
#include "store/store.hpp"
#include "support/later_data.hpp"
#include "support/temporary_folder.hpp"

namespace test {

using engine::kDay;
inline constexpr std::int64_t kNow = kLaterDataBegins;

inline const std::string& plugins_folder() {
  static const std::string folder = std::string(PLAYLIST_BUILD_DIR) + "/plugins";
  return folder;
}

inline std::shared_ptr<const engine::Registry> load_plugins() {
  return engine::Registry::load(
      {{plugins_folder()},
       std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies",
       true});
}

/// "model.item_cf" and so on: every model that the built libraries offer.
inline std::vector<std::string> model_names() {
  std::vector<std::string> names;
  const auto registry = load_plugins();
  for (const engine::Element* model : registry->elements(PLAYLIST_MODEL))
    names.emplace_back(model->description->name);
  return names;
}

class ModelLibrary {
 public:
  ModelLibrary() {
    engine::DemoOptions demo;
    demo.tracks = 400;
    demo.artists = 60;
    demo.genres = 8;
    demo.listens = 1500;
    demo.users = 4;
    demo.days = 90;
    demo.now = kNow;
    engine::make_demo(path(), demo, {});
  }

  [[nodiscard]] std::string path() const { return folder_.file("library.db"); }
  [[nodiscard]] std::string models() const { return engine::models_folder(path()); }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

  void change(const std::string& sql) const {
    engine::Store store = engine::Store::open(path());
    store.execute(sql);
    store.bump_data_version();
  }

  [[nodiscard]] engine::TrainRequest request(std::vector<std::string> names,
                                             std::int64_t as_of = kNow) const {
    engine::TrainRequest request;
    request.store = path();
    request.names = std::move(names);
    request.as_of = as_of;
    request.options.store = path();
    request.options.user = "demo";
    request.options.cache = engine::column_cache_folder(path());
    request.columns = engine::prepare_columns(request.options);
    request.load_plugins = load_plugins;
    request.limits.wall_seconds = 300;
    request.limits.cpu_seconds = 0;
    return request;
  }

  std::vector<engine::TrainedModel> train(std::vector<std::string> names,
                                          std::int64_t as_of = kNow) const {
    return engine::train_models(request(std::move(names), as_of), {});
  }

  [[nodiscard]] std::vector<engine::ModelVersion> versions() const {
    return engine::list_models(engine::Store::open(path()));
  }

 private:
  TemporaryFolder folder_;
};

/// What a model learned, byte for byte; its card holds the clock too.
inline std::string learned(const engine::ModelVersion& version) {
  return engine::read_file(version.path + "/artifact.columns");
}

}  // namespace test
