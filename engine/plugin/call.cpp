#include "plugin/call.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/host.hpp"

namespace engine {
namespace {

constexpr std::size_t kExplanationBytes = 1024;

Error failed(const std::string& element, const std::string& why) {
  return Error(Exit::kPlugin, element + " failed: " + why);
}

/// Every row once at most, none that does not exist.
void check_order(const std::string& element, const std::vector<std::int32_t>& order,
                 std::int64_t rows) {
  std::vector<bool> is_placed(static_cast<std::size_t>(rows));
  for (const std::int32_t row : order) {
    if (row < 0 || row >= rows) {
      throw failed(element, "it placed row " + std::to_string(row) + " of " + std::to_string(rows));
    }
    if (is_placed[static_cast<std::size_t>(row)]) {
      throw failed(element, "it placed row " + std::to_string(row) + " twice");
    }
    is_placed[static_cast<std::size_t>(row)] = true;
  }
}

std::size_t row_bytes(const std::vector<std::uint8_t>& column, std::size_t rows) {
  return rows == 0 ? 0 : column.size() / rows;
}

/// A track that came twice keeps its first place.
void drop_repeated(RecalledRows& rows) {
  const std::size_t count = rows.tracks.size();
  if (count == 0) return;
  const auto last = *std::max_element(rows.tracks.begin(), rows.tracks.end());
  std::vector<bool> is_seen(static_cast<std::size_t>(last) + 1);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto track = static_cast<std::size_t>(rows.tracks[i]);
    if (is_seen[track]) continue;
    is_seen[track] = true;
    if (kept != i) {
      rows.tracks[kept] = rows.tracks[i];
      rows.scores[kept] = rows.scores[i];
      rows.explanations[kept] = rows.explanations[i];
      for (auto& column : rows.columns) {
        const std::size_t size = row_bytes(column, count);
        std::copy_n(column.begin() + static_cast<std::ptrdiff_t>(i * size), size,
                    column.begin() + static_cast<std::ptrdiff_t>(kept * size));
      }
    }
    ++kept;
  }
  for (auto& column : rows.columns) column.resize(kept * row_bytes(column, count));
  rows.tracks.resize(kept);
  rows.scores.resize(kept);
  rows.explanations.resize(kept);
}

playlist_io empty_io(std::int64_t rows) {
  playlist_io io{};
  io.size = sizeof io;
  io.end = rows;
  return io;
}

}  // namespace

const CallService* CallContext::find(std::string_view id) const {
  const auto found = std::find_if(services.begin(), services.end(),
                                  [&](const CallService& service) { return service.id == id; });
  return found == services.end() ? nullptr : &*found;
}

const CallService& CallContext::require(std::string_view id) const {
  if (const CallService* found = find(id)) return *found;
  throw std::invalid_argument("it uses " + std::string(id) + " of another call");
}

struct ElementInstance::State {
  const playlist_element* element;
  std::string name;
  CheckedArguments arguments;
  CallHost host;
  void* self = nullptr;
  CallResult without_self;  // when create() had no data

  State(const Element& of, CheckedArguments checked, CallContext context)
      : element(of.description),
        name(of.description->name),
        arguments(std::move(checked)),
        host(std::move(context), of.description->name) {
    host.element = element;
    host.arguments = &arguments;
    create();
  }
  ~State() {
    if (self) element->destroy(self);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Calls into the plugin. A plugin without a guard may throw; that ends here.
  template <class Body>
  auto entered(Body&& body) {
    host.clear_failure();
    try {
      return body();
    } catch (const std::bad_alloc&) {
      throw failed(name, "out of memory");
    } catch (const std::exception& error) {
      throw failed(name, "an exception left the plugin: " + valid_utf8(error.what()));
    } catch (...) {
      throw failed(name, "an exception left the plugin");
    }
  }

  void create() {
    self = entered([&] { return element->create(&host, arguments.values()); });
    if (self && !host.has_host_problem()) return;
    const CallFailure failure = host.failure();
    switch (failure.status) {
      case PLAYLIST_NO_DATA:
        without_self = {failure.status, failure.message};
        return;
      case PLAYLIST_BAD_PARAM:
        throw Error(Exit::kRecipe, name + ": " + failure.message);
      case PLAYLIST_OK:
        // A guarded plugin tells nothing when it was cancelled.
        if (host.context().is_cancelled && host.context().is_cancelled()) {
          without_self = {PLAYLIST_CANCELLED, ""};
          return;
        }
        throw failed(name, "create() gave nothing and no reason");
      default:
        throw failed(name, failure.message);
    }
  }

  CallResult run(const playlist_io& io) {
    if (!self) return without_self;
    const playlist_status status = entered([&] { return element->run(self, &host, &io); });
    const CallFailure failure = host.failure();
    if (host.has_host_problem()) throw failed(name, failure.message);
    switch (status) {
      case PLAYLIST_OK:
        return {};
      case PLAYLIST_NO_DATA:
      case PLAYLIST_CANCELLED:
      case PLAYLIST_UNSUPPORTED:
        return {status, failure.message};
      case PLAYLIST_ERROR:
      case PLAYLIST_BAD_PARAM:
        throw failed(name, failure.message.empty() ? "it gives no reason" : failure.message);
      default:
        throw failed(name, "it returned the unknown status " + std::to_string(status));
    }
  }
};

ElementInstance::ElementInstance(const Element& element, CheckedArguments arguments,
                                 CallContext context)
    : state_(std::make_unique<State>(element, std::move(arguments), std::move(context))) {}
ElementInstance::~ElementInstance() = default;

bool ElementInstance::has_drawn() const {
  return state_->host.has_drawn();
}

CallResult ElementInstance::recall(RecalledRows& rows) {
  rows = {};
  rows.columns.resize(listed(state_->element->out).size());
  state_->host.recalled = &rows;
  const auto forget = [this](void*) { state_->host.recalled = nullptr; };
  const std::unique_ptr<void, decltype(forget)> at_end(&rows, forget);
  const CallResult result = state_->run(empty_io(0));
  drop_repeated(rows);
  return result;
}

CallResult ElementInstance::rank(const playlist_table& candidates,
                                 const std::vector<const playlist_column*>& in,
                                 const std::vector<const playlist_column*>& out) {
  playlist_io io = empty_io(candidates.rows);
  io.candidates = &candidates;
  io.in = in.data();
  io.out = out.data();
  return state_->run(io);
}

CallResult ElementInstance::filter(const playlist_table& candidates,
                                   const std::vector<const playlist_column*>& in,
                                   std::vector<std::uint8_t>& keep,
                                   std::vector<std::int32_t>& reasons) {
  keep.assign(static_cast<std::size_t>(candidates.rows), 1);
  reasons.assign(static_cast<std::size_t>(candidates.rows), -1);
  playlist_io io = empty_io(candidates.rows);
  io.candidates = &candidates;
  io.in = in.data();
  io.keep = keep.data();
  io.reasons = reasons.data();
  return state_->run(io);
}

CallResult ElementInstance::order(const playlist_table& candidates,
                                  const std::vector<const playlist_column*>& in,
                                  std::vector<std::int32_t>& order) {
  order.assign(static_cast<std::size_t>(candidates.rows), 0);
  std::int64_t count = 0;
  playlist_io io = empty_io(candidates.rows);
  io.candidates = &candidates;
  io.in = in.data();
  io.order = order.data();
  io.order_count = &count;
  const CallResult result = state_->run(io);
  if (count < 0 || count > candidates.rows) {
    throw failed(state_->name, "it placed " + std::to_string(count) + " rows of " +
                                   std::to_string(candidates.rows));
  }
  order.resize(static_cast<std::size_t>(count));
  check_order(state_->name, order, candidates.rows);
  return result;
}

CallResult ElementInstance::output(const playlist_playlist& playlist) {
  playlist_io io = empty_io(playlist.tracks ? playlist.tracks->rows : 0);
  io.playlist = &playlist;
  return state_->run(io);
}

CallResult ElementInstance::read(const playlist_input& input) {
  playlist_io io = empty_io(0);
  io.input = &input;
  return state_->run(io);
}

CallResult ElementInstance::train() {
  return state_->run(empty_io(0));
}

std::string ElementInstance::explain(const playlist_table& candidates,
                                     const std::vector<const playlist_column*>& in,
                                     const std::vector<const playlist_column*>& out,
                                     std::int64_t row) {
  State& state = *state_;
  if (!state.self || !state.element->explain) return "";
  playlist_io io = empty_io(candidates.rows);
  io.candidates = &candidates;
  io.in = in.data();
  io.out = out.data();
  char text[kExplanationBytes] = "";
  const playlist_status status = state.entered(
      [&] { return state.element->explain(state.self, &state.host, &io, row, text, sizeof text); });
  if (status != PLAYLIST_OK) {
    const std::string message = state.host.failure().message;
    throw failed(state.name, message.empty() ? "it cannot explain a row" : message);
  }
  text[sizeof text - 1] = '\0';
  return valid_utf8(text);  // the buffer's end may have cut a character
}

int recognise(const Element& source, const playlist_input& input, const CallContext& context) {
  CallHost host(context, source.description->name);
  int sureness = 0;
  try {
    sureness = source.description->recognise(&host, &input);
  } catch (...) {
    throw failed(source.description->name, "an exception left the plugin while it looked at " +
                                               std::string(input.path ? input.path : "the input"));
  }
  if (const CallFailure failure = host.failure(); failure.status != PLAYLIST_OK) {
    throw failed(source.description->name, failure.message);
  }
  return std::clamp(sureness, 0, 100);
}

}  // namespace engine
