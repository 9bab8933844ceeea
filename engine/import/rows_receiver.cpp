#include "import/rows_receiver.hpp"

#include <algorithm>

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

}  // namespace

playlist_status RowsReceiver::refuse(std::string problem) {
  problem_ = std::move(problem);
  return PLAYLIST_ERROR;
}

void RowsReceiver::open() {
  if (is_open_) return;
  is_open_ = true;
  message_.clear();
  file_.write(message_);
  channel_.send(kind(Message::kOpen), message_);
}

playlist_status RowsReceiver::append(const char* table, const playlist_table& rows) {
  if (is_finished_) return refuse("it appended rows behind finish()");
  if (std::string problem = problem_of(table, rows); !problem.empty()) return refuse(problem);
  open();
  if (rows.rows == 0) return PLAYLIST_OK;
  if (first_table_ == table) flush(highest_ + 1);
  if (first_table_.empty()) first_table_ = table;

  const std::int64_t* records = records_of(rows);
  const auto [low, high] = std::minmax_element(records, records + rows.rows);
  if (*low < done_) {
    return refuse("a row of table \"" + std::string(table) + "\" came for record " +
                  std::to_string(*low) + ", which an earlier batch had completed");
  }
  highest_ = std::max(highest_, *high);
  if (*high < skip_) return PLAYLIST_OK;
  ++table_count_;
  if (*low >= skip_) {
    write_table(tables_, table, rows, {}, /*is_all=*/true);
    return PLAYLIST_OK;
  }
  chosen_.clear();
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    if (records[row] >= skip_) chosen_.push_back(static_cast<std::uint32_t>(row));
  }
  write_table(tables_, table, rows, chosen_, /*is_all=*/false);
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::bucket(std::int64_t record, std::string_view bucket,
                                     std::string_view reason) {
  if (is_finished_) return refuse("it used a bucket behind finish()");
  if (record < done_) {
    return refuse("record " + std::to_string(record) + " was put into bucket \"" +
                  std::string(bucket) + "\" when an earlier batch had completed it");
  }
  open();
  if (record < skip_) return PLAYLIST_OK;
  if (!runs_.empty()) {
    Run& last = runs_.back();
    if (record <= last.last) return refuse("buckets came out of order");
    if (last.last + 1 == record && last.bucket == bucket && last.reason == reason) {
      last.last = record;
      return PLAYLIST_OK;
    }
  }
  runs_.push_back({record, record, std::string(bucket), std::string(reason)});
  return PLAYLIST_OK;
}

playlist_status RowsReceiver::finish(std::int64_t total) {
  if (is_finished_) return refuse("it called finish() twice");
  const std::int64_t seen = std::max(highest_, runs_.empty() ? -1 : runs_.back().last) + 1;
  if (total < std::max(seen, done_)) {
    return refuse("it counted " + std::to_string(total) + " records in all, but used record " +
                  std::to_string(std::max(seen, done_) - 1));
  }
  open();
  flush(total);
  message_.clear();
  MessageWriter(message_).number(static_cast<std::uint64_t>(total));
  channel_.send(kind(Message::kFinish), message_);
  is_finished_ = true;
  return PLAYLIST_OK;
}

void RowsReceiver::flush(std::int64_t done) {
  if (done > skip_ && (table_count_ > 0 || !runs_.empty())) {
    message_.clear();
    MessageWriter message(message_);
    message.number(static_cast<std::uint64_t>(done));
    message.number(table_count_);
    message_ += tables_;
    write_runs(done);
    channel_.send(kind(Message::kBatch), message_);
  }
  done_ = std::max(done_, done);
  tables_.clear();
  table_count_ = 0;
  first_table_.clear();
}

/// Sends the buckets of records below `done` and keeps the others for the next batch.
void RowsReceiver::write_runs(std::int64_t done) {
  std::size_t count = 0;
  while (count < runs_.size() && runs_[count].first < done) ++count;
  MessageWriter message(message_);
  message.number(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Run& run = runs_[i];
    message.number(static_cast<std::uint64_t>(run.first));
    message.number(static_cast<std::uint64_t>(std::min(run.last, done - 1)));
    message.text(run.bucket);
    message.text(run.reason);
  }
  if (count > 0 && runs_[count - 1].last >= done) {
    --count;
    runs_[count].first = done;
  }
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace engine::import
