#include "support/music_sound.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <catch2/catch.hpp>

#include "support/program.hpp"

namespace test {
namespace {

std::string synchsafe(std::size_t size) {
  std::string bytes;
  for (int shift = 21; shift >= 0; shift -= 7) bytes += static_cast<char>(size >> shift & 0x7f);
  return bytes;
}

std::string id3_frame(const std::string& name, const std::string& value) {
  std::string data;
  const std::string id = name.substr(0, 4), detail = name.size() > 5 ? name.substr(5) : "";
  if (id == "UFID") {
    data = detail + '\0' + value;
  } else if (id == "USLT") {
    data = std::string("\3eng", 4) + detail + '\0' + value;
  } else if (id == "SYLT") {  // milliseconds, lyrics
    data = std::string("\3eng\2\1", 6) + '\0';
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find('|', begin), value.size());
      data += value.substr(begin, end - begin) + std::string("\0\0\0\1\0", 5);
      begin = end + 1;
    }
  } else {
    data = '\3' + (detail.empty() ? "" : detail + '\0') + value;  // UTF-8
  }
  return id + synchsafe(data.size()) + std::string(2, '\0') + data;
}

}  // namespace

std::string mp3(const MusicTags& tags, int frame_count) {
  std::string frames;
  for (const auto& [name, value] : tags) frames += id3_frame(name, value);
  std::string bytes;
  if (!tags.empty()) {
    bytes = std::string("ID3\4\0\0", 6) + synchsafe(frames.size()) + frames;
  }
  const std::string silence = std::string("\xff\xfb\x90\x00", 4) + std::string(413, '\0');
  for (int k = 0; k < frame_count; ++k) bytes += silence;
  return bytes;
}

bool has_sox() {
  static const bool has = support::run_program({"sh", "-c", "command -v sox"}).exit_code == 0;
  if (!has) WARN("sox is not installed: nothing is made with it");
  return has;
}

bool make_by_sox(const std::string& path, const MusicTags& tags, double seconds) {
  std::vector<std::string> argv = {"sox", "-V0", "-n", "-r", "44100", "-c", "1"};
  for (const auto& [name, value] : tags) {
    argv.insert(argv.end(), {"--add-comment", name + "=" + value});
  }
  argv.insert(argv.end(), {path, "synth", std::to_string(seconds), "sine", "440"});
  return support::run_program(argv).exit_code == 0 && std::filesystem::exists(path);
}

}  // namespace test
