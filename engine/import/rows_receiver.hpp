// The worker's side of PLAYLIST_SERVICE_ROWS: takes what a source hands over, cuts it into batches,
// sends them to the supervisor.
//
// A batch is what came between two calls of complete(). Records below `skip` are in the store
// already and are left out.
//
// A play or like dated after the import is stored as any other, as it counts from that time on and
// not before; but it is told, as some clock must have been wrong.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "import/messages.hpp"
#include "import/reading_identity.hpp"
#include "worker/worker.hpp"

namespace engine::import {

class RowsReceiver {
 public:
  /// `now` is the import's clock: listens and likes dated after it are told.
  RowsReceiver(Channel& channel, OpenedFile file, std::int64_t skip, std::int64_t now = INT64_MAX)
      : channel_(channel), file_(std::move(file)), skip_(skip), now_(now) {}

  /// The source asked for this setting: the reading depends on it, and the store knows it by that.
  /// Without effect once the first row came.
  void depends_on(const std::string& setting, const std::string& value);
  [[nodiscard]] const std::string& identity() const { return file_.hash; }

  playlist_status append(const char* table, const playlist_table& rows,
                         const RowVectors& vectors = {});
  playlist_status bucket(std::int64_t record, std::string_view bucket, std::string_view reason);
  playlist_status complete(std::int64_t done);
  playlist_status finish(std::int64_t total);
  /// Of a service: how far it is read, which goes with the rows to come.
  playlist_status advance(std::string_view state);

  /// Also of a service that told nothing, of which the supervisor then does not hear.
  [[nodiscard]] bool is_finished() const { return is_finished_; }
  /// The file tells what holds (likes, playlists ...), not only what happened.
  [[nodiscard]] bool tells_state() const { return tells_state_; }
  /// It is to be read again when it comes again, see is_told_anew().
  [[nodiscard]] bool is_to_be_told_anew() const { return is_to_be_told_anew_; }
  /// The lists it told whole, by ToldList::key().
  [[nodiscard]] const std::set<std::string>& whole_lists() const { return whole_lists_; }
  /// True once the supervisor heard of this file.
  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Texts that were not UTF-8: U+FFFD stands for their bad bytes.
  [[nodiscard]] std::size_t mended() const { return mended_; }
  /// Why the last call was refused, "" when none was.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Run {
    std::int64_t first, last;
    std::string bucket, reason;
  };
  /// Rows of one table dated after the import.
  struct Later {
    std::int64_t count = 0, last = 0;
  };
  void open();
  void look_for_later(const char* table, const playlist_table& rows);
  void tell_later();
  playlist_status refuse(std::string problem);
  playlist_status tell_lists(const playlist_table& rows);
  void send_lists();
  void send_state();
  void flush(std::int64_t done);
  void write_runs();

  Channel& channel_;
  OpenedFile file_;
  std::int64_t skip_, now_;
  ReadingSettings settings_;
  std::map<std::string, Later> later_;  // by table
  bool is_open_ = false, is_finished_ = false, tells_state_ = false, is_to_be_told_anew_ = false;
  std::vector<ToldList> told_lists_;  // not sent yet
  std::set<std::string> whole_lists_;
  std::string problem_;
  std::optional<std::string> state_;  // not sent yet

  // the batch being gathered
  std::string tables_, message_;
  std::uint64_t table_count_ = 0;
  std::size_t mended_ = 0;
  std::int64_t highest_ = -1;  // record that was handed over, in a row or a bucket
  std::int64_t done_ = 0;      // records below are in batches already sent
  std::vector<Run> runs_;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace engine::import
