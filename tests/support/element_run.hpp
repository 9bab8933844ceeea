// Runs one element of the built plugins over a TinyLibrary, the way the engine does.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/models.hpp"
#include "plan/candidates.hpp"
#include "plugin/arguments.hpp"
#include "plugin/http_service.hpp"
#include "plugin/registry.hpp"
#include "support/element_library.hpp"
#include "support/temporary_folder.hpp"

namespace support {

/// The plugins in the build folder, loaded once.
const engine::Registry& elements();
/// Names of all elements of the libraries this folder tests, of one kind, but for remote ones, which
/// want a service or player (tests/players).
std::vector<std::string> element_names(std::uint32_t kind);

/// What a call told besides its result.
struct Told {
  playlist_status status = PLAYLIST_OK;
  std::string message;               // of NO_DATA
  std::vector<std::string> notices;  // log lines at INFO or above
};

class TrainedModels;

struct RunOptions {
  std::uint64_t random_seed = 1;
  std::function<bool()> is_cancelled = {};
  TrainedModels* models = nullptr;  // that the element may read
  engine::AskOutside ask = {};      // over HTTP
};

struct RecalledTrack {
  std::int32_t track;
  float score;
  std::string explanation;
  std::string seed = {};  // of a recall with these columns
  float seed_share = std::numeric_limits<float>::quiet_NaN();
};
struct Recalled : Told {
  std::vector<RecalledTrack> tracks;
  [[nodiscard]] std::vector<std::int32_t> numbers() const;
};
Recalled run_recall(const std::string& name, const engine::Arguments& arguments,
                    const TinyLibrary& library, const RunOptions& options = {});

/// Candidates of these tracks with the library's columns of the same name as the element's inputs
/// and COLUMN parameters, unless `columns` has them.
engine::Candidates candidates_of(std::vector<std::int32_t> tracks,
                                 std::vector<engine::CandidateColumn> columns = {});

struct Filtered : Told {
  std::vector<std::int32_t> kept;               // track numbers, in order
  std::map<std::int32_t, std::string> reasons;  // of the dropped tracks
};
Filtered run_filter(const std::string& name, const engine::Arguments& arguments,
                    const TinyLibrary& library, const engine::Candidates& candidates,
                    const RunOptions& options = {});

struct Ranked : Told {
  std::map<std::string, std::vector<double>> columns;  // NaN where missing
  std::vector<std::string> explanations;               // "" where the element tells none
};
Ranked run_rank(const std::string& name, const engine::Arguments& arguments,
                const TinyLibrary& library, const engine::Candidates& candidates,
                const RunOptions& options = {});

struct Ordered : Told {
  std::vector<std::int32_t> rows;
};
Ordered run_order(const std::string& name, const engine::Arguments& arguments,
                  const TinyLibrary& library, const engine::Candidates& candidates,
                  const RunOptions& options = {});

struct Written : Told {
  std::string bytes;
};
/// A playlist of these tracks, with what the library knows about them.
struct PlaylistOf {
  std::vector<std::int32_t> tracks;
  std::string title = "Example Mix", description = "For a test.", creator = "example-user";
  std::vector<std::string> explanations = {};  // as many as tracks, or none
};
Written run_output(const std::string& name, const TinyLibrary& library, const PlaylistOf& playlist,
                   const RunOptions& options = {});

/// Models trained on a library, for elements that read them.
class TrainedModels {
 public:
  TrainedModels() = default;
  /// Trains one model ("model.item_cf"), which may read those trained before. What it wrote is
  /// found by find() unless it ended otherwise than well.
  Told train(const std::string& name, const TinyLibrary& library,
             const engine::Arguments& arguments = {}, const RunOptions& options = {});
  /// An artifact as the model's newest version.
  void keep(const std::string& name, const TinyLibrary& library, engine::ArtifactWriter& writer);
  /// All models there are, with the parameters they have by default.
  void train_all(const TinyLibrary& library);
  [[nodiscard]] const engine::Artifact& find(const std::string& name) const;
  [[nodiscard]] engine::ModelShelf& shelf() { return *shelf_; }

 private:
  TemporaryFolder folder_;
  std::vector<engine::ModelVersion> versions_;
  std::unique_ptr<engine::ModelShelf> shelf_ = std::make_unique<engine::ModelShelf>();
};

/// A set of tracks as an argument; keep it while the element runs.
class TrackSetArgument {
 public:
  explicit TrackSetArgument(const std::vector<std::int32_t>& tracks);
  [[nodiscard]] engine::TracksArgument argument() const;

 private:
  std::unique_ptr<engine::OwnedTable> table_;
};

/// The columns an element asks for, gathered for the candidates.
class ElementInputs {
 public:
  ElementInputs(const playlist_element& element, const std::vector<std::string>& named,
                const TinyLibrary& library, const engine::Candidates& candidates);
  [[nodiscard]] const std::vector<const playlist_column*>& columns() const { return pointers_; }

 private:
  std::vector<std::unique_ptr<engine::CandidateColumn>> gathered_;
  std::vector<std::unique_ptr<playlist_column>> columns_;
  std::vector<const playlist_column*> pointers_;
};

}  // namespace support
