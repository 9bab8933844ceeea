#include "lyrics_space.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "truncated_svd.hpp"

namespace model {
namespace {

/// The character that a text begins with; a byte that begins none is one.
struct Character {
  char32_t code;
  std::size_t length;
};
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t length = byte(0) < 0xc2   ? 1
                             : byte(0) < 0xe0 ? 2
                             : byte(0) < 0xf0 ? 3
                             : byte(0) < 0xf5 ? 4
                                              : 1;
  if (length == 1 || text.size() < length) return {byte(0), 1};
  char32_t code = byte(0) & (0xffu >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xc0) != 0x80) return {byte(0), 1};
    code = code << 6 | (byte(k) & 0x3f);
  }
  return {code, length};
}

/// Written without blanks between words.
bool is_without_blanks(char32_t code) {
  return (code >= 0x0e00 && code <= 0x0eff) || (code >= 0x1000 && code <= 0x109f) ||
         (code >= 0x1780 && code <= 0x17ff) || (code >= 0x3040 && code <= 0x30ff) ||
         (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0x20000 && code <= 0x3ffff);
}

/// Punctuation of East Asia, which folding takes for letters.
bool is_sign(char32_t code) {
  return (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff0f) ||
         (code >= 0xff1a && code <= 0xff20) || (code >= 0x2500 && code <= 0x27ff) || code == 0x30fb;
}

/// Capitals of Greek and Cyrillic, all of two bytes, as small letters of two bytes.
char32_t small(char32_t code) {
  if ((code >= 0x0391 && code <= 0x03a9) || (code >= 0x0410 && code <= 0x042f)) return code + 0x20;
  return code >= 0x0400 && code <= 0x040f ? code + 0x50 : code;
}

/// Splits one folded word where its script changes to one without blanks and back.
void add_words(std::string_view word, std::vector<std::string>& words) {
  std::string letters;
  std::string_view before;  // the last character of a run without blanks
  std::size_t run = 0;
  const auto end_letters = [&] {
    if (!letters.empty()) words.push_back(std::move(letters));
    letters.clear();
  };
  const auto end_run = [&] {
    if (run == 1) words.emplace_back(before);
    run = 0;
  };
  while (!word.empty()) {
    const Character next = first_of(word);
    const std::string_view bytes = word.substr(0, next.length);
    word.remove_prefix(next.length);
    if (is_sign(next.code)) {
      end_letters();
      end_run();
    } else if (is_without_blanks(next.code)) {
      end_letters();
      if (run > 0) words.push_back(std::string(before) + std::string(bytes));
      before = bytes;
      ++run;
    } else {
      end_run();
      const char32_t code = next.length == 2 ? small(next.code) : next.code;
      if (next.length == 2) {
        letters += static_cast<char>(0xc0 | code >> 6);
        letters += static_cast<char>(0x80 | (code & 0x3f));
      } else {
        letters += bytes;
      }
    }
  }
  end_letters();
  end_run();
}

/// How often each word stands in each text, words in the order of their first mention.
SparseMatrix count_words(std::span<const std::string_view> texts, const LyricsOptions& options) {
  std::unordered_map<std::string, std::int32_t> numbers;
  SparseMatrix counts;
  std::map<std::int32_t, float> row;
  for (std::size_t text = 0; text < texts.size(); ++text) {
    if (text % 256 == 0 && options.proceed &&
        !options.proceed(0.3 * static_cast<double>(text) / static_cast<double>(texts.size())))
      return {};
    row.clear();
    for (std::string& word : sung_words(texts[text])) {
      const auto next = static_cast<std::int32_t>(numbers.size());
      row[numbers.emplace(std::move(word), next).first->second] += 1;
    }
    for (const auto& [word, count] : row) {
      counts.indices.push_back(word);
      counts.values.push_back(count);
    }
    counts.offsets.push_back(static_cast<std::int64_t>(counts.indices.size()));
  }
  counts.columns = static_cast<std::int32_t>(numbers.size());
  return counts;
}

/// log(texts / n(w)); 0 of a word that does not count.
std::vector<double> rarities(const SparseMatrix& counts, const LyricsOptions& options) {
  std::vector<std::int32_t> texts(static_cast<std::size_t>(counts.columns));
  for (const std::int32_t word : counts.indices) ++texts[static_cast<std::size_t>(word)];
  const double all = counts.rows();
  std::vector<double> rarity;
  for (const std::int32_t count : texts) {
    const bool counts_for_it = count >= options.min_tracks && count <= options.max_share * all;
    rarity.push_back(counts_for_it ? std::log(all / count) : 0);
  }
  return rarity;
}

}  // namespace

std::vector<std::string> sung_words(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string& word : playlist::plain_words(text)) add_words(word, words);
  return words;
}

SparseMatrix weigh_lyrics(std::span<const std::string_view> texts, const LyricsOptions& options) {
  const SparseMatrix counts = count_words(texts, options);
  const std::vector<double> rarity = rarities(counts, options);
  std::vector<std::int32_t> place(rarity.size(), -1);
  SparseMatrix weighed;
  for (std::size_t word = 0; word < rarity.size(); ++word)
    if (rarity[word] > 0) place[word] = weighed.columns++;
  std::vector<double> row;
  for (std::int32_t text = 0; text < counts.rows(); ++text) {
    const auto words = counts.row(text);
    const auto times = counts.row_values(text);
    const std::size_t before = weighed.indices.size();
    double squares = 0;
    row.clear();
    for (std::size_t k = 0; k < words.size(); ++k) {
      const auto word = static_cast<std::size_t>(words[k]);
      if (place[word] < 0) continue;
      row.push_back((1 + std::log(static_cast<double>(times[k]))) * rarity[word]);
      weighed.indices.push_back(place[word]);
      squares += row.back() * row.back();
    }
    if (row.size() < kFewestSungWords) {
      weighed.indices.resize(before);
    } else {
      for (const double value : row)
        weighed.values.push_back(static_cast<float>(value / std::sqrt(squares)));
    }
    weighed.offsets.push_back(static_cast<std::int64_t>(weighed.indices.size()));
  }
  return weighed;
}

LyricsSpace lyrics_space(std::span<const std::string_view> texts, const LyricsOptions& options) {
  const SparseMatrix weighed = weigh_lyrics(texts, options);
  SvdOptions svd;
  svd.rank = static_cast<std::int32_t>(options.dim);
  svd.threads = options.threads;
  if (options.proceed) svd.proceed = [&](double done) { return options.proceed(0.3 + 0.7 * done); };
  const TruncatedSvd axes = truncated_svd(weighed, svd);
  LyricsSpace space;
  space.words = weighed.columns;
  if (axes.rank == 0) return space;
  space.vectors = Vectors(weighed.rows(), static_cast<std::size_t>(axes.rank));
  std::vector<double> place(static_cast<std::size_t>(axes.rank));
  for (std::int32_t text = 0; text < weighed.rows(); ++text) {
    std::fill(place.begin(), place.end(), 0);
    const auto words = weighed.row(text);
    const auto values = weighed.row_values(text);
    for (std::size_t k = 0; k < words.size(); ++k) {
      const float* axis = axes.right.data() + static_cast<std::ptrdiff_t>(words[k]) * axes.rank;
      for (std::size_t d = 0; d < place.size(); ++d)
        place[d] += static_cast<double>(values[k]) * static_cast<double>(axis[d]);
    }
    for (std::size_t d = 0; d < place.size(); ++d)
      space.vectors.row(text)[d] = static_cast<float>(place[d]);
  }
  return space;
}

}  // namespace model
