// How well tracks fit texts: what recall.prompt and ranking.prompt share. A text is compared in
// words, by model.prompt, and, where a text encoder's vectors of it and of tracks lie in one space,
// imported or made by the encoder that the user brought for it, by their angle.
//
//   words(c)   cosine of the text's and the track's TF-IDF vectors, over the best of the catalogue
//   mood(c)    how the track sounds against what the text's mood words ask for (mood_words.hpp)
//   text(c)  = (1 - moods) words(c) + moods mood(c)     in 0..1
//
// A text without mood words is words only, one with no word that a title, an artist, a tag or a
// caption has is mood only. The text's vector is idf(word) for each of its words (Salton and
// Buckley: Term-weighting approaches in automatic text retrieval, 1988).
//
//   score(c) = text(c)                   of a text without a vector in the space
//            = place(cos(c), cosines)    of a track with one, among all that have one
//            = place(text(c), texts)     of a track without one, among all tracks; 0 stays 0
//
// place() is the quantile of a value among those of the catalogue, 0 the least to 1 the most, equal
// ones in the middle of each other. Cosines of a shared space lie close together, at 0.1 to 0.4
// say, and say nothing beside a TF-IDF cosine; the k-th best of the one scale does beside the k-th
// best of the other.
//
// Of several texts, newest first:  score(c) = sum of w(k) score(k, c) / sum of w(k), w(k) = 1 / k
// for k = 1, 2 ...
// Threads: any, once made.
#pragma once

#include "playlist/plugin.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model_rows.hpp"
#include "mood_words.hpp"

namespace shared {

/// What texts are compared with; made once for all texts of a call, which it must not outlive.
class PromptCatalogue {
 public:
  static constexpr const char* kModel = "model.prompt";

  /// What model.prompt learned, and how tracks sound.
  struct Learned {
    playlist::Strings words;  // ascending
    std::span<const float> idf;
    playlist::Lists postings;
    ModelRows rows;
    playlist::Matrix quantiles;  // kMoodFeatures x evenly spaced quantiles
  };

  /// `space` may be one that nothing has a vector in, or "".
  PromptCatalogue(const playlist::Call& call, std::string_view space);

  [[nodiscard]] std::size_t tracks() const { return tracks_; }
  [[nodiscard]] const std::string& space() const { return space_; }
  /// Throws NoData when the model was not trained.
  [[nodiscard]] const Learned& learned() const;
  [[nodiscard]] bool is_learned() const { return learned_.has_value(); }

  /// The newest vector of the text that was imported, else what the space's encoder makes of it
  /// (playlist/encode.h); empty where tracks cannot be compared with it.
  [[nodiscard]] std::span<const float> vector_of(std::string_view text) const;
  /// Of each track with the vector; NaN for a track without one.
  [[nodiscard]] std::vector<float> cosines(std::span<const float> vector) const;
  [[nodiscard]] float mood(const PromptWords& prompt, std::int32_t track) const;

 private:
  void find_vectors(const playlist::Call& call);
  [[nodiscard]] std::span<const float> imported_vector_of(std::string_view text) const;
  [[nodiscard]] std::span<const float> encoded_vector_of(std::string_view text) const;

  const playlist::Call* call_;
  std::string space_, why_not_;
  std::size_t tracks_ = 0;
  std::optional<Learned> learned_;
  std::array<std::span<const float>, kMoodFeatures.size()> features_;
  playlist::Strings texts_;
  std::optional<playlist::Matrix> of_texts_, of_tracks_;
};

/// One text against all tracks.
class PromptMatch {
 public:
  /// `moods` 0..1. `taken_for`: mood words that the text means beside its own, "calm, not loud".
  /// Throws NoData when the text is empty, when none of its words says anything, and when it has no
  /// vector and the model was not trained.
  PromptMatch(const PromptCatalogue& catalogue, std::string_view text, float moods,
              std::string_view taken_for = "");

  /// Of a track number: 0..1.
  [[nodiscard]] float score(std::int32_t track) const {
    return places_.empty() ? by_text(track) : places_[static_cast<std::size_t>(track)];
  }
  /// What speaks for the track, e.g. "jazz, night, sounding mellow" or "its vector in the space
  /// clap"; "" when nothing does.
  [[nodiscard]] std::string because(std::int32_t track) const;
  /// The track is compared by its vector, not by words.
  [[nodiscard]] bool is_by_vector(std::int32_t track) const {
    return !is_vector_.empty() && is_vector_[static_cast<std::size_t>(track)];
  }
  /// Words that neither the catalogue nor the moods know; none of a text with a vector.
  [[nodiscard]] const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  struct Term {
    std::string word;
    std::vector<std::int32_t> tracks;  // ascending
  };

  [[nodiscard]] float by_text(std::int32_t track) const;
  void find_places(std::span<const float> vector);
  void look_up(const PromptCatalogue::Learned& learned);
  void add(const std::string& word, const PromptCatalogue::Learned& learned, std::ptrdiff_t term);

  const PromptCatalogue* catalogue_;
  PromptWords prompt_;
  std::vector<float> words_;  // by track number
  std::vector<Term> terms_;
  std::vector<std::string> unknown_;
  float moods_ = 0;
  std::vector<float> places_;    // by track number; empty: the text has no vector
  std::vector<bool> is_vector_;  // beside places_
};

/// What is asked for: a text, or else what the user asked for last.
struct PromptWish {
  /// The parameters that an element has for it.
  static constexpr playlist::Param kText = {
      "text", "", "what the tracks should be like, in words; \"\": what the user asked for last"};
  static constexpr playlist::Param kMoods = {
      "moods", 0.5, 0, 1, "how much mood words ask of the sound, against words in names and tags"};
  static constexpr playlist::Param kPrompts = {
      "prompts", 10, 0, 1'000,
      "of the user's own, at most, where there is no text; newest count most"};
  static constexpr playlist::Param kSpace = {
      "space", "clap", "imported vectors of texts and tracks to compare by; \"\": words only"};

  explicit PromptWish(const playlist::Args& args);

  std::string text;
  float moods;
  std::size_t prompts;  // of the user's own, at most
  std::string space;
};

/// The texts of a wish: the one given, or the user's own last ones that differ, newest first.
std::vector<std::string> texts_of(const playlist::Call& call, const PromptWish& wish);

/// All texts of a wish against all tracks. Not copied or moved: its parts point at each other.
class WishMatch {
 public:
  /// Throws NoData where there are no texts, where none of them says anything, and as PromptMatch
  /// does of a text that was given.
  WishMatch(const playlist::Call& call, const PromptWish& wish);
  WishMatch(const WishMatch&) = delete;
  WishMatch& operator=(const WishMatch&) = delete;

  /// Of a track number: 0..1.
  [[nodiscard]] float score(std::int32_t track) const;
  /// "fits "late night jazz" by jazz, night", of the text that speaks most for the track.
  [[nodiscard]] std::string because(std::int32_t track) const;
  /// Words of the given text that neither the catalogue nor the moods know.
  [[nodiscard]] std::vector<std::string> unknown() const;

 private:
  struct Part {
    std::string text;
    double weight;
    PromptMatch match;
  };

  void add(const std::string& text, float moods, double weight);

  bool is_own_;
  PromptCatalogue catalogue_;
  std::vector<Part> parts_;
};

}  // namespace shared
