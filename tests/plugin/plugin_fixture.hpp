// Registries over chosen plugin files, and a library of five tracks, for the tests of this folder.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "data/tables.hpp"
#include "plugin/registry.hpp"
#include "support/temporary_folder.hpp"

namespace plugin_fixture {

namespace fs = std::filesystem;

inline const std::string kGood = PLAYLIST_BUILD_DIR "/test-plugins/";
inline const std::string kRefused = PLAYLIST_BUILD_DIR "/refused-plugins/";

/// A folder of plugins, and a folder for their copies.
class PluginFolder {
 public:
  PluginFolder() { fs::create_directory(plugins()); }
  [[nodiscard]] std::string plugins() const { return folder_.file("plugins"); }
  [[nodiscard]] std::string copies() const { return folder_.file("copies"); }
  [[nodiscard]] std::string file(const std::string& name) const { return plugins() + "/" + name; }

  PluginFolder& add(const std::string& file, const std::string& name = "") {
    fs::copy_file(file, this->file(name.empty() ? fs::path(file).filename().string() : name));
    return *this;
  }
  PluginFolder& write(const std::string& name, const std::string& bytes) {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return *this;
  }
  [[nodiscard]] std::shared_ptr<const engine::Registry> load(bool is_safe_only = true) const {
    return engine::Registry::load({{plugins()}, copies(), is_safe_only});
  }

 private:
  TemporaryFolder folder_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Tracks 0..4 with the titles "t0" .. "t4"; nothing else.
class FiveTracks final : public engine::Tables {
 public:
  const playlist_table* table(std::string_view name) const override {
    return name == "tracks" ? &table_ : nullptr;
  }
  const playlist_lists* lists(std::string_view) const override { return nullptr; }
  const playlist_matrix* embedding(std::string_view) const override { return nullptr; }
  std::int64_t now() const override { return 1'700'000'000; }

  // The same columns serve as candidates: track, energy, title.
  alignas(64) std::array<std::int32_t, 5> track{0, 1, 2, 3, 4};
  alignas(64) std::array<float, 5> energy{0.0f, 0.25f, 0.5f, 0.75f, 1.0f};
  alignas(64) std::array<std::int32_t, 5> title{0, 1, 2, 3, 4};
  std::string bytes = "t0t1t2t3t4";
  std::array<std::uint64_t, 6> offsets{0, 2, 4, 6, 8, 10};
  playlist_dict dict{sizeof(playlist_dict), 5, bytes.data(), offsets.data()};
  playlist_column track_column{sizeof(playlist_column), PLAYLIST_I32, "track", track.data(),
                               nullptr};
  playlist_column energy_column{sizeof(playlist_column), PLAYLIST_F32, "energy", energy.data(),
                                nullptr};
  playlist_column title_column{sizeof(playlist_column), PLAYLIST_STRING, "title", title.data(),
                               &dict};

  [[nodiscard]] const playlist_table& candidates() const { return table_; }

 private:
  std::array<const playlist_column*, 3> columns_{&track_column, &energy_column, &title_column};
  playlist_table table_{sizeof(playlist_table), 3, 5, columns_.data()};
};

}  // namespace plugin_fixture
