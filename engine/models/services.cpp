// What elements call to read and write artifacts. Nothing may be thrown through a plugin.
#include "core/error.hpp"
#include "models/models.hpp"
#include "plugin/call.hpp"

namespace engine {
namespace {

// ---- reading ------------------------------------------------------------------------------------

/// What `read` finds in the model's artifact. One that is damaged, or that was trained later than
/// the run's now, counts as absent, and is what the run tells: of several messages of a call the
/// first one stands. That one is damaged is told as well where the element does without it.
template <class Result, class Read>
Result from_artifact(const playlist_host* host, const char* model, Read read) {
  try {
    const std::string_view name = model == nullptr ? "" : model;
    auto& shelf = CallContext::owner<ModelShelf>(host, PLAYLIST_SERVICE_ARTIFACTS);
    if (const Artifact* artifact = shelf.find(name)) return read(*artifact);
    if (const std::string why = shelf.why_not(name); !why.empty())
      host->fail(host, PLAYLIST_NO_DATA, why.c_str());
    return nullptr;
  } catch (const Error& error) {
    const Error::Parts& parts = error.parts();
    const std::string told = error.what() + (": " + parts.why) + "; " + parts.fix;
    host->log(host, PLAYLIST_LOG_WARNING, told.c_str());
    host->fail(host, PLAYLIST_NO_DATA, told.c_str());
  } catch (const std::exception& error) {
    host->fail(host, PLAYLIST_NO_DATA, error.what());
  }
  return nullptr;
}

std::string_view name_or_empty(const char* name) {
  return name == nullptr ? "" : name;
}

const playlist_artifacts kArtifacts = {
    sizeof(playlist_artifacts),
    0,
    [](const playlist_host* host, const char* model, const char* name) {
      return from_artifact<const playlist_matrix*>(
          host, model, [&](const Artifact& found) { return found.matrix(name_or_empty(name)); });
    },
    [](const playlist_host* host, const char* model, const char* name) {
      return from_artifact<const playlist_table*>(
          host, model, [&](const Artifact& found) { return found.table(name_or_empty(name)); });
    },
    [](const playlist_host* host, const char* model, const char* name) {
      return from_artifact<const playlist_lists*>(
          host, model, [&](const Artifact& found) { return found.lists(name_or_empty(name)); });
    },
    [](const playlist_host* host, const char* model, const char* name, std::uint64_t* length) {
      return from_artifact<const void*>(host, model, [&](const Artifact& found) {
        std::uint64_t bytes = 0;
        const void* data = found.bytes(name_or_empty(name), bytes);
        if (length != nullptr) *length = bytes;
        return data;
      });
    },
    [](const playlist_host* host, const char* model) {
      return from_artifact<const char*>(host, model,
                                        [](const Artifact& found) { return found.card().c_str(); });
    }};

// ---- writing ------------------------------------------------------------------------------------

template <class Write>
playlist_status into_artifact(const playlist_host* host, Write write) {
  try {
    if (host->cancelled(host) != 0) return PLAYLIST_CANCELLED;
    write(CallContext::owner<ArtifactWriter>(host, PLAYLIST_SERVICE_ARTIFACT_WRITER));
    return PLAYLIST_OK;
  } catch (const std::exception& error) {
    host->fail(host, PLAYLIST_ERROR, error.what());
    return PLAYLIST_ERROR;
  }
}

const playlist_artifact_writer kWriter = {
    sizeof(playlist_artifact_writer),
    0,
    [](const playlist_host* host, const char* name, const playlist_matrix* matrix) {
      return into_artifact(host,
                           [&](ArtifactWriter& to) { to.matrix(name_or_empty(name), *matrix); });
    },
    [](const playlist_host* host, const char* name, const playlist_table* table) {
      return into_artifact(host,
                           [&](ArtifactWriter& to) { to.table(name_or_empty(name), *table); });
    },
    [](const playlist_host* host, const char* name, const playlist_lists* lists) {
      return into_artifact(host,
                           [&](ArtifactWriter& to) { to.lists(name_or_empty(name), *lists); });
    },
    [](const playlist_host* host, const char* name, const void* bytes, std::size_t length) {
      return into_artifact(host, [&](ArtifactWriter& to) {
        to.bytes(name_or_empty(name), {static_cast<const char*>(bytes), length});
      });
    },
    [](const playlist_host* host, const char* json) {
      return into_artifact(host, [&](ArtifactWriter& to) { to.card(name_or_empty(json)); });
    }};

}  // namespace

CallService artifacts_service(ModelShelf& shelf) {
  return {PLAYLIST_SERVICE_ARTIFACTS, &kArtifacts, &shelf};
}

CallService artifact_writer_service(ArtifactWriter& writer) {
  return {PLAYLIST_SERVICE_ARTIFACT_WRITER, &kWriter, &writer};
}

}  // namespace engine
