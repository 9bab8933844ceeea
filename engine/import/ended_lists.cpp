#include "import/ended_lists.hpp"

#include <algorithm>
#include <filesystem>

#include "core/counted.hpp"

namespace engine::import {

EndedLists::EndedLists(Store& store, LibraryWriter& library, ServiceAnswersWriter& answers,
                       std::vector<FileResult>& files, std::int64_t now)
    : store_(store),
      library_(library),
      answers_(answers),
      files_(files),
      now_(now),
      supersede_(store.prepare(
          "UPDATE ingestions SET is_superseded = 1 WHERE user_id = ?1 AND ingestion_id <> ?2 AND "
          "ingestion_id IN (SELECT ingestion_id FROM told_lists WHERE list = ?3 AND teller = ?4) "
          "AND (?3 <> 'playlists' OR file_name = ?5)")),
      tell_list_(store.prepare("INSERT OR REPLACE INTO told_lists VALUES (?1, ?2, ?3)")),
      last_playlist_(store.integer("SELECT max(playlist_id) FROM playlists")) {}

/// The file was read to its end: what it told all of, and does not list, has ended. A record that
/// could not be read may have been any of them.
bool EndedLists::end_unlisted(const FileContext& file, std::size_t place, const std::string& name) {
  FileResult& result = files_[place];
  bool is_changed = library_.replace_playlists(file);
  const auto malformed = result.buckets.find("malformed");
  const bool is_sound = malformed == result.buckets.end();
  bool is_whole = false;
  for (const auto& [list, told] : file.lists) {
    if (!told.is_whole) continue;
    is_whole = true;
    const std::string& teller = file.teller_of(list);
    tell_list_.run(file.ingestion_id, list, teller);
    supersede_.run(file.user_id(), file.ingestion_id, list, teller, name);
    if (list == "playlists") {
      std::erase_if(told_, [&](const auto& earlier) {
        const FileResult& other = files_[earlier.second];
        return other.format == file.format && other.path.ends_with("/" + name);
      });
    }
    if (!is_sound) continue;
    if (list == "recommendations") {  // nobody's own: they go without a word
      is_changed |= answers_.end_unlisted_recommendations(file) > 0;
      continue;
    }
    for (EndedHolding& ended : library_.end_unlisted(list, file)) {
      ended_.push_back({place, file.user_id(), teller, std::move(ended)});
      is_changed = true;
    }
  }
  if (is_whole && !is_sound) {
    result.notes.push_back(counted(malformed->second, "record") +
                           " could not be read, so what the file does not list was kept");
  }
  if (is_sound) told_[file.ingestion_id] = place;
  return is_changed;
}

/// Nothing where a file of that format could not be read: it may have told them.
bool EndedLists::end_missing(std::int64_t ingestion, std::size_t place) {
  const std::string& format = files_[place].format;
  const bool has_failed = std::any_of(files_.begin(), files_.end(), [&](const FileResult& file) {
    return file.format == format && (!file.error.empty() || file.buckets.contains("malformed"));
  });
  if (has_failed) return false;
  const auto is_told = [this](std::int64_t other) { return told_.contains(other); };
  bool is_changed = false;
  for (const auto& it : library_.end_missing_playlists(ingestion, is_told, now_)) {
    ended_.push_back({place, it.user, it.teller, {HoldingKind::kPlaylistTrack, it.id, it.name}});
    is_changed = true;
  }
  return is_changed;
}

/// A file that was renamed: its content is there under another name, and the old name is gone from
/// its folder. Then the list of the old name is gone too.
bool EndedLists::end_renamed(std::int64_t ingestion, std::size_t place) {
  namespace fs = std::filesystem;
  Statement select = store_.prepare(
      "SELECT o.ingestion_id, o.path, n.path FROM ingestions n JOIN ingestions o ON "
      "o.hash = n.hash AND o.user_id = n.user_id AND o.file_name <> n.file_name "
      "WHERE n.ingestion_id = ?1 AND o.file_name <> '' AND n.file_name <> ''");
  std::vector<std::int64_t> renamed;
  for (select.start(ingestion); select.step();) {
    const fs::path before(std::string(select.text(1))), after(std::string(select.text(2)));
    std::error_code ignored;
    const bool is_renamed = before.is_absolute() && before.parent_path() == after.parent_path() &&
                            fs::is_regular_file(after, ignored) && !fs::exists(before, ignored);
    if (is_renamed && !told_.contains(select.integer(0))) renamed.push_back(select.integer(0));
  }
  bool is_changed = false;
  for (const std::int64_t old : renamed) {
    for (const auto& it : library_.end_playlists_of(old, now_)) {
      ended_.push_back({place, it.user, it.teller, {HoldingKind::kPlaylistTrack, it.id, it.name}});
      is_changed = true;
    }
  }
  return is_changed;
}

/// Tells what ended, but for what a later file of this import brought back.
void EndedLists::tell() {
  Holdings& holdings = library_.holdings();
  Statement track = store_.prepare(
      "SELECT ifnull(a.name || ' - ', '') || ifnull(t.title, 'track ' || t.track_id) FROM tracks t "
      "LEFT JOIN artists a USING (artist_id) WHERE track_id = ?1");
  Statement artist = store_.prepare("SELECT name FROM artists WHERE artist_id = ?1");
  const auto name_of = [](Statement& names, std::int64_t id) {
    names.start(id);
    const std::string name = names.step() ? std::string(names.text(0)) : std::to_string(id);
    names.reset();
    return name;
  };
  for (const EndedWord& word : ended_) {
    const EndedHolding& it = word.ended;
    std::vector<EndedList>& lists = files_[word.place].ended;
    const bool came_and_went = it.kind == HoldingKind::kPlaylistTrack && it.id > last_playlist_;
    const Holding holding{word.user, it.kind, it.id, it.name, word.teller};
    if (came_and_went || (it.kind != HoldingKind::kPlaylistTrack &&
                          (holdings.since(holding) || library_.has_begun(holding))))
      continue;
    switch (it.kind) {
      case HoldingKind::kLike:
        add_ended(lists, "likes", name_of(track, it.id));
        break;
      case HoldingKind::kSavedAlbum:
        add_ended(lists, "saved albums", name_of(artist, it.id) + " - " + it.name);
        break;
      case HoldingKind::kSavedArtist:
        add_ended(lists, "saved artists", name_of(artist, it.id));
        break;
      case HoldingKind::kBannedTrack:
        add_ended(lists, "bans", name_of(track, it.id));
        break;
      case HoldingKind::kBannedArtist:
        add_ended(lists, "bans", name_of(artist, it.id));
        break;
      case HoldingKind::kPlaylistTrack:
        add_ended(lists, "playlists", it.name);
        break;
    }
  }
  ended_.clear();
}

bool EndedLists::end_playlists(std::int64_t ingestion, std::size_t place) {
  const bool has_renamed = end_renamed(ingestion, place);
  return end_missing(ingestion, place) || has_renamed;
}

}  // namespace engine::import
