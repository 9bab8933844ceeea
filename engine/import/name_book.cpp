#include "import/name_book.hpp"

#include "core/text_key.hpp"
#include "store/users.hpp"

namespace engine::import {

std::vector<std::string_view> split_list(std::string_view joined) {
  std::vector<std::string_view> parts;
  if (joined.empty()) return parts;
  std::size_t begin = 0;
  while (begin <= joined.size()) {
    const std::size_t end = std::min(joined.find('\x1f', begin), joined.size());
    parts.push_back(joined.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

NameBook::NameBook(Store& store)
    : store_(store),
      find_artist_(store.prepare("SELECT artist_id, is_credit FROM artists WHERE key = ?1")),
      insert_artist_(
          store.prepare("INSERT INTO artists (name, key, is_credit) VALUES (?1, ?2, ?3)")),
      confirm_artist_(store.prepare("UPDATE artists SET is_credit = 0 WHERE artist_id = ?1")),
      find_artist_id_(store.prepare("SELECT artist_id FROM artist_ids WHERE id = ?1")),
      insert_artist_id_(store.prepare("INSERT OR IGNORE INTO artist_ids VALUES (?1, ?2)")),
      set_artist_spotify_(store.prepare(
          "UPDATE artists SET spotify_id = ?2 WHERE artist_id = ?1 AND spotify_id IS NULL")),
      set_artist_mbid_(
          store.prepare("UPDATE artists SET mbid = ?2 WHERE artist_id = ?1 AND mbid IS NULL")),
      find_tag_(store.prepare("SELECT tag_id FROM tags WHERE name = ?1")),
      insert_tag_(store.prepare("INSERT INTO tags (name) VALUES (?1)")),
      find_tag_id_(store.prepare("SELECT tag_id FROM tag_ids WHERE id = ?1")),
      insert_tag_id_(store.prepare("INSERT OR IGNORE INTO tag_ids VALUES (?1, ?2)")) {}

/// What is remembered of a name, else of the store; id 0 when there is no such artist.
NameBook::Artist NameBook::find_artist(const std::string& name) {
  if (const auto found = artists_.find(name); found != artists_.end()) {
    // Another spelling of the name may have been told as one artist's since.
    if (!found->second.is_credit) return found->second;
  }
  const std::string key = artist_key(name);
  if (key.empty()) return {};
  Artist artist;
  find_artist_.start(key);
  while (find_artist_.step()) artist = {find_artist_.integer(0), find_artist_.integer(1) != 0};
  if (artist.id != 0) artists_[name] = artist;
  return artist;
}

std::int64_t NameBook::insert_artist(const std::string& name, bool is_credit) {
  const std::string key = artist_key(name);
  if (key.empty()) return 0;
  insert_artist_.run(name, key, is_credit ? 1 : 0);
  const std::int64_t id = sqlite3_last_insert_rowid(store_.handle());
  artists_[name] = {id, is_credit};
  is_new_ = true;
  return id;
}

std::int64_t NameBook::artist(std::string_view name) {
  is_new_ = false;
  if (name.empty()) return 0;
  const std::string text(name);
  const Artist known = find_artist(text);
  if (known.id == 0) return insert_artist(text, /*is_credit=*/false);
  if (known.is_credit) {
    confirm_artist_.run(known.id);
    artists_[text].is_credit = false;
  }
  return known.id;
}

std::int64_t NameBook::credit(std::string_view name) {
  is_new_ = false;
  if (name.empty()) return 0;
  const std::string text(name);
  const Artist known = find_artist(text);
  return known.id != 0 ? known.id : insert_artist(text, /*is_credit=*/true);
}

bool NameBook::is_one_artist(std::string_view name) {
  const Artist known = find_artist(std::string(name));
  return known.id != 0 && !known.is_credit;
}

std::int64_t NameBook::artist_by_id(std::string_view outside_id) {
  is_new_ = false;
  return outside_id.empty() ? 0 : find_artist_id_.find_integer(outside_id).value_or(0);
}

std::int64_t NameBook::artist(std::string_view name, std::string_view outside_id) {
  const std::int64_t id = artist(name);
  return id != 0 ? id : artist_by_id(outside_id);
}

bool NameBook::learn_artist(std::int64_t artist, std::string_view outside_id,
                            std::string_view mbid) {
  bool is_learned = false;
  if (!outside_id.empty()) {
    is_learned |= insert_artist_id_.run(outside_id, artist) > 0;
    // A bare id is Spotify's; others say whose they are.
    if (outside_id.find(':') == outside_id.npos) {
      is_learned |= set_artist_spotify_.run(artist, outside_id) > 0;
    }
  }
  if (!mbid.empty()) is_learned |= set_artist_mbid_.run(artist, mbid) > 0;
  return is_learned;
}

std::int64_t NameBook::tag(std::string_view name) {
  is_new_ = false;
  std::string text(name);
  if (const auto found = tags_.find(text); found != tags_.end()) return found->second;
  const std::string plain = tag_name(name);
  if (plain.empty()) return 0;
  std::int64_t id = find_tag_.find_integer(plain).value_or(0);
  if (id == 0) {
    insert_tag_.run(plain);
    id = sqlite3_last_insert_rowid(store_.handle());
    is_new_ = true;
  }
  tags_.emplace(std::move(text), id);
  return id;
}

std::int64_t NameBook::tag_by_id(std::string_view outside_id) {
  is_new_ = false;
  return outside_id.empty() ? 0 : find_tag_id_.find_integer(outside_id).value_or(0);
}

bool NameBook::learn_tag(std::int64_t tag, std::string_view outside_id) {
  return !outside_id.empty() && insert_tag_id_.run(outside_id, tag) > 0;
}

std::int64_t NameBook::user(std::string_view name, std::int64_t now) {
  is_new_ = false;
  std::string text(name);
  if (const auto found = users_.find(text); found != users_.end()) return found->second;
  is_new_ = !find_user(store_, name);
  const std::int64_t id = require_user(store_, name, now).id;
  users_.emplace(std::move(text), id);
  return id;
}

void NameBook::forget() {
  artists_.clear();
  tags_.clear();
  users_.clear();
}

}  // namespace engine::import
