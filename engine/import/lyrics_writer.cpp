#include "import/lyrics_writer.hpp"

#include <cstdint>
#include <string>

#include "core/error.hpp"
#include "store/lyrics.hpp"

namespace engine::import {

LyricsWriter::LyricsWriter(Store& store)
    : find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
      find_(store.prepare("SELECT is_instrumental, text FROM track_lyrics "
                          "WHERE track_id = ?1 AND source = ?2 AND path = ''")),
      put_(store.prepare("INSERT OR REPLACE INTO track_lyrics "
                         "(track_id, source, path, ts, is_instrumental, text) "
                         "VALUES (?1, ?2, '', ?3, ?4, ?5)")) {}

void LyricsWriter::write(const TableView& table, const FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto track = table.numbers<std::int64_t>("track_id");
  const auto instrumental = table.numbers<std::uint8_t>("instrumental");
  const TextView texts = table.texts("text");
  if (track.empty()) throw Error(Exit::kPlugin, "rows of \"lyrics\" name their tracks by track_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!find_track_.find_integer(track[row])) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const bool is_instrumental = !instrumental.empty() && instrumental[row] == 1;
    const std::string_view text =
        is_instrumental ? std::string_view() : texts[row].substr(0, kMostLyrics);
    const bool is_found = is_instrumental || !text.empty();
    find_.start(track[row], file.format);
    const bool is_there = find_.step();
    const bool is_same =
        is_there && is_found && (find_.integer(0) != 0) == is_instrumental && find_.text(1) == text;
    const bool was_found = is_there && (find_.integer(0) != 0 || !find_.text(1).empty());
    find_.reset();
    // What it said once stays when it does not know the track any more.
    if (!is_same && (is_found || !was_found))
      put_.run(track[row], file.format, file.now, is_instrumental ? 1 : 0, text);
    records.note(record[row], !is_found   ? Outcome::kNotFound
                              : is_same   ? Outcome::kDuplicate
                              : was_found ? Outcome::kUpdated
                                          : Outcome::kNew);
  }
}

}  // namespace engine::import
