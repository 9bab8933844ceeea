// filtering.word_list: drops tracks whose title holds one of the words in a file.
//
// The file is a parameter: the engine reads it before this element is made, says where it is
// missing, notes it in the run's record, and `engine watch` runs again when it is saved. The element
// opens nothing itself.
#include "playlist/plugin.hpp"

#include <string_view>
#include <vector>

namespace {

class WordList final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::file("words", "", "a text file, one word or phrase a line").required(),
  };

  explicit WordList(const playlist::Args& args) {
    std::string_view rest = args.file("words").bytes();  // stays as long as this element
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (!line.empty()) words_.push_back(line);
    }
  }

  void filter(playlist::FilteringCall& call) const {
    const playlist::Strings titles = call.table("tracks")["title"].texts();
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 10'000 == 0) call.checkpoint();
      const std::string_view title = titles[static_cast<std::size_t>(track[row])];
      for (const std::string_view word : words_) {
        if (title.find(word) == std::string_view::npos) continue;
        call.drop(row, call.because("its title has \"", word, '"'));
        break;
      }
    }
  }

 private:
  std::vector<std::string_view> words_;
};

constinit const playlist::Element kWordList = playlist::element<WordList>(
    "filtering.word_list", "Drops tracks whose title holds one of the words in a file.");

}  // namespace

PLAYLIST_LIBRARY("org.example.word-list", "1.0.0", kWordList);
