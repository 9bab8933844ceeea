// Artists, tags and users by name and by outside id, made when there are none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.hpp"

namespace engine::import {

/// Texts joined by '\x1f' in one cell; empty ones stay, so that two lists stay parallel.
std::vector<std::string_view> split_list(std::string_view joined);

class NameBook {
 public:
  explicit NameBook(Store& store);

  /// 0 for an empty name. The first spelling met is the one that is shown. Whoever calls it knows
  /// that this is one artist's name.
  std::int64_t artist(std::string_view name);
  /// The same for a text that may join several artists' names (import/credits.hpp): an artist that
  /// it has to make is one by this credit only, until artist() is called with the name.
  std::int64_t credit(std::string_view name);
  /// Somebody told this name as that of one artist.
  bool is_one_artist(std::string_view name);
  /// 0 when the id has no name yet.
  std::int64_t artist_by_id(std::string_view outside_id);
  /// By name, or where that is missing by id; 0 when neither leads to one.
  std::int64_t artist(std::string_view name, std::string_view outside_id);
  /// Notes an artist's outside ids ("" when unknown); true when the store learned something.
  bool learn_artist(std::int64_t artist, std::string_view outside_id, std::string_view mbid);

  std::int64_t tag(std::string_view name);  // 0 for an empty name
  std::int64_t tag_by_id(std::string_view outside_id);
  bool learn_tag(std::int64_t tag, std::string_view outside_id);

  std::int64_t user(std::string_view name, std::int64_t now);

  /// True when the last artist(), tag() or user() had to make it.
  [[nodiscard]] bool is_new() const { return is_new_; }
  /// Another process wrote to the store.
  void forget();

 private:
  using Numbers = std::unordered_map<std::string, std::int64_t>;
  struct Artist {
    std::int64_t id = 0;
    bool is_credit = false;
  };
  Artist find_artist(const std::string& name);
  std::int64_t insert_artist(const std::string& name, bool is_credit);

  Store& store_;
  Statement find_artist_, insert_artist_, confirm_artist_, find_artist_id_, insert_artist_id_,
      set_artist_spotify_, set_artist_mbid_, find_tag_, insert_tag_, find_tag_id_, insert_tag_id_;
  std::unordered_map<std::string, Artist> artists_;  // by the name as it was written
  Numbers tags_, users_;                             // likewise
  bool is_new_ = false;
};

}  // namespace engine::import
