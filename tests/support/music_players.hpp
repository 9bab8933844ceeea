// Real players and servers with a little tagged music, for tests that put lists into them: MPD, and
// supysonic as the OpenSubsonic server. Each is started in a folder of its own and ends with the
// test.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/program.hpp"
#include "support/temporary_folder.hpp"

namespace support {

/// "Song 01" to "Song 30" by "Artist 1" to "Artist 10", Ogg files of so many seconds, the last of two, made
/// once.
const std::string& music_folder(int seconds = 2);
/// One more of the kind, of two seconds.
void make_song(const std::string& file, const std::string& title, const std::string& artist,
               const std::string& album);

/// Whether sox, mpd and mpc are installed; tells of it once where they are not.
bool has_mpd();
/// Likewise the parser of lists that Rhythmbox reads them by.
bool has_list_parser();
/// Likewise Kodi, and whether it starts here, on a screen of Xvfb's.
bool has_kodi();
/// Likewise VLC's library, with what it opens lists by.
bool has_vlc();
/// Likewise sox, supysonic and waitress.
bool has_supysonic();

/// A program that runs until the end of the test.
class Background {
 public:
  /// Its standard output and error go to `log`.
  Background(const std::vector<std::string>& argv, const std::string& log,
             const std::map<std::string, std::string>& environment = {},
             const std::string& folder = "");
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  void kill();
  /// Asks it to end (SIGTERM), and waits.
  void stop();
  [[nodiscard]] bool is_running();

 private:
  void end(int signal);
  pid_t process_;
};

class MpdServer {
 public:
  /// Of music_folder(seconds_of_songs).
  explicit MpdServer(int seconds_of_songs = 2) : MpdServer(music_folder(seconds_of_songs), 30) {}
  /// Of another folder, in which it finds so many songs.
  MpdServer(const std::string& music, std::size_t songs);
  /// "unix:///..."
  [[nodiscard]] std::string address() const { return "unix://" + socket(); }
  /// What mpc answers, a line each.
  std::vector<std::string> mpc(std::vector<std::string> arguments) const;
  /// Ends it, so that it keeps its queue, and starts it again.
  void restart();
  /// Where it looks for stored playlists.
  [[nodiscard]] std::string lists() const { return folder_.file("playlists"); }

 private:
  void start();
  [[nodiscard]] std::string socket() const { return folder_.file("socket"); }
  TemporaryFolder folder_;
  std::size_t songs_;
  std::unique_ptr<Background> daemon_;
};

class SupysonicServer {
 public:
  static constexpr const char *kUser = "ann", *kPassword = "s3cret&pass word";
  SupysonicServer();
  /// "http://127.0.0.1:PORT"
  [[nodiscard]] const std::string& address() const { return address_; }
  /// What it answers to a method of the protocol, by curl and not by us.
  [[nodiscard]] std::string ask(const std::string& method, const std::string& query = "") const;
  /// Takes it away, and brings it back at the same address.
  void stop();
  void start();

 private:
  TemporaryFolder folder_;
  std::string address_;
  std::string port_ = "0";
  std::unique_ptr<Background> server_;
};

}  // namespace support
