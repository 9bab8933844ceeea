// source.sounds: vectors of tracks from a text file.
//
// Format   first line "# sounds of SPACE", then MBID NUMBER NUMBER ... per line, divided by blanks;
//          empty lines are allowed
// Buckets  empty, malformed (no numbers)
#include "playlist/plugin.hpp"

#include <charconv>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kMagic = "# sounds of ";

/// Takes what stands before the next `end` off the text.
std::string_view take(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

class Sounds final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with(kMagic) ? 100 : 0;
  }

  void read(playlist::SourceCall& call) const {
    playlist::Rows& sounds = call.rows("vectors");
    playlist::TextColumn& space = sounds.text("space");
    playlist::TextColumn& mbid = sounds.text("mbid");
    playlist::VectorColumn& vector = sounds.vector();
    const std::string_view bytes = call.input().bytes();
    std::string_view rest = bytes.substr(kMagic.size());
    const std::string_view name = take(rest, '\n');
    std::vector<float> numbers;
    while (!rest.empty()) {
      std::string_view line = take(rest, '\n');
      const std::string_view id = take(line, ' ');
      if (id.empty()) {
        call.bucket("empty");
      } else if (!read_numbers(line, numbers)) {
        call.malformed("no numbers behind the id");
      } else {
        sounds.row();
        space.set(name);
        mbid.set(id);
        vector.set(numbers);
      }
      call.next(bytes.size() - rest.size());
    }
    call.finish();
  }

 private:
  static bool read_numbers(std::string_view line, std::vector<float>& numbers) {
    numbers.clear();
    while (!line.empty()) {
      const std::string_view word = take(line, ' ');
      const char* const end = word.data() + word.size();
      const auto [stop, error] = std::from_chars(word.data(), end, numbers.emplace_back());
      if (error != std::errc() || stop != end) return false;
    }
    return !numbers.empty();
  }
};

constinit const playlist::Element kSounds = playlist::element<Sounds>(
    "source.sounds", "Vectors of tracks from a text file of MBIDs and numbers.");

}  // namespace

PLAYLIST_LIBRARY("org.example.sounds", "1.0.0", kSounds);
