#include "import/rows_receiver.hpp"

#include <algorithm>

#include "core/calendar.hpp"
#include "core/shown_text.hpp"
#include "import/row_tables.hpp"

namespace engine::import {
namespace {

std::uint32_t kind(Message message) {
  return static_cast<std::uint32_t>(message);
}

const std::int64_t* records_of(const playlist_table& rows) {
  for (std::uint32_t c = 0; c < rows.column_count; ++c) {
    if (std::string_view(rows.columns[c]->name) == "record") {
      return static_cast<const std::int64_t*>(rows.columns[c]->data);
    }
  }
  return nullptr;
}

/// "", or why these cannot be the vectors of the rows.
std::string problem_of_vectors(const std::string& table, const playlist_table& rows,
                               const RowVectors& vectors) {
  if (vectors.offsets == nullptr) return "";
  if (!takes_vectors(table)) return "rows of table \"" + table + "\" have no vectors";
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    if (vectors.offsets[row + 1] < vectors.offsets[row])
      return "a vector of table \"" + table + "\" ends before it begins";
  }
  return "";
}

}  // namespace

playlist_status RowsReceiver::refuse(std::string problem) {
  problem_ = std::move(problem);
  return PLAYLIST_ERROR;
}

void RowsReceiver::depends_on(const std::string& setting, const std::string& value) {
  if (is_open_) return;
  settings_[setting] = value;
  file_.hash = reading_identity(content_of(file_.hash), settings_);
}

void RowsReceiver::look_for_later(const char* table, const playlist_table& rows) {
  const std::string_view name(table);
  if (name != "listens" && name != "likes") return;
  for (std::uint32_t c = 0; c < rows.column_count; ++c) {
    if (std::string_view(rows.columns[c]->name) != "ts") continue;
    const auto* times = static_cast<const std::int64_t*>(rows.columns[c]->data);
    if (rows.rows == 0 || *std::max_element(times, times + rows.rows) <= now_) return;
    Later& later = later_[table];
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      if (times[row] <= now_) continue;
      ++later.count;
      later.last = std::max(later.last, times[row]);
    }
  }
}

void RowsReceiver::tell_later() {
  for (const auto& [table, later] : later_) {
    const std::string what = table == "listens" ? "play" : "like";
    const bool is_one = later.count == 1;
    message_.clear();
    MessageWriter message(message_);
    message.text(file_.path);
    message.text(std::to_string(later.count) + " " + what + (is_one ? " is" : "s are") +
                 " dated after now" + (is_one ? ", " : ", the last ") + format_date(later.last) +
                 ": stored, but of no effect before that time; some clock was set wrong");
    channel_.send(kind(Message::kNotice), message_);
  }
}

void RowsReceiver::open() {
  if (is_open_) return;
  is_open_ = true;
  message_.clear();
  file_.write(message_);
  channel_.send(kind(Message::kOpen), message_);
  send_lists();
}

void RowsReceiver::send_lists() {
  for (const ToldList& told : told_lists_) {
    message_.clear();
    told.write(message_);
    channel_.send(kind(Message::kList), message_);
  }
  told_lists_.clear();
}

playlist_status RowsReceiver::append(const char* table, const playlist_table& rows,
                                     const RowVectors& vectors) {
  if (is_finished_) return refuse("it appended rows behind finish()");
  if (std::string problem = problem_of(table, rows); !problem.empty()) return refuse(problem);
  if (std::string problem = problem_of_vectors(table, rows, vectors); !problem.empty())
    return refuse(problem);
  if (std::string_view(table) == "lists") return tell_lists(rows);
  open();
  look_for_later(table, rows);
  if (rows.rows == 0) return PLAYLIST_OK;
  tells_state_ |= is_state_table(table);
  is_to_be_told_anew_ |= is_told_anew(table);

  const std::int64_t* records = records_of(rows);
  const auto [low, high] = std::minmax_element(records, records + rows.rows);
  if (*low < done_) {
    return refuse("a row of table \"" + std::string(table) + "\" came for record " +
                  std::to_string(*low) + ", which it had said was complete");
  }
  highest_ = std::max(highest_, *high);
  if (*high < skip_) return PLAYLIST_OK;
  ++table_count_;
  if (*low >= skip_) {
    mended_ += write_table(tables_, table, rows, {}, /*is_all=*/true, vectors);
    return PLAYLIST_OK;
  }
  chosen_.clear();
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    if (records[row] >= skip_) chosen_.push_back(static_cast<std::uint32_t>(row));
  }
  mended_ += write_table(tables_, table, rows, chosen_, /*is_all=*/false, vectors);
  return PLAYLIST_OK;
}

/// They belong to no record. Until the file is open they wait: what its reading depends on may
/// still be asked for.
playlist_status RowsReceiver::tell_lists(const playlist_table& rows) {
  std::string bytes;
  MessageWriter batch(bytes);
  batch.number(0);
  batch.number(1);
  write_table(bytes, "lists", rows, {}, /*is_all=*/true);
  batch.number(0);
  const BatchView view = BatchView::read(bytes);
  const TableView& table = view.tables.front();
  const TextView list = table.texts("list"), teller = table.texts("teller");
  const auto is_whole = table.numbers<std::uint8_t>("is_whole");
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!is_list(list[row])) return refuse("it told of a list \"" + std::string(list[row]) + "\"");
    ToldList told;
    told.list = list[row];
    told.teller = teller.has(row) ? teller[row] : std::string_view(file_.format);
    told.is_whole = !is_whole.empty() && is_whole[row] == 1;
    if (told.is_whole && !told.key().empty()) whole_lists_.insert(told.key());
    told_lists_.push_back(told);
  }
  if (rows.rows > 0) tells_state_ = true;
  if (is_open_) send_lists();
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::bucket(std::int64_t record, std::string_view bucket,
                                     std::string_view reason) {
  if (is_finished_) return refuse("it used a bucket behind finish()");
  if (record < done_) {
    return refuse("record " + std::to_string(record) + " was put into bucket \"" +
                  std::string(bucket) + "\", which it had said was complete");
  }
  open();
  highest_ = std::max(highest_, record);
  if (record < skip_) return PLAYLIST_OK;
  if (!runs_.empty()) {
    Run& last = runs_.back();
    if (last.last + 1 == record && last.bucket == bucket && last.reason == reason) {
      last.last = record;
      return PLAYLIST_OK;
    }
  }
  runs_.push_back({record, record, valid_utf8(bucket), valid_utf8(reason)});
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::complete(std::int64_t done) {
  if (is_finished_) return refuse("it completed records behind finish()");
  if (done < done_) {
    return refuse("it said that the records below " + std::to_string(done) +
                  " are complete, after it had said so of those below " + std::to_string(done_));
  }
  if (highest_ >= done) {
    return refuse("it said that the records below " + std::to_string(done) +
                  " are complete, after it had handed over record " + std::to_string(highest_));
  }
  const bool is_silent = !file_.account.empty() && !is_open_ && done == 0;
  if (is_silent) return PLAYLIST_OK;
  open();
  flush(done);
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::finish(std::int64_t total) {
  if (is_finished_) return refuse("it called finish() twice");
  const std::int64_t used = std::max(highest_ + 1, done_);
  if (total < used) {
    return refuse("it counted " + std::to_string(total) + " records in all, but used record " +
                  std::to_string(used - 1));
  }
  is_finished_ = true;
  const bool has_news = is_open_ || total > 0 || !told_lists_.empty();
  if (!file_.account.empty() && !has_news) return PLAYLIST_OK;
  open();
  flush(total);
  send_state();
  message_.clear();
  MessageWriter(message_).number(static_cast<std::uint64_t>(total));
  channel_.send(kind(Message::kFinish), message_);
  tell_later();
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::advance(std::string_view state) {
  if (is_finished_) return refuse("it told how far it is behind finish()");
  state_ = valid_utf8(state);
  return PLAYLIST_OK;
}

void RowsReceiver::send_state() {
  if (!state_) return;
  std::string bytes;
  MessageWriter(bytes).text(*state_);
  channel_.send(kind(Message::kState), bytes);
  state_.reset();
}

void RowsReceiver::flush(std::int64_t done) {
  if (done > skip_ && (table_count_ > 0 || !runs_.empty())) {
    send_state();
    message_.clear();
    MessageWriter message(message_);
    message.number(static_cast<std::uint64_t>(done));
    message.number(table_count_);
    message_ += tables_;
    write_runs();
    channel_.send(kind(Message::kBatch), message_);
  }
  done_ = std::max(done_, done);
  tables_.clear();
  table_count_ = 0;
  runs_.clear();
}

void RowsReceiver::write_runs() {
  MessageWriter message(message_);
  message.number(runs_.size());
  for (const Run& run : runs_) {
    message.number(static_cast<std::uint64_t>(run.first));
    message.number(static_cast<std::uint64_t>(run.last));
    message.text(run.bucket);
    message.text(run.reason);
  }
}

}  // namespace engine::import
