#include "data/served_runs.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/column_file.hpp"

namespace engine {
namespace {

constexpr std::size_t kFewRuns = 200;  // whose tracks are read faster than looked up
// The file is written again when that part of its runs has come to it.
constexpr std::size_t kWrittenAgainAt = 16;

template <class T>
const T* file_column(const ColumnFile& file, std::string_view table, std::uint32_t at) {
  return static_cast<const T*>(file.table(table)->columns[at]->data);
}

class ServedRuns {
 public:
  ServedRuns(const Store& store, std::int64_t user_id, const std::string& folder,
             const std::string& source)
      : store_(store),
        user_id_(user_id),
        path_(folder.empty() ? "" : folder + "/served-" + std::to_string(user_id) + ".columns"),
        key_("served 1, user " + std::to_string(user_id) + " of " + source) {}

  std::vector<ServedRun> read() {
    read_heads();
    if (path_.empty() || runs_.size() < kFewRuns) {
      read_tracks(0);
    } else {
      const std::size_t known = take_known();
      read_tracks(known);
      if (runs_.size() - known > known / kWrittenAgainAt) write();
    }
    std::erase_if(runs_, [](const ServedRun& run) { return run.track_ids.empty(); });
    return std::move(runs_);
  }

 private:
  void read_heads() {
    Statement rows = store_.prepare(
        "SELECT run_id, now, random_seed, recipe FROM runs WHERE user_id = ?1 ORDER BY run_id");
    for (rows.start(user_id_); rows.step();)
      runs_.push_back({rows.integer(0),
                       rows.integer(1),
                       static_cast<std::uint64_t>(rows.integer(2)),
                       std::string(rows.text(3)),
                       {}});
  }

  /// Of the runs from number `first` on.
  void read_tracks(std::size_t first) {
    if (first == runs_.size()) return;
    Statement rows = store_.prepare(
        "SELECT t.run_id, t.track_id FROM runs r JOIN run_tracks t USING (run_id) "
        "WHERE r.user_id = ?1 AND r.run_id >= ?2 ORDER BY t.run_id, t.position");
    std::size_t at = first;
    for (rows.start(user_id_, runs_[first].run_id); rows.step();) {
      while (runs_[at].run_id != rows.integer(0)) ++at;
      runs_[at].track_ids.push_back(rows.integer(1));
    }
  }

  /// Tells a run from one that has its number in another copy of the store.
  static std::int64_t fingerprint(const ServedRun& run) {
    const std::string hash =
        content_hash(std::to_string(run.run_id) + ' ' + std::to_string(run.now) + ' ' +
                     std::to_string(run.random_seed) + ' ' + run.recipe);
    return static_cast<std::int64_t>(std::stoull(hash.substr(0, 16), nullptr, 16));
  }

  /// What only the store's row tells, of the last run that a file holds.
  [[nodiscard]] std::int64_t proof(const ServedRun& run) const {
    Statement rows = store_.prepare("SELECT playlist_hash, started_at FROM runs WHERE run_id = ?1");
    rows.start(run.run_id);
    if (!rows.step()) return 0;
    const std::string hash =
        content_hash(std::string(rows.text(0)) + ' ' + std::to_string(rows.integer(1)));
    return static_cast<std::int64_t>(std::stoull(hash.substr(0, 16), nullptr, 16));
  }

  /// Takes the tracks of the first runs from the file; how many those are.
  std::size_t take_known() {
    std::string why_not;
    const auto file = ColumnFile::open(path_, key_, why_not);
    if (!file) return 0;
    const auto count = static_cast<std::size_t>(file->table("runs")->rows);
    const auto* prints = file_column<std::int64_t>(*file, "runs", 0);
    const auto* ends = file_column<std::int64_t>(*file, "runs", 1);
    const auto* tracks = file_column<std::int64_t>(*file, "tracks", 0);
    if (count == 0 || count > runs_.size()) return 0;
    for (std::size_t k = 0; k < count; ++k)
      if (prints[k] != fingerprint(runs_[k])) return 0;
    if (*file_column<std::int64_t>(*file, "proof", 0) != proof(runs_[count - 1])) return 0;
    for (std::size_t k = 0; k < count; ++k)
      runs_[k].track_ids.assign(tracks + (k == 0 ? 0 : ends[k - 1]), tracks + ends[k]);
    return count;
  }

  void write() const {
    std::vector<std::int64_t> prints, ends, tracks;
    for (const ServedRun& run : runs_) {
      prints.push_back(fingerprint(run));
      tracks.insert(tracks.end(), run.track_ids.begin(), run.track_ids.end());
      ends.push_back(static_cast<std::int64_t>(tracks.size()));
    }
    const std::vector<std::int64_t> proofs = {proof(runs_.back())};
    ColumnWriter writer(key_);
    writer.table("runs", prints.size());
    writer.column("fingerprint", std::span<const std::int64_t>(prints));
    writer.column("end", std::span<const std::int64_t>(ends));
    writer.table("tracks", tracks.size());
    writer.column("track_id", std::span<const std::int64_t>(tracks));
    writer.table("proof", 1);
    writer.column("proof", std::span<const std::int64_t>(proofs));
    try {
      (void)writer.write(path_, ColumnWriter::Sync::kNo);
    } catch (const Error&) {
      // Then the next start reads them from SQLite again.
    }
  }

  const Store& store_;
  std::int64_t user_id_;
  std::string path_, key_;
  std::vector<ServedRun> runs_;
};

}  // namespace

std::vector<ServedRun> read_served_runs(const Store& store, std::int64_t user_id,
                                        const std::string& folder, const std::string& source) {
  return ServedRuns(store, user_id, folder, source).read();
}

std::map<std::int64_t, std::vector<ServedRun>> read_everybodys_runs(const Store& store) {
  std::map<std::int64_t, std::vector<ServedRun>> runs_of;
  Statement rows = store.prepare(
      "SELECT r.user_id, r.run_id, r.now, r.random_seed, r.recipe, t.track_id FROM runs r "
      "JOIN run_tracks t USING (run_id) WHERE r.user_id IS NOT NULL "
      "ORDER BY r.run_id, t.position");
  for (rows.start(); rows.step();) {
    std::vector<ServedRun>& runs = runs_of[rows.integer(0)];
    if (runs.empty() || runs.back().run_id != rows.integer(1))
      runs.push_back({rows.integer(1),
                      rows.integer(2),
                      static_cast<std::uint64_t>(rows.integer(3)),
                      std::string(rows.text(4)),
                      {}});
    runs.back().track_ids.push_back(rows.integer(5));
  }
  return runs_of;
}

}  // namespace engine
