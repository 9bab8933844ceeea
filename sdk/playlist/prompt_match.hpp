// How well tracks fit a text, by model.prompt: what recall.prompt and ranking.prompt share.
//
//   text(c)   cosine of the prompt's and the track's TF-IDF vectors, over the best of the catalogue
//   mood(c)   how the track sounds against what the prompt's mood words ask for (mood_words.hpp)
//   score(c) = (1 - moods) text(c) + moods mood(c)     in 0..1
//
// A prompt without mood words is text only, one with no word that a title, an artist or a tag has
// is mood only. The prompt's vector is idf(word) for each of its words (Salton and Buckley:
// Term-weighting approaches in automatic text retrieval, 1988).
// Header only, standard library only. Threads: any, once made.
#pragma once

#include "playlist/call.hpp"
#include "playlist/model_rows.hpp"
#include "playlist/mood_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace playlist {

class PromptMatch {
 public:
  static constexpr const char* kModel = "model.prompt";

  /// `moods` 0..1. Throws NoData when the model was not trained, when the text is empty, or when
  /// none of its words says anything.
  PromptMatch(const Call& call, std::string_view text, float moods)
      : prompt_(read_prompt(text)), text_(call.table("tracks").rows()) {
    if (prompt_.sought.empty() && prompt_.moods.empty()) {
      throw NoData(text.empty() ? "there is no text to look for"
                                : concat("\"", text, "\" has no word to look for"));
    }
    read_features(call);
    look_up(call);
    if (terms_.empty() && prompt_.moods.empty())
      throw NoData(concat("no title, artist or tag has a word of \"", text, "\""));
    moods_ = prompt_.moods.empty() ? 0 : terms_.empty() ? 1 : moods;
  }

  /// Of a track number: 0..1.
  [[nodiscard]] float score(std::int32_t track) const {
    const float text = text_[static_cast<std::size_t>(track)];
    return moods_ == 0 ? text : (1 - moods_) * text + moods_ * mood(track);
  }
  /// The words of the prompt that speak for the track, e.g. "jazz, night, sounding mellow"; "" when
  /// none does.
  [[nodiscard]] std::string because(std::int32_t track) const {
    std::string found;
    for (const Term& term : terms_) {
      if (std::binary_search(term.tracks.begin(), term.tracks.end(), track))
        found += (found.empty() ? "" : ", ") + term.word;
    }
    if (moods_ == 0 || mood(track) <= 0.5f) return found;
    std::string sound;
    for (const std::string& word : prompt_.moods) sound += (sound.empty() ? "" : ", ") + word;
    return found + (found.empty() ? "sounding " : ", sounding ") + sound;
  }
  /// Words that neither the catalogue nor the moods know.
  [[nodiscard]] const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  struct Term {
    std::string word;
    std::vector<std::int32_t> tracks;  // ascending
  };

  void read_features(const Call& call) {
    const Table tracks = call.table("tracks");
    quantiles_ = call.artifact_matrix(kModel, "quantiles");
    for (std::size_t k = 0; k < kMoodFeatures.size(); ++k)
      features_[k] = tracks[kMoodFeatures[k]].f32();
  }

  void look_up(const Call& call) {
    const Table terms = call.artifact_table(kModel, "terms");
    const Strings words = terms["word"].texts();
    const auto idf = terms["idf"].f32();
    const Lists postings = call.artifact_lists(kModel, "postings");
    const ModelRows rows(call.table("tracks")["id"].i64(),
                         call.artifact_table(kModel, "tracks")["id"].i64());
    for (const std::string& word : prompt_.sought) {
      const std::ptrdiff_t term = find(words, word);
      if (term < 0) {
        if (find_mood_word(word) == nullptr) unknown_.push_back(word);
        continue;
      }
      add(word, postings, term, idf[static_cast<std::size_t>(term)], rows);
    }
    // The prompt's own length is the same for all tracks, and goes with the best.
    const float best = text_.empty() ? 0 : *std::max_element(text_.begin(), text_.end());
    if (best > 0)
      for (float& value : text_) value /= best;
  }

  void add(const std::string& word, const Lists& postings, std::ptrdiff_t term, float weight,
           const ModelRows& rows) {
    Term& found = terms_.emplace_back(Term{word, {}});
    const auto in = postings[term];
    const auto values = postings.weights(term);
    for (std::size_t k = 0; k < in.size(); ++k) {
      const std::int32_t track = rows.number(in[k]);
      if (track < 0) continue;
      found.tracks.push_back(track);
      text_[static_cast<std::size_t>(track)] += weight * values[k];
    }
    std::sort(found.tracks.begin(), found.tracks.end());
    if (found.tracks.empty()) terms_.pop_back();
  }

  [[nodiscard]] float mood(std::int32_t track) const {
    MoodWeights ranks{};
    for (std::size_t k = 0; k < ranks.size(); ++k)
      ranks[k] = rank_among(quantiles_[static_cast<std::int64_t>(k)],
                            features_[k][static_cast<std::size_t>(track)]);
    return mood_fit(prompt_.weights, ranks);
  }

  /// Place of a word among words in ascending order of their bytes; -1 when it is not there.
  static std::ptrdiff_t find(const Strings& words, std::string_view wanted) {
    std::size_t low = 0, high = words.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (std::string_view(words[middle]) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < words.size() && std::string_view(words[low]) == wanted
               ? static_cast<std::ptrdiff_t>(low)
               : -1;
  }

  PromptWords prompt_;
  std::vector<float> text_;  // by track number
  std::vector<Term> terms_;
  std::vector<std::string> unknown_;
  float moods_ = 0;
  Matrix quantiles_{nullptr};  // kMoodFeatures x evenly spaced quantiles
  std::array<std::span<const float>, kMoodFeatures.size()> features_;
};

}  // namespace playlist
