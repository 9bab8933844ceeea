#include "support/music_players.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace support {
namespace {

namespace fs = std::filesystem;

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

bool has_programs(const char* which, const std::string& test) {
  if (std::system(("{ " + test + "; } > /dev/null 2>&1").c_str()) == 0) return true;
  WARN(which << " is not installed: nothing was tried");
  return false;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Waits for `is_done`, 30 s at most.
template <class Done>
void wait_until(const std::string& what, const std::string& log, Done&& is_done) {
  for (int k = 0; k < 600; ++k) {
    if (is_done()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error(what + " does not come: " + text_of(log));
}

}  // namespace

void make_song(const std::string& file, const std::string& title, const std::string& artist,
               const std::string& album) {
  const Ended made = run_program({"sox", "-n", "-r", "8000", "--add-comment", "TITLE=" + title,
                                  "--add-comment", "ARTIST=" + artist, "--add-comment",
                                  "ALBUM=" + album, file, "synth", "2", "sine", "440"});
  if (made.exit_code != 0) throw std::runtime_error("sox: " + made.err);
}

const std::string& music_folder(int seconds) {
  static std::map<int, TemporaryFolder> folders;
  const bool is_made = folders.contains(seconds);
  const TemporaryFolder& folder = folders[seconds];
  for (int k = 1; k <= 30 && !is_made; ++k) {
    const std::string file = folder.file("song" + two_digits(k) + ".ogg");
    const Ended made = run_program(
        {"sox", "-n", "-r", "8000", "--add-comment", "TITLE=Song " + two_digits(k), "--add-comment",
         "ARTIST=Artist " + std::to_string((k - 1) % 10 + 1), "--add-comment",
         "ALBUM=Album " + std::to_string((k - 1) / 10 + 1), file, "synth",
         std::to_string(k < 30 ? seconds : 2), "sine", std::to_string(200 + 10 * k)});
    if (made.exit_code != 0) throw std::runtime_error("sox: " + made.err);
  }
  return folder.path();
}

bool has_mpd() {
  static const bool is_there =
      has_programs("mpd", "command -v mpd && command -v mpc && command -v sox");
  return is_there;
}

bool has_list_parser() {
  static const bool is_there = has_programs(
      "gir1.2-totemplparser-1.0",
      "/usr/bin/python3 -c 'import gi; gi.require_version(\"TotemPlParser\", \"1.0\")'");
  return is_there;
}

bool has_kodi() {
  static const bool is_there =
      has_programs("kodi-bin, kodi-data and xvfb",
                   "test -x /usr/lib/x86_64-linux-gnu/kodi/kodi.bin && command -v Xvfb && "
                   "/usr/bin/python3 " PLAYLIST_SOURCE_DIR "/tests/players/read_by_kodi.py");
  return is_there;
}

bool has_vlc() {
  static const bool is_there =
      has_programs("libvlc5 and vlc-plugin-base",
                   "/usr/bin/python3 -c 'import ctypes; ctypes.CDLL(\"libvlc.so.5\")' && "
                   "find /usr/lib -name libplaylist_plugin.so -path '*vlc*' | grep -q .");
  return is_there;
}

bool has_supysonic() {
  static const bool is_there = has_programs(
      "supysonic",
      "command -v supysonic-cli && command -v sox && /usr/bin/python3 -c 'import waitress'");
  return is_there;
}

Background::Background(const std::vector<std::string>& argv, const std::string& log,
                       const std::map<std::string, std::string>& environment,
                       const std::string& folder) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("fork failed");
  if (process_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(1);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

Background::~Background() {
  kill();
}

void Background::kill() {
  end(SIGKILL);
}

void Background::stop() {
  end(SIGTERM);
}

void Background::end(int signal) {
  if (process_ <= 0) return;
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

bool Background::is_running() {
  if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
  return process_ > 0;
}

MpdServer::MpdServer(const std::string& music, std::size_t songs) : songs_(songs) {
  fs::create_directories(folder_.file("playlists"));
  std::ofstream(folder_.file("mpd.conf"))
      << "music_directory \"" << music << "\"\nplaylist_directory \"" << folder_.file("playlists")
      << "\"\ndb_file \"" << folder_.file("db") << "\"\nstate_file \"" << folder_.file("state")
      << "\"\nsticker_file \"" << folder_.file("sticker.sql") << "\"\nlog_file \""
      << folder_.file("log") << "\"\nbind_to_address \"" << socket()
      << "\"\naudio_output {\n  type \"null\"\n  name \"null\"\n}\n";
  start();
}

void MpdServer::restart() {
  daemon_->stop();
  start();
}

void MpdServer::start() {
  daemon_ = std::make_unique<Background>(
      std::vector<std::string>{"mpd", "--no-daemon", folder_.file("mpd.conf")},
      folder_.file("said"));
  wait_until("mpd", folder_.file("log"), [&] {
    return run_program({"mpc", "-h", socket(), "update", "--wait"}).exit_code == 0 &&
           mpc({"listall"}).size() == songs_;
  });
}

std::vector<std::string> MpdServer::mpc(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"mpc", "-h", socket()});
  std::istringstream lines(run_program(arguments).out);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  return all;
}

SupysonicServer::SupysonicServer() {
  fs::create_directories(folder_.file("cache"));
  std::ofstream(folder_.file("supysonic.conf"))
      << "[base]\ndatabase_uri = sqlite:///" << folder_.file("supysonic.db")
      << "\nscanner_extensions = ogg\n[webapp]\ncache_dir = " << folder_.file("cache")
      << "\nlog_file = " << folder_.file("web.log")
      << "\n[daemon]\nsocket = " << folder_.file("socket") << "\nrun_watcher = no\n";
  const std::map<std::string, std::string> environment = {{"HOME", folder_.path()}};
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"supysonic-cli", "user", "add", kUser, "-p", kPassword},
           {"supysonic-cli", "folder", "add", "music", music_folder()},
           {"supysonic-cli", "folder", "scan", "--foreground"}}) {
    const Ended ended = run_program(command, environment, folder_.path());
    if (ended.exit_code != 0) throw std::runtime_error(command[1] + ": " + ended.err + ended.out);
  }
  start();
}

void SupysonicServer::start() {
  const std::string said = folder_.file("said");
  fs::remove(said);
  server_ = std::make_unique<Background>(
      std::vector<std::string>{"/usr/bin/python3",
                               PLAYLIST_SOURCE_DIR "/tests/players/serve_supysonic.py", port_},
      said, std::map<std::string, std::string>{{"HOME", folder_.path()}}, folder_.path());
  wait_until("supysonic", said, [&] { return text_of(said).starts_with("port "); });
  port_ = text_of(said).substr(5);
  port_.resize(port_.find('\n'));
  address_ = "http://127.0.0.1:" + port_;
}

void SupysonicServer::stop() {
  server_.reset();
}

std::string SupysonicServer::ask(const std::string& method, const std::string& query) const {
  return run_program({"curl", "-s", "-G", address_ + "/rest/" + method + ".view", "-d",
                      "v=1.10.2&c=test&f=json", "--data-urlencode", std::string("u=") + kUser,
                      "--data-urlencode", std::string("p=") + kPassword, "-d", query})
      .out;
}

}  // namespace support
