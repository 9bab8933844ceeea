// What is sung as vectors: which words there are, which count, and how well songs of one theme lie
// together, beside the simplest ways.
#include "kernels/lyrics_space.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using model::lyrics_space;
using model::LyricsOptions;
using model::LyricsSpace;
using model::SparseMatrix;
using model::sung_words;
using model::Vectors;
using model::weigh_lyrics;
using Words = std::vector<std::string>;

namespace {

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// Made-up songs of `kThemes` themes: of its theme's words each sings a few, among many that all
/// songs sing by Zipf's law, and some of other themes'.
constexpr int kThemes = 12, kSongs = 50;
std::vector<std::string> songs(int theme_words) {
  constexpr int kVocabulary = 120, kCommon = 400;
  playlist::Random random(11);
  std::vector<double> ends;
  for (int k = 1; k <= kCommon; ++k) ends.push_back((ends.empty() ? 0 : ends.back()) + 1.0 / k);
  std::vector<std::string> made;
  for (int song = 0; song < kThemes * kSongs; ++song) {
    std::string text;
    const auto sing = [&](const std::string& word) { text += word + ' '; };
    const auto of_theme = [&](std::uint64_t theme) {
      return "t" + std::to_string(theme) + "w" + std::to_string(random.below(kVocabulary));
    };
    for (int k = 0; k < theme_words; ++k)
      sing(of_theme(static_cast<std::uint64_t>(song % kThemes)));
    for (int k = 0; k < 8; ++k) sing(of_theme(random.below(kThemes)));
    for (int k = 0; k < 60; ++k) {
      const double at = random.real() * ends.back();
      sing("c" + std::to_string(std::lower_bound(ends.begin(), ends.end(), at) - ends.begin()));
    }
    made.push_back(text);
  }
  return made;
}

/// Of the ten nearest of each song, the share that is of its theme.
template <class Likeness>
double share_of_theme(std::int32_t rows, const Likeness& likeness) {
  constexpr std::size_t kNearest = 10;
  double sum = 0;
  for (std::int32_t row = 0; row < rows; ++row) {
    std::vector<std::pair<double, std::int32_t>> others;
    for (std::int32_t other = 0; other < rows; ++other)
      if (other != row) others.emplace_back(-likeness(row, other), other);
    std::partial_sort(others.begin(), others.begin() + kNearest, others.end());
    for (std::size_t k = 0; k < kNearest; ++k)
      sum += others[k].second % kThemes == row % kThemes ? 1 : 0;
  }
  return sum / (static_cast<double>(rows) * kNearest);
}

double cosine(const SparseMatrix& rows, std::int32_t a, std::int32_t b) {
  const auto left = rows.row(a), right = rows.row(b);
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (left[i] == right[j])
      sum += static_cast<double>(rows.row_values(a)[i++]) * rows.row_values(b)[j++];
    else
      left[i] < right[j] ? ++i : ++j;
  }
  return sum;
}

double cosine(const Vectors& vectors, std::int32_t a, std::int32_t b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < vectors.dim; ++k) {
    const double x = vectors.row(a)[k], y = vectors.row(b)[k];
    ab += x * y, aa += x * x, bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace

TEST_CASE("words that are sung are told in many scripts", "[models][lyrics]") {
  CHECK(sung_words("Don't stop, DON'T  stop\nÉté") == Words{"dont", "stop", "dont", "stop", "ete"});
  CHECK(sung_words("НОЧЬ, ночь Ёлка") == Words{"ночь", "ночь", "ёлка"});
  CHECK(sung_words("ΝΥΧΤΑ νυχτα") == Words{"νυχτα", "νυχτα"});
  CHECK(sung_words("夜に駆ける、月 moon光") ==
        Words{"夜に", "に駆", "駆け", "ける", "月", "moon", "光"});
  CHECK(sung_words("사랑해 너를") == Words{"사랑해", "너를"});
  CHECK(sung_words("") == Words{});
  CHECK(sung_words("\xff\xe3\x81 \xf0\x9f").size() == 2);  // no UTF-8, no crash
}

TEST_CASE("words of too few or too many texts do not count, and a text of few words has none",
          "[models][lyrics]") {
  std::vector<std::string> texts;
  for (int k = 0; k < 10; ++k)
    texts.push_back("you once" + std::to_string(k) + (k < 4 ? " a b c d e" : " f g h i j"));
  texts.push_back("you a b");
  const SparseMatrix weighed = weigh_lyrics(views_of(texts), {.max_share = 0.6});
  CHECK(weighed.columns == 10);
  CHECK(weighed.row(0).size() == 5);
  CHECK(weighed.row(10).empty());
  double squares = 0;
  for (const float value : weighed.row_values(0)) squares += static_cast<double>(value) * value;
  CHECK(squares == Approx(1));
  CHECK(lyrics_space({}, {}).vectors.rows == 0);
  CHECK(lyrics_space(views_of({"one", "two"}), {}).vectors.dim == 0);
}

TEST_CASE("texts whose words stand together elsewhere are near", "[models][lyrics]") {
  std::vector<std::string> texts = {"a b c d e", "f g h i j"};  // of one theme, no word in common
  for (int k = 0; k < 20; ++k) texts.push_back("a b c d e f g h i j");
  for (int k = 0; k < 40; ++k) texts.push_back("k l m n o p q r");
  const SparseMatrix weighed = weigh_lyrics(views_of(texts), {.max_share = 0.7});
  const LyricsSpace space = lyrics_space(views_of(texts), {.dim = 2, .max_share = 0.7});
  CHECK(cosine(weighed, 0, 1) == 0);
  CHECK(cosine(space.vectors, 0, 1) > 0.99);
  CHECK(std::abs(cosine(space.vectors, 0, 50)) < 0.01);
}

TEST_CASE("the same texts give the same vectors, whatever the number of threads",
          "[models][lyrics]") {
  const std::vector<std::string> texts = songs(16);
  const LyricsSpace one = lyrics_space(views_of(texts), {.threads = 1}),
                    two = lyrics_space(views_of(texts), {.threads = 2});
  CHECK(one.vectors.dim == 64);
  CHECK(one.vectors.values == two.vectors.values);
  const LyricsSpace stopped =
      lyrics_space(views_of(texts), {.proceed = [](double) { return false; }});
  CHECK(stopped.vectors.dim == 0);
}

// Chance is 49 of 599. Real lyrics were not at hand: how far this holds for them is not known.
TEST_CASE("songs of one theme lie together, better than by the words they share",
          "[models][lyrics]") {
  for (const auto& [theme_words, least_by_words, least] :
       {std::tuple(12, 0.5, 0.8), std::tuple(20, 0.8, 0.95)}) {
    const std::vector<std::string> texts = songs(theme_words);
    const SparseMatrix weighed = weigh_lyrics(views_of(texts), {});
    const LyricsSpace space = lyrics_space(views_of(texts), {});
    const double by_words =
        share_of_theme(weighed.rows(), [&](auto a, auto b) { return cosine(weighed, a, b); });
    const double by_space =
        share_of_theme(weighed.rows(), [&](auto a, auto b) { return cosine(space.vectors, a, b); });
    CAPTURE(theme_words, by_words, by_space);
    CHECK(by_words > least_by_words);
    CHECK(by_space > least);
    CHECK(by_space > by_words);
  }
}
