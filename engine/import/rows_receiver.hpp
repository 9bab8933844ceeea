// The worker's side of PLAYLIST_SERVICE_ROWS: takes what a source hands over, cuts it into batches,
// sends them to the supervisor.
//
// A batch is what came between two calls of complete(). Records below `skip` are in the store
// already and are left out.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "import/messages.hpp"
#include "worker/worker.hpp"

namespace engine::import {

class RowsReceiver {
 public:
  RowsReceiver(Channel& channel, OpenedFile file, std::int64_t skip)
      : channel_(channel), file_(std::move(file)), skip_(skip) {}

  playlist_status append(const char* table, const playlist_table& rows);
  playlist_status bucket(std::int64_t record, std::string_view bucket, std::string_view reason);
  playlist_status complete(std::int64_t done);
  playlist_status finish(std::int64_t total);

  [[nodiscard]] bool is_finished() const { return is_finished_; }
  /// True once the supervisor heard of this file.
  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Why the last call was refused, "" when none was.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Run {
    std::int64_t first, last;
    std::string bucket, reason;
  };
  void open();
  playlist_status refuse(std::string problem);
  void flush(std::int64_t done);
  void write_runs();

  Channel& channel_;
  OpenedFile file_;
  std::int64_t skip_;
  bool is_open_ = false, is_finished_ = false;
  std::string problem_;

  // the batch being gathered
  std::string tables_, message_;
  std::uint64_t table_count_ = 0;
  std::int64_t highest_ = -1;  // record that was handed over, in a row or a bucket
  std::int64_t done_ = 0;      // records below are in batches already sent
  std::vector<Run> runs_;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace engine::import
