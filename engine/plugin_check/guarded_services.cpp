#include "plugin_check/guarded_services.hpp"

#include <algorithm>
#include <cstring>

#include "core/column_types.hpp"
#include "plugin_check/generated_library.hpp"

namespace engine {
namespace {

constexpr std::int64_t kMostRecords = 50'000'000;
constexpr std::size_t kMostNoted = 5;

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first == 0               ? 0
                               : first < 0x80           ? 1
                               : (first & 0xe0) == 0xc0 ? 2
                               : (first & 0xf0) == 0xe0 ? 3
                               : (first & 0xf8) == 0xf0 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace

/// The functions of the services.
struct GuardedServiceFunctions {
  static GuardedServices& rows_of(const playlist_host* host) {
    return CallContext::owner<GuardedServices>(host, PLAYLIST_SERVICE_ROWS);
  }
  static GuardedServices& members_of(const playlist_host* host) {
    return CallContext::owner<GuardedServices>(host, PLAYLIST_SERVICE_MEMBERS);
  }
  static GuardedServices& artifact_of(const playlist_host* host) {
    return CallContext::owner<GuardedServices>(host, PLAYLIST_SERVICE_ARTIFACT_WRITER);
  }

  // ---- how far a service was read: never yet ----
  static const char* kept(const playlist_host* /*host*/) { return nullptr; }
  static playlist_status advance(const playlist_host* host, const char* text) {
    auto& self = CallContext::owner<GuardedServices>(host, PLAYLIST_SERVICE_STATE);
    if (text == nullptr || !is_utf8(text)) self.note("what it keeps as its state is no text");
    if (self.total_ >= 0) self.note("it tells its state behind finish()");
    return PLAYLIST_OK;
  }

  // ---- rows ----
  static playlist_status append(const playlist_host* host, const char* table,
                                const playlist_table* rows) {
    GuardedServices& self = rows_of(host);
    if (self.total_ >= 0) self.note("it appends rows behind finish()");
    if (self.rows_check_) {
      if (const std::string wrong = self.rows_check_(table, *rows); !wrong.empty()) {
        self.note(wrong);
        return PLAYLIST_ERROR;
      }
    }
    const playlist_column* record = find_column(*rows, "record");
    const bool is_of_records = std::string_view(table) != "lists";
    for (std::int64_t row = 0; is_of_records && record != nullptr && row < rows->rows; ++row) {
      self.place(static_cast<const std::int64_t*>(record->data)[row], false);
    }
    self.add(table);
    self.add_table(*rows);
    return PLAYLIST_OK;
  }
  static playlist_status append_vectors(const playlist_host* host, const char* table,
                                        const playlist_table* rows, const std::uint64_t* offsets,
                                        const float* values) {
    GuardedServices& self = rows_of(host);
    for (std::int64_t row = 0; row < rows->rows; ++row) {
      if (offsets[row + 1] >= offsets[row]) continue;
      self.note("the vector of a row ends before it begins");
      return PLAYLIST_ERROR;
    }
    const auto count = static_cast<std::size_t>(offsets[rows->rows] - offsets[0]);
    for (std::int64_t row = 0; row < rows->rows; ++row) {
      const std::uint64_t length = offsets[row + 1] - offsets[row];
      self.add(&length, sizeof length);
    }
    self.add(values + offsets[0], count * sizeof(float));
    return append(host, table, rows);
  }
  static const char* space(const playlist_host*) { return "clap"; }
  static const playlist_input* ids(const playlist_host*) { return nullptr; }
  static playlist_status bucket(const playlist_host* host, std::int64_t record, const char* bucket,
                                const char* reason) {
    GuardedServices& self = rows_of(host);
    self.place(record, true);
    self.add(bucket);
    self.add(reason != nullptr ? reason : "");
    if (reason != nullptr && !is_utf8(reason)) self.note("the reason of a bucket is not UTF-8");
    return PLAYLIST_OK;
  }
  static playlist_status finish(const playlist_host* host, std::int64_t total) {
    GuardedServices& self = rows_of(host);
    if (self.total_ >= 0) self.note("it calls finish() twice");
    self.total_ = total;
    return PLAYLIST_OK;
  }
  static playlist_status complete(const playlist_host* host, std::int64_t done) {
    GuardedServices& self = rows_of(host);
    if (done < self.complete_) {
      self.note("it says that the records below " + std::to_string(done) +
                " are complete, after it said so of those below " + std::to_string(self.complete_));
    }
    if (static_cast<std::int64_t>(self.records_.size()) > done) {
      self.note("it says that the records below " + std::to_string(done) +
                " are complete, after it handed over record " +
                std::to_string(self.records_.size() - 1));
    }
    self.complete_ = std::max(self.complete_, done);
    return PLAYLIST_OK;
  }

  // ---- members ----
  static playlist_status begin(const playlist_host* host, const char* path) {
    members_of(host).has_members_ = true;
    members_of(host).add(path);
    return PLAYLIST_OK;
  }
  static playlist_status write(const playlist_host* host, const void* bytes, std::size_t length) {
    members_of(host).add(bytes, length);
    return PLAYLIST_OK;
  }
  static playlist_status end(const playlist_host*) { return PLAYLIST_OK; }

  // ---- artifact ----
  static void note_part(const playlist_host* host, const std::string& part) {
    artifact_of(host).artifact_.push_back(part);
    artifact_of(host).add(part);
  }
  static playlist_status matrix(const playlist_host* host, const char* name,
                                const playlist_matrix* matrix) {
    note_part(host, std::string("matrix ") + name + ' ' + std::to_string(matrix->rows) + 'x' +
                        std::to_string(matrix->columns));
    artifact_of(host).add(matrix->data,
                          static_cast<std::size_t>(matrix->rows) * matrix->columns * sizeof(float));
    return PLAYLIST_OK;
  }
  static playlist_status table(const playlist_host* host, const char* name,
                               const playlist_table* table) {
    note_part(host, std::string("table ") + name + ' ' + std::to_string(table->rows));
    artifact_of(host).add_table(*table);
    return PLAYLIST_OK;
  }
  static playlist_status lists(const playlist_host* host, const char* name,
                               const playlist_lists* lists) {
    note_part(host, std::string("lists ") + name + ' ' + std::to_string(lists->rows));
    const std::uint64_t count = lists->offsets[lists->rows];
    artifact_of(host).add(lists->offsets, static_cast<std::size_t>(lists->rows + 1) * 8);
    artifact_of(host).add(lists->values, static_cast<std::size_t>(count) * 4);
    if (lists->weights != nullptr)
      artifact_of(host).add(lists->weights, static_cast<std::size_t>(count) * 4);
    return PLAYLIST_OK;
  }
  static playlist_status bytes(const playlist_host* host, const char* name, const void* bytes,
                               std::size_t length) {
    note_part(host, std::string("bytes ") + name + ' ' + std::to_string(length));
    artifact_of(host).add(bytes, length);
    return PLAYLIST_OK;
  }
  static playlist_status card(const playlist_host* host, const char* json) {
    note_part(host, "card");
    artifact_of(host).add(json);
    return PLAYLIST_OK;
  }
};

std::vector<CallService> GuardedServices::of(const playlist_element& element) {
  const std::uint32_t kind = element.kind;
  using F = GuardedServiceFunctions;
  static constexpr playlist_rows kRows{
      sizeof(playlist_rows), 0, F::append, F::bucket, F::finish, F::complete};
  static constexpr playlist_vectors kVectors{sizeof(playlist_vectors), 0, F::append_vectors,
                                             F::space, F::ids};
  static constexpr playlist_members kMembers{sizeof(playlist_members), 0, F::begin, F::write,
                                             F::end};
  static constexpr playlist_artifact_writer kWriter{
      sizeof(playlist_artifact_writer), 0, F::matrix, F::table, F::lists, F::bytes, F::card};
  static constexpr playlist_state kState{sizeof(playlist_state), 0, F::kept, F::advance};
  const bool is_remote = (element.flags & PLAYLIST_REMOTE) != 0;
  if (kind == PLAYLIST_SOURCE && is_remote)
    return {{PLAYLIST_SERVICE_ROWS, &kRows, this},
            {PLAYLIST_SERVICE_STATE, &kState, this},
            no_network_.service()};
  if (kind == PLAYLIST_SOURCE)
    return {{PLAYLIST_SERVICE_ROWS, &kRows, this},
            {PLAYLIST_SERVICE_VECTORS, &kVectors, this},
            {PLAYLIST_SERVICE_MEMBERS, &kMembers, this}};
  if (kind == PLAYLIST_OUTPUT && is_remote) {
    nowhere_.name = "plugins check";
    nowhere_.is_dry_run = true;
    return {no_network_.service(), nowhere_.target_service()};
  }
  if (kind == PLAYLIST_OUTPUT) return {};
  std::vector<CallService> services = {artifacts_service(no_models_), no_network_.service()};
  if (kind == PLAYLIST_MODEL)
    services.push_back({PLAYLIST_SERVICE_ARTIFACT_WRITER, &kWriter, this});
  return services;
}

void GuardedServices::add(const void* bytes, std::size_t length) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < length; ++i) hash_ = (hash_ ^ at[i]) * 0x100000001b3u;  // FNV-1a
  hash_ = (hash_ ^ length) * 0x100000001b3u;
  bytes_ += length;
}

void GuardedServices::add_table(const playlist_table& table) {
  for (std::uint32_t k = 0; k < table.column_count; ++k) {
    const playlist_column& column = *table.columns[k];
    add(column.name);
    if (column.type != PLAYLIST_STRING) {
      add(column.data, static_cast<std::size_t>(table.rows) * item_length(column.type));
      continue;
    }
    for (std::int64_t row = 0; row < table.rows; ++row) {
      const std::int32_t code = static_cast<const std::int32_t*>(column.data)[row];
      if (code < 0 || column.dict == nullptr) {
        add("");
        continue;
      }
      const std::uint64_t* at = column.dict->offsets + code;
      const std::string_view text(column.dict->bytes + at[0],
                                  static_cast<std::size_t>(at[1] - at[0]));
      if (!is_utf8(text)) {
        note("column \"" + std::string(column.name) + "\" holds a text that is not UTF-8");
      }
      add(text);
    }
  }
}

void GuardedServices::place(std::int64_t record, bool is_bucket) {
  if (record < 0 || record >= kMostRecords)
    return note("it names record " + std::to_string(record));
  if (record < complete_) {
    note("record " + std::to_string(record) + " came after it was said to be complete");
  }
  const auto at = static_cast<std::size_t>(record);
  if (at >= records_.size()) records_.resize(at + 1);
  if (is_bucket ? records_[at] != 0 : records_[at] == 2) {
    note("record " + std::to_string(record) + " is in two places");
  }
  records_[at] = is_bucket ? 2 : 1;
}

void GuardedServices::note(const std::string& problem) {
  const bool is_known = std::find(problems_.begin(), problems_.end(), problem) != problems_.end();
  if (!is_known && problems_.size() < kMostNoted) problems_.push_back(problem);
}

std::string GuardedServices::result() const {
  return std::to_string(hash_) + ' ' + std::to_string(bytes_) + ' ' + std::to_string(total_);
}

void GuardedServices::check_accounts(std::vector<std::string>& problems) const {
  if (!problems_.empty()) return;
  if (total_ < 0) {
    if (!has_members_) problems.emplace_back("it ends well without calling finish()");
    return;
  }
  if (static_cast<std::int64_t>(records_.size()) > total_) {
    problems.push_back("it counts " + std::to_string(total_) + " records, but used record " +
                       std::to_string(records_.size() - 1));
  }
  const auto missing =
      std::count(records_.begin(), records_.end(), 0) +
      std::max<std::int64_t>(0, total_ - static_cast<std::int64_t>(records_.size()));
  if (missing > 0) {
    problems.push_back(std::to_string(missing) + " of " + std::to_string(total_) +
                       " records are neither in rows nor in a bucket");
  }
}

}  // namespace engine
