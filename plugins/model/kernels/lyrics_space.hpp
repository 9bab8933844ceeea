// Vectors of tracks from what is sung in them: the space "lyrics" of model.content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content_space.hpp"
#include "interactions.hpp"

namespace model {

/// The words of a text in order: folded (playlist/folded_words.hpp), Greek and Cyrillic in lower case
/// too. Of scripts that are written without blanks (Han, kana, Thai, Lao, Khmer, Burmese) every two
/// characters that follow each other are a word, and one that stands alone is. No word of any
/// language is told from the others here.
std::vector<std::string> sung_words(std::string_view text);

struct LyricsOptions {
  std::size_t dim = 64;         // 1 ..
  std::int32_t min_tracks = 3;  // a word of fewer tells of one track, or of a slip
  double max_share = 0.4;       // a word of more of the tracks tells of the language
  int threads = 1;              // the result does not depend on it
  /// Called now and then with 0 .. 1; false stops the work.
  std::function<bool(double)> proceed = {};
};

/// A text of which fewer words are left says too little to be near to others.
inline constexpr std::size_t kFewestSungWords = 5;

/// Texts x words, each row of length 1:
///
///   x(t,w) = (1 + log n(t,w)) log(texts / n(w)), n(w) = texts with w, min_tracks .. max_share
///
/// A text of fewer than kFewestSungWords such words has an empty row.
SparseMatrix weigh_lyrics(std::span<const std::string_view> texts, const LyricsOptions& options);

/// The rows of weigh_lyrics() on their first `dim` right singular vectors (latent semantic analysis:
/// Deerwester et al., JASIS 1990), by truncated_svd.hpp: texts that share no word but whose words
/// stand together elsewhere come near each other. At most `dim` columns; without any where
/// `proceed` said stop or no text has words. A text of too few words has a row of zeros.
struct LyricsSpace {
  Vectors vectors;
  std::int32_t words = 0;  // that counted
};
LyricsSpace lyrics_space(std::span<const std::string_view> texts, const LyricsOptions& options);

}  // namespace model
