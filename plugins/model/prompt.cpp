// model.prompt: which words describe each track.
//
// A track's words are those of its title, its artists, its tags, its artists' tags and its
// captions, without endings (shared/words.hpp); of captions, which are sentences, without those
// that say nothing (shared/mood_words.hpp). Each is weighed by the sum over where it stands of the
// field's weight times 1 + log(how often), times idf = log(1 + tracks / tracks with the word); the
// weights of a track are scaled to length 1 (Salton and Buckley: Term-weighting approaches in
// automatic text retrieval, Information Processing & Management 24(5), 1988).
//
// Artifact  table "tracks" (id): tracks that have words
//           table "terms" (word text, idf f32), by the words' bytes; lists "postings": per term the
//           rows of "tracks" that have it, ascending, weighted
//           matrix "quantiles": kMoodFeatures of shared/mood_words.hpp x 101 evenly spaced
//           quantiles over the tracks that have the feature, NaN where none has
#include "playlist/folded_words.hpp"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "shared/mood_words.hpp"
#include "shared/words.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr std::size_t kQuantiles = 101;

struct FieldWeights {
  float title, artists, tags, artist_tags, captions;
};

/// Numbers for words, in the order of their first mention.
class Vocabulary {
 public:
  std::int32_t number(std::string word) {
    const auto [at, is_new] =
        numbers_.emplace(std::move(word), static_cast<std::int32_t>(numbers_.size()));
    return at->second;
  }
  [[nodiscard]] std::vector<std::int32_t> numbers_of(std::string_view text) {
    std::vector<std::int32_t> found;
    for (std::string& word : shared::words(text)) found.push_back(number(std::move(word)));
    return found;
  }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  /// Words with their numbers, by their bytes.
  [[nodiscard]] std::vector<std::pair<std::string, std::int32_t>> sorted() const {
    std::vector<std::pair<std::string, std::int32_t>> words(numbers_.begin(), numbers_.end());
    std::sort(words.begin(), words.end());
    return words;
  }

 private:
  std::unordered_map<std::string, std::int32_t> numbers_;
};

/// What was said of each track.
class Captions {
 public:
  explicit Captions(playlist::ModelCall& call)
      : track_(call.table("captions")["track"].i32()),
        text_(call.table("captions")["text"].texts()) {}

  /// Calls `take` with each of the track's; tracks are asked for in ascending order.
  template <class Take>
  void each(std::int32_t track, const Take& take) {
    for (; row_ < track_.size() && track_[row_] <= track; ++row_)
      if (track_[row_] == track) take(text_[row_]);
  }

 private:
  std::span<const std::int32_t> track_;  // ascending
  playlist::Strings text_;
  std::size_t row_ = 0;
};

/// The words of one track, field by field.
class TrackWords {
 public:
  explicit TrackWords(playlist::ModelCall& call, Vocabulary& vocabulary)
      : title_(call.table("tracks")["title"].texts()),
        artists_(call.lists("track_artists")),
        tags_(call.lists("track_tags")),
        artist_tags_(call.lists("artist_tags")),
        captions_(call),
        vocabulary_(vocabulary) {
    const auto artist = call.table("artists")["name"].texts();
    for (std::size_t k = 0; k < artist.size(); ++k)
      artist_words_.push_back(vocabulary.numbers_of(artist[k]));
    const auto tag = call.table("tags")["name"].texts();
    for (std::size_t k = 0; k < tag.size(); ++k)
      tag_words_.push_back(vocabulary.numbers_of(tag[k]));
  }

  /// Term numbers, ascending, with their weights before idf. Tracks come in ascending order.
  std::map<std::int32_t, float> of(std::int32_t track, const FieldWeights& weights) {
    std::map<std::int32_t, float> sum;
    add(sum, weights.title, vocabulary_.numbers_of(title_[static_cast<std::size_t>(track)]));
    std::vector<std::int32_t> names, own_tags, artist_tags;
    for (const std::int32_t artist : artists_[track]) {
      append(names, artist_words_, artist);
      for (const std::int32_t tag : artist_tags_[artist]) append(artist_tags, tag_words_, tag);
    }
    for (const std::int32_t tag : tags_[track]) append(own_tags, tag_words_, tag);
    add(sum, weights.artists, names);
    add(sum, weights.tags, own_tags);
    add(sum, weights.artist_tags, artist_tags);
    std::vector<std::int32_t> said;
    captions_.each(track, [&](std::string_view caption) {
      for (const std::string& word : playlist::plain_words(caption))
        if (!shared::is_empty_word(word)) said.push_back(vocabulary_.number(shared::stem(word)));
    });
    add(sum, weights.captions, said);
    return sum;
  }

 private:
  using Words = std::vector<std::vector<std::int32_t>>;
  static void append(std::vector<std::int32_t>& to, const Words& words, std::int32_t row) {
    const auto& more = words[static_cast<std::size_t>(row)];
    to.insert(to.end(), more.begin(), more.end());
  }
  static void add(std::map<std::int32_t, float>& sum, float weight,
                  std::vector<std::int32_t> terms) {
    if (weight <= 0) return;
    std::sort(terms.begin(), terms.end());
    for (auto at = terms.begin(); at != terms.end();) {
      const auto end =
          std::find_if(at, terms.end(), [&](std::int32_t term) { return term != *at; });
      sum[*at] += weight * (1 + std::log(static_cast<float>(end - at)));
      at = end;
    }
  }

  playlist::Strings title_;
  playlist::Lists artists_, tags_, artist_tags_;
  Captions captions_;
  Vocabulary& vocabulary_;
  Words artist_words_, tag_words_;
};

/// Tracks x terms, each row of length 1 once weighed by idf.
struct Documents {
  std::vector<std::int64_t> ids;
  SparseMatrix words;
};

std::vector<float> inverse_frequencies(const SparseMatrix& words, std::size_t terms) {
  std::vector<std::int64_t> tracks(terms);
  for (const std::int32_t term : words.indices) ++tracks[static_cast<std::size_t>(term)];
  std::vector<float> idf(terms);
  for (std::size_t term = 0; term < terms; ++term)
    idf[term] = static_cast<float>(
        std::log1p(static_cast<double>(words.rows()) /
                   static_cast<double>(std::max<std::int64_t>(tracks[term], 1))));
  return idf;
}

void weigh(SparseMatrix& words, const std::vector<float>& idf) {
  for (std::int32_t row = 0; row < words.rows(); ++row) {
    const auto begin = static_cast<std::size_t>(words.offsets[static_cast<std::size_t>(row)]);
    const auto end = static_cast<std::size_t>(words.offsets[static_cast<std::size_t>(row) + 1]);
    double squares = 0;
    for (std::size_t k = begin; k < end; ++k) {
      words.values[k] *= idf[static_cast<std::size_t>(words.indices[k])];
      squares += static_cast<double>(words.values[k]) * words.values[k];
    }
    const auto scale = static_cast<float>(1 / std::sqrt(squares));
    for (std::size_t k = begin; k < end; ++k) words.values[k] *= scale;
  }
}

/// Terms x tracks, the terms in the order given.
SparseMatrix transposed(const SparseMatrix& words, const std::vector<std::int32_t>& place) {
  SparseMatrix made;
  made.columns = words.rows();
  std::vector<std::int64_t> next(place.size() + 1);
  for (const std::int32_t term : words.indices)
    ++next[static_cast<std::size_t>(place[static_cast<std::size_t>(term)]) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  made.offsets.assign(next.begin(), next.end());
  made.indices.resize(words.indices.size());
  made.values.resize(words.values.size());
  for (std::int32_t row = 0; row < words.rows(); ++row) {
    const auto terms = words.row(row);
    const auto values = words.row_values(row);
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const auto term = static_cast<std::size_t>(place[static_cast<std::size_t>(terms[k])]);
      const auto to = static_cast<std::size_t>(next[term]++);
      made.indices[to] = row;
      made.values[to] = values[k];
    }
  }
  return made;
}

std::vector<float> quantiles(std::span<const float> column) {
  std::vector<float> known;
  for (const float value : column)
    if (!std::isnan(value)) known.push_back(value);
  std::sort(known.begin(), known.end());
  std::vector<float> made(kQuantiles, playlist::kMissingF32);
  if (known.empty()) return made;
  for (std::size_t k = 0; k < kQuantiles; ++k)
    made[k] = known[k * (known.size() - 1) / (kQuantiles - 1)];
  return made;
}

class Prompt final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"title", 0.5, 0, 10, "weight of a word in the title"},
      {"artists", 0.5, 0, 10, "weight of a word in an artist's name"},
      {"tags", 1.0, 0, 10, "weight of a word in one of the track's tags"},
      {"artist_tags", 0.5, 0, 10, "weight of a word in one of its artists' tags"},
      {"captions", 1.0, 0, 10, "weight of a word in a text that describes the track"},
  };

  explicit Prompt(const playlist::Args& args)
      : weights_{
            static_cast<float>(args.number("title")), static_cast<float>(args.number("artists")),
            static_cast<float>(args.number("tags")), static_cast<float>(args.number("artist_tags")),
            static_cast<float>(args.number("captions"))} {}

  void train(playlist::ModelCall& call) const {
    Vocabulary vocabulary;
    Documents documents = read(call, vocabulary);
    write_quantiles(call);
    if (documents.ids.empty())
      throw playlist::NoData(
          "no track has a title, an artist, a tag or a caption with a word in it");
    const std::vector<float> idf = inverse_frequencies(documents.words, vocabulary.size());
    weigh(documents.words, idf);
    call.checkpoint(0.8);
    write_ids(call, "tracks", documents.ids);
    write_terms(call, vocabulary, idf, documents.words);
  }

 private:
  [[nodiscard]] Documents read(playlist::ModelCall& call, Vocabulary& vocabulary) const {
    const auto id = call.table("tracks")["id"].i64();
    TrackWords words_of(call, vocabulary);
    Documents documents;
    for (std::size_t track = 0; track < id.size(); ++track) {
      if (track % 4096 == 0)
        call.checkpoint(0.7 * static_cast<double>(track) / static_cast<double>(id.size()));
      const auto words = words_of.of(static_cast<std::int32_t>(track), weights_);
      if (words.empty()) continue;
      documents.ids.push_back(id[track]);
      for (const auto& [term, weight] : words) {
        documents.words.indices.push_back(term);
        documents.words.values.push_back(weight);
      }
      documents.words.offsets.push_back(static_cast<std::int64_t>(documents.words.indices.size()));
    }
    return documents;
  }

  static void write_quantiles(playlist::ModelCall& call) {
    const playlist::Table tracks = call.table("tracks");
    std::vector<float> all;
    for (const char* feature : shared::kMoodFeatures) {
      const std::vector<float> one = quantiles(tracks[feature].f32());
      all.insert(all.end(), one.begin(), one.end());
    }
    call.matrix("quantiles", all, kQuantiles);
  }

  /// Words that only fields of weight 0 have are left out.
  static void write_terms(playlist::ModelCall& call, const Vocabulary& vocabulary,
                          const std::vector<float>& idf, const SparseMatrix& words) {
    std::vector<bool> is_used(vocabulary.size());
    for (const std::int32_t term : words.indices) is_used[static_cast<std::size_t>(term)] = true;
    std::vector<std::int32_t> place(vocabulary.size(), -1), codes;
    std::vector<float> sorted_idf;
    std::vector<std::uint64_t> offsets{0};
    std::string bytes;
    for (const auto& [word, number] : vocabulary.sorted()) {
      const auto term = static_cast<std::size_t>(number);
      if (!is_used[term]) continue;
      place[term] = static_cast<std::int32_t>(codes.size());
      codes.push_back(place[term]);
      sorted_idf.push_back(idf[term]);
      bytes += word;
      offsets.push_back(bytes.size());
    }
    const playlist_dict dict{sizeof dict, static_cast<std::uint32_t>(codes.size()), bytes.data(),
                             offsets.data()};
    const playlist_column word{sizeof word, PLAYLIST_STRING, "word", codes.data(), &dict};
    const playlist_column frequency{sizeof frequency, PLAYLIST_F32, "idf", sorted_idf.data(),
                                    nullptr};
    const playlist_column* columns[] = {&word, &frequency};
    call.table("terms", playlist_table{sizeof(playlist_table), 2,
                                       static_cast<std::int64_t>(codes.size()), columns});
    SparseMatrix postings = transposed(words, place);
    postings.offsets.resize(codes.size() + 1);  // unused words stood nowhere
    write_lists(call, "postings", postings);
    call.card(playlist::concat("{\"tracks\": ", words.rows(), ", \"terms\": ", codes.size(),
                               ", \"postings\": ", words.entries(), "}"));
  }

  FieldWeights weights_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kPrompt = playlist::element<model::Prompt>(
    "model.prompt",
    "Which words describe each track: titles, artists, tags and captions by TF-IDF.");
