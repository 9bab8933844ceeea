#include "import/music_writer.hpp"

#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine::import {
namespace {

constexpr std::size_t kFilesAtOnce = 500, kMostTold = 20;
constexpr auto kLongestWait = std::chrono::seconds(1);  // for who else writes

}  // namespace

MusicWriter::MusicWriter(Store& store, const std::vector<InputFile>& files, ImportResult& result,
                         std::int64_t now)
    : store_(store),
      files_(files),
      result_(result),
      names_(store),
      matcher_(store, names_),
      catalogue_(store, names_, matcher_),
      track_files_(store),
      lyrics_(store),
      seen_changes_(store.prepare("PRAGMA data_version")) {
  context_.format = "music_file";
  context_.now = now;
}

void MusicWriter::take(Message kind, std::string_view bytes) {
  MessageReader message(bytes);
  switch (kind) {
    case Message::kStart:
      input_ = static_cast<std::size_t>(message.number());
      has_begun_ = true;
      has_rows_ = has_ended_ = false;
      track_ = 0;
      texts_.clear();
      has_unread_lyrics_ = false;
      break;
    case Message::kBatch:
      take_batch(bytes);
      break;
    case Message::kFinish:
      take_finish();
      break;
    case Message::kFailed:
      message.text();
      take_failure(std::string(message.text()));
      break;
    case Message::kRefused: {
      const std::string path(message.text());
      result_.refused.emplace_back(valid_utf8(path), message.text());
      has_unread_lyrics_ = true;
      break;
    }
    case Message::kProblem: {
      const std::string path(message.text());
      result_.problems.emplace_back(path, message.text());
      break;
    }
    case Message::kUnrecognised: {
      std::string why;
      for (const auto& [path, problem] : result_.problems) why += path + ": " + problem + "; ";
      throw Error(Exit::kPlugin, "nothing here reads music files",
                  {.where = {},
                   .source = {},
                   .why = why + "no plugin offers source.music_file",
                   .fix = "install TagLib (Debian: apt-get install libtag1v5)"});
    }
    case Message::kDone:
      is_done_ = true;
      break;
    default:
      break;  // progress is told by who counts files
  }
}

void MusicWriter::begin() {
  if (transaction_) return;
  transaction_.emplace(store_);
  began_ = std::chrono::steady_clock::now();
  const std::int64_t changes = seen_changes_.find_integer().value_or(0);
  if (changes_ >= 0 && changes != changes_) {  // another process wrote
    names_.forget();
    matcher_.forget();
  }
  changes_ = changes;
}

void MusicWriter::commit() {
  if (!transaction_) return;
  if (matcher_.take_renames() | matcher_.take_changes_of_known() | has_changed_) {
    store_.bump_data_version();
  }
  transaction_->commit();
  transaction_.reset();
  has_changed_ = false;
  waiting_ = 0;
}

void MusicWriter::take_batch(std::string_view bytes) {
  if (has_ended_) return;
  begin();
  try {
    const BatchView batch = BatchView::read(bytes);
    if (!has_rows_) records_.start(0, 1);
    has_rows_ = true;
    for (const TableView& table : batch.tables) write_table(table);
    for (const BucketView& bucket : batch.buckets) records_.put(bucket);
  } catch (const Error& error) {
    if (error.exit() != Exit::kPlugin) throw;
    take_failure(error.what());
  }
}

void MusicWriter::write_table(const TableView& table) {
  if (table.name == "tracks") {
    for (const std::int64_t track : catalogue_.write_tracks(table, context_, records_)) {
      if (track != 0) track_ = track;
    }
  } else if (table.name == "artists") {
    catalogue_.write_artists(table, records_);
  } else if (table.name == "lyrics") {
    take_lyrics(table);
  } else {
    throw Error(Exit::kPlugin,
                "a music file is a row of \"tracks\", with rows of \"artists\" and \"lyrics\", and "
                "the source sent \"" +
                    std::string(table.name) + "\"");
  }
}

/// Of each source the last word counts.
void MusicWriter::take_lyrics(const TableView& table) {
  const TextView source = table.texts("source"), text = table.texts("text");
  const auto instrumental = table.numbers<std::uint8_t>("instrumental");
  for (std::size_t row = 0; row < table.rows; ++row) {
    LyricsText said{std::string(source[row]), !instrumental.empty() && instrumental[row] == 1,
                    std::string(text[row].substr(0, kMostLyrics))};
    if (said.is_instrumental) said.text.clear();
    if (said.source != "file" && said.source != "tag") {
      throw Error(Exit::kPlugin,
                  "the lyrics of a music file come from \"file\" or \"tag\", not from \"" +
                      said.source + "\"");
    }
    if (said.is_instrumental || !said.text.empty()) texts_.push_back(std::move(said));
  }
}

void MusicWriter::take_finish() {
  if (has_ended_) return;
  if (!has_rows_) return take_failure("the source said nothing of it");
  begin();
  const InputFile& file = files_[input_];
  const RecordBuckets::Run run = records_.runs().front();
  const std::string bucket(records_.bucket(run)), reason(records_.reason(run));
  TrackFile row{.track_id = track_, .bytes = file.bytes, .modified_ns = file.modified_ns};
  if (track_ == 0) {
    row.bucket = bucket;
    row.reason = reason;
    tell_file(result(), file.path, bucket, reason);
  } else {
    ++result().rows;
    ++result().buckets[bucket];
  }
  if (!has_unread_lyrics_) {  // else it is tried again
    row.lyrics_bytes = file.lyrics.bytes;
    row.lyrics_modified_ns = file.lyrics.modified_ns;
  }
  track_files_.put(file.path, row);
  put_lyrics(file.path);
  has_changed_ |= records_.has_changes();
  has_ended_ = true;
  if (++waiting_ >= kFilesAtOnce || std::chrono::steady_clock::now() - began_ > kLongestWait) {
    commit();
  }
}

void MusicWriter::put_lyrics(const std::string& path) {
  if (track_ == 0) texts_.clear();
  has_changed_ |= lyrics_.put_file(path, track_, texts_);
  for (const LyricsText& text : texts_) {
    if (text.is_instrumental) {
      ++result_.lyrics.instrumental;
    } else {
      ++(text.source == "tag" ? result_.lyrics.tags : result_.lyrics.files);
    }
  }
}

/// The file's row stays as it is, so that it is tried again.
void MusicWriter::take_failure(const std::string& message) {
  if (has_ended_) return;
  has_ended_ = true;
  ++result().rows;
  ++result().buckets["unreadable"];
  result_.refused.emplace_back(valid_utf8(files_[input_].path), message);
}

void MusicWriter::fail_current(const std::string& message) {
  take_failure(message);
  commit();
}

void tell_file(FileResult& result, const std::string& path, const std::string& bucket,
               const std::string& reason) {
  ++result.rows;
  ++result.buckets[bucket];
  if (result.examples.size() == kMostTold) return;
  result.examples.push_back(valid_utf8(path) + ": " + bucket +
                            (reason.empty() ? "" : ": " + reason));
}

}  // namespace engine::import
