#include "cluster/scatter.hpp"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cluster/library_part.hpp"
#include "cluster/part_manifest.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"

namespace engine::cluster {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void require_people(const LibraryParts& parts) {
  if (!parts.people().empty()) return;
  throw Error(
      Exit::kNothing, "the library has no people yet",
      {parts.whole().path(), "", "", "import a listening history first, or try: engine demo"});
}

/// One folder is of one state of one library.
Json manifest_of(const ScatterRequest& request, const LibraryParts& parts) {
  return {{"format", 1},
          {"shards", request.shards},
          {"library", fs::absolute(request.columns.store).string()},
          {"state", content_hash(parts.state().base + "\n" + parts.state().all)}};
}

ScatteredShard make_unless_there(LibraryParts& parts, const std::string& folder, const Shard& shard,
                                 std::size_t& relations_left_out) {
  const auto has = [&](const User& user) { return shard.has(user.name); };
  ScatteredShard made;
  made.library = library_of_shard(folder, shard);
  made.people = static_cast<std::size_t>(std::ranges::count_if(parts.people(), has));
  made.was_there = fs::exists(made.library);
  if (made.was_there) return made;
  const fs::path place = fs::path(made.library).parent_path();
  const fs::path making = place.string() + ".making";
  fs::remove_all(making);
  fs::create_directories(making);
  relations_left_out += parts.make((making / "library.db").string(), shard.text(), has);
  fs::rename(making, place);
  return made;
}

}  // namespace

std::string library_of_shard(const std::string& folder, const Shard& shard) {
  return (fs::path(folder) /
          ("shard-" + std::to_string(shard.index) + "-of-" + std::to_string(shard.count)) /
          "library.db")
      .string();
}

Scattered scatter(const ScatterRequest& request,
                  const std::function<void(std::size_t done, std::size_t all)>& progress) {
  LibraryParts parts(request.columns, request.folder);
  require_people(parts);
  settle_manifest(request.folder, "scatter.json", manifest_of(request, parts));
  Scattered result;
  result.people = parts.people().size();
  for (Shard shard{1, request.shards}; shard.index <= shard.count; ++shard.index) {
    result.shards.push_back(
        make_unless_there(parts, request.folder, shard, result.relations_left_out));
    if (progress) progress(shard.index, shard.count);
  }
  return result;
}

}  // namespace engine::cluster
