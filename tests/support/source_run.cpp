#include "support/source_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/error.hpp"
#include "plugin/call.hpp"
#include "plugin/registry.hpp"

namespace test {
namespace {

const engine::Registry& registry() {
  static const auto loaded = [] {
    engine::Registry::Options options;
    options.directories = {PLAYLIST_BUILD_DIR "/plugins/source"};
    options.copies = PLAYLIST_BUILD_DIR "/plugin-copies";
    options.is_safe_only = false;
    auto found = engine::Registry::load(options);
    for (const auto& problem : found->problems()) {
      throw std::runtime_error(problem.path + ": " + problem.message);
    }
    return found;
  }();
  return *loaded;
}

/// The bytes with the zeros behind them that a playlist_input has.
struct PaddedInput : playlist_input {
  PaddedInput(const std::string& file_name, std::string_view content, const std::string& mapping)
      : playlist_input{}, padded(content), name_text(file_name), columns_text(mapping) {
    padded.append(64, '\0');
    size = sizeof(playlist_input);
    path = name_text.c_str();
    const std::size_t slash = name_text.rfind('/');
    name = path + (slash == std::string::npos ? 0 : slash + 1);
    bytes = reinterpret_cast<const std::uint8_t*>(padded.data());
    length = content.size();
    head_length = std::min<std::uint64_t>(length, 64 << 10);
    columns = columns_text.c_str();
  }
  std::string padded, name_text, columns_text;
};

using Settings = std::map<std::string, std::string>;

engine::CallContext context_for(CollectedRows* rows, const Settings* settings = nullptr) {
  engine::CallContext context;
  context.now = 1'767'225'600;
  if (settings != nullptr) {
    context.setting = [settings](std::string_view key) -> const char* {
      const std::size_t beside = key.find("beside:");  // a name with dots of its own
      const auto found = settings->find(
          std::string(key.substr(beside != std::string_view::npos ? beside : key.rfind('.') + 1)));
      return found == settings->end() ? nullptr : found->second.c_str();
    };
  }
  if (rows == nullptr) return context;
  context.log = [rows](int level, std::string_view text) {
    if (level >= PLAYLIST_LOG_INFO) rows->notices.emplace_back(text);
  };
  for (const char* id : {PLAYLIST_SERVICE_ROWS, PLAYLIST_SERVICE_VECTORS, PLAYLIST_SERVICE_MEMBERS})
    context.services.push_back({id, CollectedRows::service(id)});
  return context;
}

SourceRun run(const engine::Element* source, const playlist_input& input,
              CollectedRows::Keep keep = CollectedRows::Keep::kValues,
              const Settings* settings = nullptr, const std::string* ids = nullptr) {
  SourceRun outcome;
  outcome.rows = std::make_unique<CollectedRows>(keep);
  if (ids != nullptr) outcome.rows->ids = *ids;
  if (source == nullptr) return outcome;
  outcome.source = source->description->name;
  try {
    engine::ElementInstance instance(*source, engine::check_arguments(*source->description, {}, ""),
                                     context_for(outcome.rows.get(), settings));
    const auto result = instance.read(input);
    if (result.status != PLAYLIST_OK) outcome.error = result.message;
    outcome.is_unsupported = result.status == PLAYLIST_UNSUPPORTED;
  } catch (const engine::Error& error) {
    outcome.error = error.what();
  }
  return outcome;
}

}  // namespace

std::string SourceRun::whole_lists() const {
  std::string text, teller;
  for (const CollectedRow& row : of("lists")) {
    if (row["is_whole"] != "1") continue;
    text += (text.empty() ? "" : ", ") + row["list"];
    teller = row["teller"];
  }
  return text.empty() ? "" : text + " of " + teller;
}

std::string SourceRun::reason(const std::string& bucket, std::size_t n) const {
  for (const CollectedBucket& entry : rows->buckets) {
    if (entry.bucket == bucket && n-- == 0) return entry.reason;
  }
  return "(none)";
}

std::string fixture(const std::string& path) {
  std::ifstream file(std::string(PLAYLIST_SOURCE_DIR "/tests/data/") + path, std::ios::binary);
  if (!file) throw std::runtime_error("no fixture tests/data/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

namespace {

/// Read by the surest of all sources, or the next where that says that it does not read this.
SourceRun read_by_surest(const playlist_input& input, CollectedRows::Keep keep,
                         const Settings* settings = nullptr) {
  std::vector<std::pair<int, const engine::Element*>> found;
  for (const engine::Element* source : registry().elements(PLAYLIST_SOURCE)) {
    const int sureness = engine::recognise(*source, input, context_for(nullptr));
    if (sureness > 0) found.emplace_back(sureness, source);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (found.empty()) return run(nullptr, input, keep);
  SourceRun outcome;
  for (const auto& [sureness, source] : found) {
    outcome = run(source, input, keep, settings);
    if (!outcome.is_unsupported || outcome.rows->row_count > 0) break;
  }
  return outcome;
}

}  // namespace

SourceRun read_source(const std::string& name, std::string_view bytes, const std::string& columns,
                      CollectedRows::Keep keep) {
  const PaddedInput input(name, bytes, columns);
  return read_by_surest(input, keep);
}

SourceRun read_source_set(const std::string& name, std::string_view bytes,
                          const std::map<std::string, std::string>& settings) {
  const PaddedInput input(name, bytes, "");
  return read_by_surest(input, CollectedRows::Keep::kValues, &settings);
}

SourceRun read_fixture(const std::string& path, const std::string& columns) {
  return read_source(path, fixture(path), columns);
}

SourceRun read_with(const std::string& source, const std::string& name, std::string_view bytes) {
  const PaddedInput input(name, bytes, "");
  return run(registry().find(source), input);
}

SourceRun read_with_set(const std::string& source, const std::string& name, std::string_view bytes,
                        const Settings& settings) {
  const PaddedInput input(name, bytes, "");
  return run(registry().find(source), input, CollectedRows::Keep::kValues, &settings);
}

SourceRun read_with_ids(const std::string& source, const std::string& name, std::string_view bytes,
                        const std::string& ids) {
  const PaddedInput input(name, bytes, "");
  return run(registry().find(source), input, CollectedRows::Keep::kValues, nullptr, &ids);
}

std::vector<std::string> source_names() {
  std::vector<std::string> names;
  for (const engine::Element* source : registry().elements(PLAYLIST_SOURCE)) {
    names.emplace_back(source->description->name);
  }
  return names;
}

}  // namespace test
