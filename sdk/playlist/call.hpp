// One call of an element: what it may read, write and ask the host for. Every kind has its own,
// which adds to Call what the kind is about:
//
//   RecallCall     recall.hpp; candidates to fill
//   RankingCall    in(k), out_f32(k): columns of the candidates
//   FilteringCall  drop(row, reason)
//   OrderingCall   candidates to arrange
//   OutputCall     playlist(), write(bytes)
//   SourceCall     rows.hpp; input(), rows(table), bucket(...), finish(total)
//   ModelCall      matrix(...), table(...), card(...)
//
// Row numbers start at 0 at the first row of the call; columns are already cut to the call's rows.
// Threads: a call belongs to the thread that run() was entered on.
#pragma once

#include "playlist/args.hpp"
#include "playlist/columns.hpp"
#include "playlist/error.hpp"
#include "playlist/plugin.h"
#include "playlist/random.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace playlist {

/// The host's services of one call; nullptr when this call has no such service.
template <class Service>
const Service* find_service(const playlist_host* host, const char* id) {
  return static_cast<const Service*>(host->service(host, id));
}

class Call {
 public:
  Call(const playlist_host* host, const playlist_io* io) : host_(host), io_(io) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] const playlist_host* host() const { return host_; }
  [[nodiscard]] const playlist_io& io() const { return *io_; }

  // ---- the run ----
  /// The run's clock, Unix seconds, UTC. Never ask the system for the time.
  [[nodiscard]] std::int64_t now() const { return host_->now(host_); }
  /// A generator of its own for each name, from the run's seed; the same name gives the same
  /// numbers only once: a second call continues the stream with a new generator.
  [[nodiscard]] Random random(const char* stream) const {
    return Random(host_->random(host_, stream));
  }
  /// Call every ~10 000 rows; throws Cancelled when the user stopped the run.
  void checkpoint() const {
    if (host_->cancelled(host_)) throw Cancelled();
  }
  /// The same, and tells how much is done, 0..1; also the watchdog's heartbeat.
  void checkpoint(double fraction) const {
    host_->progress(host_, fraction);
    checkpoint();
  }
  /// For the developer: shown with --verbose.
  void debug(const std::string& message) const { log(PLAYLIST_LOG_DEBUG, message); }
  /// A notice of the run: a fallback taken, a table that was empty.
  void info(const std::string& message) const { log(PLAYLIST_LOG_INFO, message); }
  void warning(const std::string& message) const { log(PLAYLIST_LOG_WARNING, message); }
  /// The config value "ELEMENT.key".
  [[nodiscard]] std::optional<std::string_view> setting(const char* key) const {
    const char* value = host_->setting(host_, key);
    return value ? std::optional<std::string_view>(value) : std::nullopt;
  }

  // ---- texts: explanations and reasons ----
  /// The code of a text; equal texts have equal codes.
  std::int32_t text(std::string_view utf8) const {
    return host_->text(host_, utf8.data(), utf8.size());
  }
  /// The code of the joined parts: `call.because("similar to ", artist, ", which you liked ", n,
  /// " times")`. Costs about 0.1 us; make one code per seed, not per candidate, where you can.
  template <class... Parts>
  std::int32_t because(const Parts&... parts) const {
    return text(concat(parts...));
  }

  // ---- tables of the library and the user, as of now: playlist/plugin.h says which ----
  /// Throws Error for a name the engine does not know. A known table without rows is empty.
  [[nodiscard]] Table table(const char* name) const {
    const playlist_table* found = tables().table(host_, name);
    if (!found) throw Error(concat("the engine has no table ", name));
    return Table(found, name);
  }
  [[nodiscard]] Lists lists(const char* name) const {
    const playlist_lists* found = tables().lists(host_, name);
    if (!found) throw Error(concat("the engine has no lists ", name));
    return Lists(found);
  }
  /// Throws NoData when no track has an embedding of this space.
  [[nodiscard]] Matrix embedding(const char* space) const {
    const playlist_matrix* found = tables().embedding(host_, space);
    if (!found) throw NoData(concat("no track has an embedding of the space ", space));
    return Matrix(found);
  }

  // ---- artifacts of trained models: `model` is the name it was trained under, "model.als" ----
  /// Each throws NoData, naming the command that trains it, when the model was never trained or
  /// holds nothing of this name.
  [[nodiscard]] Matrix artifact_matrix(const char* model, const char* name) const {
    const auto* service = artifacts();
    const playlist_matrix* found = service ? service->matrix(host_, model, name) : nullptr;
    if (!found) throw lacking(model, "matrix ", name);
    return Matrix(found);
  }
  [[nodiscard]] Table artifact_table(const char* model, const char* name) const {
    const auto* service = artifacts();
    const playlist_table* found = service ? service->table(host_, model, name) : nullptr;
    if (!found) throw lacking(model, "table ", name);
    return Table(found, name);
  }
  [[nodiscard]] Lists artifact_lists(const char* model, const char* name) const {
    const auto* service = artifacts();
    const playlist_lists* found = service ? service->lists(host_, model, name) : nullptr;
    if (!found) throw lacking(model, "lists ", name);
    return Lists(found);
  }
  [[nodiscard]] std::string_view artifact_bytes(const char* model, const char* name) const {
    const auto* service = artifacts();
    std::uint64_t length = 0;
    const void* found = service ? service->bytes(host_, model, name, &length) : nullptr;
    if (!found) throw lacking(model, "bytes ", name);
    return {static_cast<const char*>(found), static_cast<std::size_t>(length)};
  }
  /// The JSON object the model wrote, with what the engine noted ("as_of", "data").
  [[nodiscard]] std::string_view artifact_card(const char* model) const {
    const auto* service = artifacts();
    const char* found = service ? service->card(host_, model) : nullptr;
    if (!found) throw lacking(model);
    return found;
  }

 protected:
  /// Says whether the model was never trained or has no such part: "matrix " or the like, and its
  /// name.
  [[nodiscard]] NoData lacking(const char* model, const char* part = "",
                               const char* name = "") const {
    const std::string_view title = model;
    const std::string_view command = title.substr(title.starts_with("model.") ? 6 : 0);
    const auto* service = artifacts();
    if (service && service->card(host_, model))
      return NoData(
          concat(title, " has no ", part, name, "; train it again with: engine train ", command));
    return NoData(concat(title, " has not been trained; train it with: engine train ", command));
  }
  template <class Service>
  const Service& require_service(const char* id) const {
    const auto* service = find_service<Service>(host_, id);
    if (!service) throw Error(concat("this engine offers no ", id, " here"));
    return *service;
  }
  /// A service's answer: stops the element when the host refused.
  static void check(playlist_status status, const char* doing) {
    if (status == PLAYLIST_OK) return;
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    throw Error(concat("the engine stopped ", doing), status);
  }

 private:
  void log(std::int32_t level, const std::string& message) const {
    host_->log(host_, level, message.c_str());
  }
  [[nodiscard]] const playlist_tables& tables() const {
    if (!tables_) tables_ = &require_service<playlist_tables>(PLAYLIST_SERVICE_TABLES);
    return *tables_;
  }
  [[nodiscard]] const playlist_artifacts* artifacts() const {
    return find_service<playlist_artifacts>(host_, PLAYLIST_SERVICE_ARTIFACTS);
  }

  const playlist_host* host_;
  const playlist_io* io_;
  mutable const playlist_tables* tables_ = nullptr;
};

/// A call over candidates: their columns, cut to the rows of this call.
class ColumnCall : public Call {
 public:
  using Call::Call;

  /// Rows of this call; all candidates unless the element is PLAYLIST_ROWWISE.
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(io().end - io().begin); }
  [[nodiscard]] std::span<const std::int32_t> track() const {
    return Column(Table(io().candidates, "candidates")["track"]).i32().subspan(begin(), rows());
  }
  /// The k-th of kInputs, or the column a COLUMN parameter chose: `in(args.column("by"))`.
  [[nodiscard]] Column in(std::size_t k) const {
    if (!io().in[k]) throw Error(concat("input ", k, " is absent; ask has_input() first"));
    return {io().in[k], io().begin, io().end - io().begin};
  }
  [[nodiscard]] bool has_input(std::size_t k) const { return io().in[k] != nullptr; }

 protected:
  [[nodiscard]] std::size_t begin() const { return static_cast<std::size_t>(io().begin); }
};

/// Fills every row of its declared outputs, with a missing value where there is none. Rows stand in
/// the order that the recipe has given them so far; an element whose outputs go by it is
/// PLAYLIST_ORDERWISE.
class RankingCall : public ColumnCall {
 public:
  using ColumnCall::ColumnCall;

  [[nodiscard]] std::span<float> out_f32(std::size_t k) const {
    return items<float>(k, PLAYLIST_F32);
  }
  [[nodiscard]] std::span<double> out_f64(std::size_t k) const {
    return items<double>(k, PLAYLIST_F64);
  }
  [[nodiscard]] std::span<std::int32_t> out_i32(std::size_t k) const {
    return items<std::int32_t>(k, PLAYLIST_I32);
  }
  [[nodiscard]] std::span<std::int64_t> out_i64(std::size_t k) const {
    return items<std::int64_t>(k, PLAYLIST_I64);
  }
  [[nodiscard]] std::span<std::uint8_t> out_u8(std::size_t k) const {
    return items<std::uint8_t>(k, PLAYLIST_U8);
  }
  /// Write codes of text().
  [[nodiscard]] std::span<std::int32_t> out_text(std::size_t k) const {
    return items<std::int32_t>(k, PLAYLIST_STRING);
  }

 private:
  template <class T>
  [[nodiscard]] std::span<T> items(std::size_t k, std::uint32_t type) const {
    const playlist_column* column = io().out[k];
    if (column->type != type) {
      throw Error(concat("output ", column->name, " is declared as ", type_name(column->type),
                         ", not ", type_name(type)));
    }
    return {static_cast<T*>(column->data) + begin(), rows()};
  }
};

/// Drops rows, each with a reason.
class FilteringCall : public ColumnCall {
 public:
  using ColumnCall::ColumnCall;

  /// `reason` is a code of text(): "heard 12 times in the last 30 days".
  void drop(std::size_t row, std::int32_t reason = kMissingText) const {
    io().keep[begin() + row] = 0;
    if (io().reasons) io().reasons[begin() + row] = reason;
  }
  [[nodiscard]] bool is_kept(std::size_t row) const { return io().keep[begin() + row] != 0; }
};

/// Arranges the candidates: the element returns the row numbers in playing order, each once at
/// most; rows it leaves out are not played.
class OrderingCall : public ColumnCall {
 public:
  using ColumnCall::ColumnCall;
};

/// Writes a playlist as bytes.
class OutputCall : public Call {
 public:
  using Call::Call;

  [[nodiscard]] std::string_view title() const { return view(io().playlist->title); }
  [[nodiscard]] std::string_view description() const { return view(io().playlist->description); }
  [[nodiscard]] std::string_view creator() const { return view(io().playlist->creator); }
  /// Unix seconds: the run's `now`.
  [[nodiscard]] std::int64_t created() const { return io().playlist->created; }
  /// In playing order; the columns of playlist_playlist.tracks.
  [[nodiscard]] Table tracks() const { return Table(io().playlist->tracks, "the playlist"); }

  /// Appends. Nothing reaches the file before the element has returned without an error.
  void write(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= kFlushBytes) flush();
  }
  /// Called when the element returns.
  void flush() {
    if (buffer_.empty()) return;
    const auto& sink = require_service<playlist_sink>(PLAYLIST_SERVICE_SINK);
    check(sink.write(host(), buffer_.data(), buffer_.size()), "the output");
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kFlushBytes = 1 << 16;
  static std::string_view view(const char* text) { return text ? text : ""; }
  std::string buffer_;
};

/// Writes an artifact: named matrices, tables, lists, bytes, and a card. The host swaps it in whole
/// at the end. It outlives the numbering of tracks: name them by `id` of table("tracks").
class ModelCall : public Call {
 public:
  using Call::Call;

  /// `data` is row-major, rows * columns items.
  void matrix(const char* name, std::span<const float> data, std::uint32_t columns) const {
    const playlist_matrix matrix{sizeof(playlist_matrix), columns,
                                 static_cast<std::int64_t>(columns ? data.size() / columns : 0),
                                 data.data()};
    check(writer().matrix(host(), name, &matrix), "writing the artifact");
  }
  void table(const char* name, const playlist_table& table) const {
    check(writer().table(host(), name, &table), "writing the artifact");
  }
  using Call::table;  // table(name): a table to read
  void lists(const char* name, const playlist_lists& lists) const {
    check(writer().lists(host(), name, &lists), "writing the artifact");
  }
  using Call::lists;  // lists(name): lists to read
  /// In a format of the model's own: a booster, say.
  void bytes(const char* name, std::string_view bytes) const {
    check(writer().bytes(host(), name, bytes.data(), bytes.size()), "writing the artifact");
  }
  /// A JSON object with the model's parameters and metrics.
  void card(const std::string& json) const {
    check(writer().card(host(), json.c_str()), "writing the artifact");
  }

 private:
  [[nodiscard]] const playlist_artifact_writer& writer() const {
    return require_service<playlist_artifact_writer>(PLAYLIST_SERVICE_ARTIFACT_WRITER);
  }
};

}  // namespace playlist
