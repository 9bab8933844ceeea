// One element at work: creates the instance, hands it its services, runs it, names it in every
// failure.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables.hpp"
#include "plugin/arguments.hpp"
#include "plugin/registry.hpp"

namespace engine {

/// Texts interned during a run: explanations and filter reasons. Code -1 is "none". Threads: any,
/// but for dict(), whose answer ends with the next code().
class Texts {
 public:
  Texts();
  ~Texts();
  std::int32_t code(std::string_view text);
  [[nodiscard]] std::string_view text(std::int32_t code) const;
  [[nodiscard]] const playlist_dict* dict() const;  // valid until the next code()

  /// From here to end_recording(), recorded() tells which texts were asked for, each once, in the
  /// order of the first time. Recordings nest; an inner one is no part of the outer.
  void begin_recording();
  void end_recording();
  [[nodiscard]] const std::vector<std::int32_t>& recorded() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One service of a call, beside those that CallContext itself has members for.
struct CallService {
  std::string_view id;              // "playlist.rows/1"; a text that outlives the call
  const void* functions = nullptr;  // as plugin.h declares them; handed out as they are
  void* owner = nullptr;            // whom they act for; they find it with CallContext::owner()
};

/// What one call may see and report to. All members may stay empty for calls that do not need them.
struct CallContext {
  const Tables* tables = nullptr;  // PLAYLIST_SERVICE_TABLES
  Texts* texts = nullptr;
  std::int64_t now = 0;
  std::uint64_t random_seed = 0;  // of this node: run seed mixed with the node's name
  std::function<bool()> is_cancelled;
  std::function<void(double)> progress;
  std::function<void(int level, std::string_view)> log;
  std::function<const char*(std::string_view key)> setting;  // key: "ranking.mood.model"
  std::function<bool(const void*, std::size_t)> sink;  // PLAYLIST_SERVICE_SINK; false: cannot write
  /// As many as the call needs, each with an owner of its own: of rows and archive members for a
  /// source, of the artifacts it reads and of the one it writes for a model. No id comes twice.
  std::vector<CallService> services;

  static const CallContext* of(const playlist_host* host);
  /// For the functions of a service: the owner that this call has put in with `id`. Throws
  /// std::invalid_argument when the call has no such service: the plugin kept one of another call.
  template <class Owner>
  static Owner& owner(const playlist_host* host, std::string_view id) {
    return *static_cast<Owner*>(of(host)->require(id).owner);
  }

  /// nullptr when there is none of that id.
  [[nodiscard]] const CallService* find(std::string_view id) const;

 private:
  [[nodiscard]] const CallService& require(std::string_view id) const;
};

/// The seed of a named part of something seeded; the same on every machine, for ever.
std::uint64_t stream_seed(std::uint64_t seed, std::string_view name);

/// How a call ended when it did not throw.
struct CallResult {
  playlist_status status = PLAYLIST_OK;  // OK, NO_DATA, CANCELLED or UNSUPPORTED
  std::string message;                   // the element's own words for NO_DATA and UNSUPPORTED
};

/// Rows a recall element appended.
struct RecalledRows {
  std::vector<std::int32_t> tracks;
  std::vector<float> scores;
  std::vector<std::int32_t> explanations;          // codes into CallContext::texts, -1 none
  std::vector<std::vector<std::uint8_t>> columns;  // one per declared output, raw items of its type
};

/// An instance of an element. Throws Error(kPlugin) naming the element when create() or run() fails
/// ("ranking.bad failed: model file missing") or gives something impossible, and Error(kRecipe)
/// when create() finds that parameters do not fit together. When create() has no data, the first
/// call says so.
class ElementInstance {
 public:
  ElementInstance(const Element& element, CheckedArguments arguments, CallContext context);
  ~ElementInstance();

  CallResult recall(RecalledRows& rows);
  /// `in` as described at playlist_io.in; `out` one writable column per declared output.
  CallResult rank(const playlist_table& candidates, const std::vector<const playlist_column*>& in,
                  const std::vector<const playlist_column*>& out);
  CallResult filter(const playlist_table& candidates, const std::vector<const playlist_column*>& in,
                    std::vector<std::uint8_t>& keep, std::vector<std::int32_t>& reasons);
  /// Row numbers in playing order; checked to be distinct and in range.
  CallResult order(const playlist_table& candidates, const std::vector<const playlist_column*>& in,
                   std::vector<std::int32_t>& order);
  CallResult output(const playlist_playlist& playlist);  // bytes go to CallContext::sink
  CallResult read(const playlist_input& input);          // sources; rows go to a service
  CallResult train();                                    // models; likewise what they learned
  /// It has asked for random numbers.
  [[nodiscard]] bool has_drawn() const;
  /// "" when the element does not explain.
  std::string explain(const playlist_table& candidates,
                      const std::vector<const playlist_column*>& in,
                      const std::vector<const playlist_column*>& out, std::int64_t row);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// How sure a source is that it reads `input`, 0..100.
int recognise(const Element& source, const playlist_input& input, const CallContext& context);

}  // namespace engine
