#include "plugin/host.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "core/column_types.hpp"
#include "core/shown_text.hpp"

namespace engine {
namespace {

constexpr std::size_t kLongestText = 1 << 20;  // bytes: explanations, reasons, words of columns

}  // namespace

std::uint64_t stream_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::uint64_t state = seed;
  state = playlist::splitmix64(state) ^ hash;
  return playlist::splitmix64(state);
}

/// The functions a plugin calls. Texts that come in are made UTF-8. None may throw: they are
/// entered from C. What goes wrong on this side is kept in host_problem_ and ends the call even
/// when the plugin returns PLAYLIST_OK.
struct HostFunctions {
  template <class Result, class Body>
  static Result guarded(const playlist_host* host, Result otherwise, Body&& body) noexcept {
    CallHost& self = CallHost::of(host);
    try {
      return body(self);
    } catch (const std::bad_alloc&) {
      self.note_problem("out of memory");
    } catch (const std::exception& error) {
      self.note_problem(error.what());
    }
    return otherwise;
  }

  static void log(const playlist_host* host, std::int32_t level, const char* message) noexcept {
    guarded(host, 0, [&](CallHost& self) {
      const std::lock_guard lock(self.mutex_);
      if (!self.context_.log) return 0;
      MessageBound& bound = level <= PLAYLIST_LOG_DEBUG ? self.said_to_debug_ : self.said_;
      if (const auto text = bound.take(message ? message : ""))
        self.context_.log(level, valid_utf8(*text));
      return 0;
    });
  }

  static void fail(const playlist_host* host, playlist_status status,
                   const char* message) noexcept {
    guarded(host, 0, [&](CallHost& self) {
      const std::lock_guard lock(self.mutex_);
      if (self.failure_.status != PLAYLIST_OK) return 0;
      self.failure_ = {status, valid_utf8(*MessageBound().take(message ? message : ""))};
      return 0;
    });
  }

  static std::int32_t cancelled(const playlist_host* host) noexcept {
    return guarded(host, 1, [&](CallHost& self) {
      return self.context_.is_cancelled && self.context_.is_cancelled() ? 1 : 0;
    });
  }

  static void progress(const playlist_host* host, double fraction) noexcept {
    guarded(host, 0, [&](CallHost& self) {
      const std::lock_guard lock(self.mutex_);
      if (self.context_.progress) self.context_.progress(std::clamp(fraction, 0.0, 1.0));
      return 0;
    });
  }

  static std::int64_t now(const playlist_host* host) noexcept {
    return CallHost::of(host).context_.now;
  }

  static std::uint64_t random(const playlist_host* host, const char* stream) noexcept {
    return guarded(host, std::uint64_t{0}, [&](CallHost& self) {
      const std::string_view name = stream ? stream : "";
      auto found = self.streams_.find(name);
      if (found == self.streams_.end()) {
        found = self.streams_.emplace(name, stream_seed(self.context_.random_seed, name)).first;
      }
      return playlist::splitmix64(found->second);
    });
  }

  static std::int32_t text(const playlist_host* host, const char* utf8,
                           std::size_t length) noexcept {
    return guarded(host, -1, [&](CallHost& self) {
      if (utf8 == nullptr && length > 0) throw std::invalid_argument("it gave a text of no bytes");
      if (length > kLongestText) {
        throw std::invalid_argument("it gave a text of " + std::to_string(length) +
                                    " bytes, a text has at most " + std::to_string(kLongestText));
      }
      return self.context_.texts ? self.context_.texts->code(valid_utf8({utf8, length})) : -1;
    });
  }

  static const char* setting(const playlist_host* host, const char* key) noexcept {
    return guarded(host, static_cast<const char*>(nullptr), [&](CallHost& self) {
      const std::lock_guard lock(self.mutex_);
      if (!self.context_.setting || !key) return static_cast<const char*>(nullptr);
      return self.context_.setting(self.element_name_ + '.' + key);
    });
  }

  static const playlist_table* table(const playlist_host* host, const char* name) noexcept {
    return guarded(host, static_cast<const playlist_table*>(nullptr),
                   [&](CallHost& self) { return self.context_.tables->table(name); });
  }
  static const playlist_lists* lists(const playlist_host* host, const char* name) noexcept {
    return guarded(host, static_cast<const playlist_lists*>(nullptr),
                   [&](CallHost& self) { return self.context_.tables->lists(name); });
  }
  static const playlist_matrix* embedding(const playlist_host* host, const char* space) noexcept {
    return guarded(host, static_cast<const playlist_matrix*>(nullptr),
                   [&](CallHost& self) { return self.context_.tables->embedding(space); });
  }

  static const playlist_input* file(const playlist_host* host, const char* param) noexcept {
    return guarded(host, static_cast<const playlist_input*>(nullptr), [&](CallHost& self) {
      const bool is_asked = self.arguments != nullptr && param != nullptr;
      const HeldFile* held = is_asked ? self.arguments->file(param) : nullptr;
      return held == nullptr ? nullptr : &held->view;
    });
  }

  static playlist_status write(const playlist_host* host, const void* bytes,
                               std::size_t length) noexcept {
    return guarded(host, playlist_status{PLAYLIST_ERROR}, [&](CallHost& self) {
      return playlist_status{self.context_.sink(bytes, length) ? PLAYLIST_OK : PLAYLIST_ERROR};
    });
  }

  static playlist_status append(const playlist_host* host, const std::int32_t* tracks,
                                const float* scores, const std::int32_t* explanations,
                                const void* const* columns, std::int64_t count) noexcept {
    if (count <= 0) return PLAYLIST_OK;
    return guarded(host, playlist_status{PLAYLIST_ERROR}, [&](CallHost& self) {
      check_rows(self, tracks, scores, columns, count);
      append_rows(*self.recalled, self.element->out, tracks, scores, explanations, columns, count);
      return playlist_status{PLAYLIST_OK};
    });
  }

  static void check_rows(const CallHost& self, const std::int32_t* tracks, const float* scores,
                         const void* const* columns, std::int64_t count) {
    if (!tracks || !scores) {
      throw std::invalid_argument("it appended candidates without tracks or scores");
    }
    for (std::size_t k = 0; k < self.recalled->columns.size(); ++k) {
      if (columns && columns[k]) continue;
      throw std::invalid_argument(std::string("it appended candidates without their column ") +
                                  self.element->out[k]->name);
    }
    const Tables* tables = self.context_.tables;
    const playlist_table* library = tables ? tables->table("tracks") : nullptr;
    const std::int64_t track_count = library ? library->rows : INT32_MAX;
    for (std::int64_t i = 0; i < count; ++i) {
      if (tracks[i] < 0 || tracks[i] >= track_count) {
        throw std::invalid_argument("it gave track " + std::to_string(tracks[i]) +
                                    ", which the library does not have");
      }
      if (!std::isfinite(scores[i])) {
        throw std::invalid_argument("it gave track " + std::to_string(tracks[i]) +
                                    " a score that is " +
                                    (std::isnan(scores[i]) ? "not a number" : "infinite"));
      }
    }
  }

  static void append_rows(RecalledRows& rows, const playlist_field* const* outputs,
                          const std::int32_t* tracks, const float* scores,
                          const std::int32_t* explanations, const void* const* columns,
                          std::int64_t count) {
    rows.tracks.insert(rows.tracks.end(), tracks, tracks + count);
    rows.scores.insert(rows.scores.end(), scores, scores + count);
    if (explanations) {
      rows.explanations.insert(rows.explanations.end(), explanations, explanations + count);
    } else {
      rows.explanations.resize(rows.tracks.size(), -1);
    }
    for (std::size_t k = 0; k < rows.columns.size(); ++k) {
      const auto* items = static_cast<const std::uint8_t*>(columns[k]);
      const std::size_t bytes = static_cast<std::size_t>(count) * item_length(outputs[k]->type);
      rows.columns[k].insert(rows.columns[k].end(), items, items + bytes);
    }
  }

  static const void* service(const playlist_host* host, const char* id) noexcept {
    static constexpr playlist_tables kTables{sizeof(playlist_tables), 0, table, lists, embedding};
    static constexpr playlist_candidates kCandidates{sizeof(playlist_candidates), 0, append};
    static constexpr playlist_sink kSink{sizeof(playlist_sink), 0, write};
    static constexpr playlist_files kFiles{sizeof(playlist_files), 0, file};
    CallHost& self = CallHost::of(host);
    if (!id) return nullptr;
    const std::string_view wanted = id;
    if (wanted == PLAYLIST_SERVICE_TABLES && self.context_.tables) return &kTables;
    if (wanted == PLAYLIST_SERVICE_FILES) return &kFiles;
    if (wanted == PLAYLIST_SERVICE_CANDIDATES && self.recalled) return &kCandidates;
    if (wanted == PLAYLIST_SERVICE_SINK && self.context_.sink) return &kSink;
    const CallService* further = self.context_.find(wanted);
    return further == nullptr ? nullptr : further->functions;
  }
};

CallHost::CallHost(CallContext context, std::string element)
    : playlist_host{sizeof(playlist_host),    PLAYLIST_ABI_MAJOR,
                    PLAYLIST_ABI_MINOR,       0,
                    "playlist-engine",        PLAYLIST_ENGINE_VERSION,
                    HostFunctions::log,       HostFunctions::fail,
                    HostFunctions::cancelled, HostFunctions::progress,
                    HostFunctions::now,       HostFunctions::random,
                    HostFunctions::text,      HostFunctions::setting,
                    HostFunctions::service},
      context_(std::move(context)),
      element_name_(std::move(element)) {}

CallHost::~CallHost() {
  if (!context_.log) return;
  try {
    if (const std::string rest = said_to_debug_.rest(); !rest.empty())
      context_.log(PLAYLIST_LOG_DEBUG, rest);
    if (const std::string rest = said_.rest(); !rest.empty())
      context_.log(PLAYLIST_LOG_WARNING, rest);
  } catch (const std::exception&) {
    // Whoever listens is gone, and says so where it matters.
  }
}

void CallHost::note_problem(const char* what) {
  const std::lock_guard lock(mutex_);
  host_problem_ = what;
}

CallFailure CallHost::failure() const {
  const std::lock_guard lock(mutex_);
  return host_problem_.empty() ? failure_ : CallFailure{PLAYLIST_ERROR, host_problem_};
}

void CallHost::clear_failure() {
  const std::lock_guard lock(mutex_);
  failure_ = {};
  host_problem_.clear();
}

CallHost& CallHost::of(const playlist_host* host) {
  return const_cast<CallHost&>(static_cast<const CallHost&>(*host));
}

const CallContext* CallContext::of(const playlist_host* host) {
  return &CallHost::of(host).context();
}

}  // namespace engine
