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

  /// 0 for an empty name. The first spelling met is the one that is shown.
  std::int64_t artist(std::string_view name);
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
  Store& store_;
  Statement find_artist_, insert_artist_, find_artist_id_, insert_artist_id_, set_artist_spotify_,
      set_artist_mbid_, find_tag_, insert_tag_, find_tag_id_, insert_tag_id_;
  Numbers artists_, tags_, users_;  // by the name as it was written
  bool is_new_ = false;
};

}  // namespace engine::import
