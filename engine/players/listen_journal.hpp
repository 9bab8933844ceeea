// What somebody heard on a player, a line each in files that `engine import` reads like any other.
//
// A line stands on the disc before anybody counts it, and imports count each once: who is killed in
// between loses nothing and tells nothing twice. A file a month, so that none grows for ever.
#pragma once

#include <string>

#include "players/heard_song.hpp"

namespace engine::players {

class ListenJournal {
 public:
  /// `device`: what the songs are told to have been heard on. The folder is made when needed.
  ListenJournal(std::string folder, std::string name, std::string device)
      : folder_(std::move(folder)), name_(std::move(name)), device_(std::move(device)) {}

  /// Adds a line and syncs it; the file. Throws Error(kInput).
  [[nodiscard]] std::string add(const HeardSong& song) const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_, name_, device_;
};

}  // namespace engine::players
