#include "prompt_match.hpp"

#include "playlist/encode.h"
#include "playlist/folded_words.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace shared {
namespace {

using playlist::concat;
using playlist::NoData;

/// In lanes, which a processor adds up side by side, always in the same order.
double product(std::span<const float> a, std::span<const float> b) {
  std::array<float, 16> lanes{};
  std::size_t k = 0;
  for (; k + lanes.size() <= a.size(); k += lanes.size())
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
      lanes[lane] += a[k + lane] * b[k + lane];
  double sum = 0;
  for (; k < a.size(); ++k) sum += static_cast<double>(a[k]) * b[k];
  for (const float lane : lanes) sum += lane;
  return sum;
}

float place(std::span<const float> sorted, float value) {
  return sorted.size() < 2 ? 1 : rank_among(sorted, value);
}

/// Place of a word among words in ascending order of their bytes; -1 when it is not there.
std::ptrdiff_t find(const playlist::Strings& words, std::string_view wanted) {
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

PromptWords with_moods(PromptWords prompt, const PromptWords& more) {
  for (std::size_t k = 0; k < more.moods.size(); ++k) {
    if (std::find(prompt.moods.begin(), prompt.moods.end(), more.moods[k]) != prompt.moods.end())
      continue;
    prompt.moods.push_back(more.moods[k]);
    prompt.weights.push_back(more.weights[k]);
  }
  return prompt;
}

/// Its first words, where a text is too long for a sentence.
std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 120;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + " ...";
}

}  // namespace

// ---- PromptCatalogue ----------------------------------------------------------------------------

PromptCatalogue::PromptCatalogue(const playlist::Call& call, std::string_view space)
    : call_(&call), space_(space) {
  const playlist::Table tracks = call.table("tracks");
  tracks_ = tracks.rows();
  for (std::size_t k = 0; k < kMoodFeatures.size(); ++k)
    features_[k] = tracks[kMoodFeatures[k]].f32();
  try {
    const playlist::Table terms = call.artifact_table(kModel, "terms");
    learned_.emplace(
        Learned{terms["word"].texts(), terms["idf"].f32(), call.artifact_lists(kModel, "postings"),
                ModelRows(tracks["id"].i64(), call.artifact_table(kModel, "tracks")["id"].i64()),
                call.artifact_matrix(kModel, "quantiles")});
  } catch (const NoData& missing) {
    why_not_ = missing.what();
  }
  if (!space_.empty()) find_vectors(call);
}

const PromptCatalogue::Learned& PromptCatalogue::learned() const {
  if (!learned_) throw NoData(why_not_);
  return *learned_;
}

std::span<const float> PromptCatalogue::vector_of(std::string_view text) const {
  if (!of_tracks_) return {};
  const std::span<const float> imported = imported_vector_of(text);
  return imported.empty() ? encoded_vector_of(text) : imported;
}

std::span<const float> PromptCatalogue::encoded_vector_of(std::string_view text) const {
  const auto* encode =
      playlist::find_service<playlist_encode>(call_->host(), PLAYLIST_SERVICE_ENCODE);
  if (encode == nullptr) return {};
  const float* values = nullptr;
  std::uint64_t length = 0;
  const char* why = "";
  const playlist_status status = encode->text(call_->host(), space_.c_str(),
                                              std::string(text).c_str(), &values, &length, &why);
  if (status == PLAYLIST_OK && length == of_tracks_->columns()) return {values, length};
  if (status == PLAYLIST_OK) why = "its encoder's vectors of texts and of sound differ in length";
  if (*why != '\0')
    call_->warning(concat("\"", text, "\" is not encoded into the space ", space_, ": ", why));
  return {};
}

std::span<const float> PromptCatalogue::imported_vector_of(std::string_view text) const {
  if (!of_texts_) return {};
  const std::string folded = playlist::folded_words(text);
  std::int32_t code = 0;
  while (code < static_cast<std::int32_t>(texts_.code_count()) && texts_.text(code) != folded)
    ++code;
  for (std::size_t row = texts_.size(); row-- > 0;)
    if (texts_.code(row) == code) return (*of_texts_)[static_cast<std::int64_t>(row)];
  return {};
}

std::vector<float> PromptCatalogue::cosines(std::span<const float> vector) const {
  std::vector<float> made(tracks_, playlist::kMissingF32);
  const double own = std::sqrt(product(vector, vector));
  for (std::size_t k = 0; k < tracks_; ++k) {
    if (k % 16'384 == 0) call_->checkpoint();
    const auto track = (*of_tracks_)[static_cast<std::int64_t>(k)];
    if (std::isnan(track[0])) continue;
    const double length = own * std::sqrt(product(track, track));
    made[k] = length > 0 ? static_cast<float>(product(vector, track) / length) : 0;
  }
  return made;
}

float PromptCatalogue::mood(const PromptWords& prompt, std::int32_t track) const {
  MoodWeights ranks{};
  for (std::size_t k = 0; k < ranks.size(); ++k)
    ranks[k] = rank_among(learned().quantiles[static_cast<std::int64_t>(k)],
                          features_[k][static_cast<std::size_t>(track)]);
  return mood_fit(prompt.weights, ranks);
}

void PromptCatalogue::find_vectors(const playlist::Call& call) {
  const std::string name = "prompt_vectors:" + space_;
  try {
    const playlist::Matrix of_tracks = call.embedding(space_.c_str());
    if (of_tracks.columns() == 0) return;
    of_tracks_ = of_tracks;
    const playlist::Table table = call.table(name.c_str());
    if (table.rows() == 0) return;
    const playlist::Matrix of_texts = call.embedding(name.c_str());
    if (of_texts.columns() != of_tracks.columns()) return;
    texts_ = table["text"].texts();
    of_texts_ = of_texts;
  } catch (const playlist::Error&) {
    return;  // no track has a vector there, or the engine is older than these tables
  }
}

// ---- PromptMatch --------------------------------------------------------------------------------

PromptMatch::PromptMatch(const PromptCatalogue& catalogue, std::string_view text, float moods,
                         std::string_view taken_for)
    : catalogue_(&catalogue),
      prompt_(with_moods(read_prompt(text), read_prompt(taken_for))),
      words_(catalogue.tracks()) {
  if (prompt_.sought.empty() && prompt_.moods.empty()) {
    throw NoData(text.empty() ? "there is no text to look for"
                              : concat("\"", text, "\" has no word to look for"));
  }
  const auto vector = catalogue.vector_of(text);
  if (vector.empty() || catalogue.is_learned()) look_up(catalogue.learned());
  const bool has_moods = !prompt_.moods.empty() && catalogue.is_learned();
  if (terms_.empty() && !has_moods && vector.empty())
    throw NoData(concat("no title, artist, tag or caption has a word of \"", text, "\""));
  moods_ = !has_moods ? 0 : terms_.empty() ? 1 : moods;
  if (!vector.empty()) find_places(vector);
}

std::string PromptMatch::because(std::int32_t track) const {
  if (is_by_vector(track)) return "its vector in the space " + catalogue_->space();
  std::string found;
  for (const Term& term : terms_) {
    if (std::binary_search(term.tracks.begin(), term.tracks.end(), track))
      found += (found.empty() ? "" : ", ") + term.word;
  }
  if (moods_ == 0 || catalogue_->mood(prompt_, track) <= 0.5f) return found;
  std::string sound;
  for (const std::string& word : prompt_.moods) sound += (sound.empty() ? "" : ", ") + word;
  return found + (found.empty() ? "sounding " : ", sounding ") + sound;
}

float PromptMatch::by_text(std::int32_t track) const {
  const float words = words_[static_cast<std::size_t>(track)];
  return moods_ == 0 ? words : (1 - moods_) * words + moods_ * catalogue_->mood(prompt_, track);
}

void PromptMatch::find_places(std::span<const float> vector) {
  const std::vector<float> cosines = catalogue_->cosines(vector);
  std::vector<float> texts(cosines.size()), sorted_texts, sorted_cosines;
  for (std::size_t k = 0; k < texts.size(); ++k) {
    texts[k] = by_text(static_cast<std::int32_t>(k));
    if (!std::isnan(cosines[k])) sorted_cosines.push_back(cosines[k]);
  }
  sorted_texts = texts;
  std::sort(sorted_texts.begin(), sorted_texts.end());
  std::sort(sorted_cosines.begin(), sorted_cosines.end());
  places_.resize(texts.size());
  is_vector_.resize(texts.size());
  for (std::size_t k = 0; k < texts.size(); ++k) {
    is_vector_[k] = !std::isnan(cosines[k]);
    if (is_vector_[k]) {
      places_[k] = place(sorted_cosines, cosines[k]);
    } else if (texts[k] > 0) {
      places_[k] = place(sorted_texts, texts[k]);
    }
  }
  unknown_.clear();
}

void PromptMatch::look_up(const PromptCatalogue::Learned& learned) {
  for (const std::string& word : prompt_.sought) {
    const std::ptrdiff_t term = find(learned.words, word);
    if (term < 0) {
      if (find_mood_word(word) == nullptr) unknown_.push_back(word);
      continue;
    }
    add(word, learned, term);
  }
  // The prompt's own length is the same for all tracks, and goes with the best.
  const float best = words_.empty() ? 0 : *std::max_element(words_.begin(), words_.end());
  if (best > 0)
    for (float& value : words_) value /= best;
}

void PromptMatch::add(const std::string& word, const PromptCatalogue::Learned& learned,
                      std::ptrdiff_t term) {
  Term& found = terms_.emplace_back(Term{word, {}});
  const float weight = learned.idf[static_cast<std::size_t>(term)];
  const auto in = learned.postings[term];
  const auto values = learned.postings.weights(term);
  for (std::size_t k = 0; k < in.size(); ++k) {
    const std::int32_t track = learned.rows.number(in[k]);
    if (track < 0) continue;
    found.tracks.push_back(track);
    words_[static_cast<std::size_t>(track)] += weight * values[k];
  }
  std::sort(found.tracks.begin(), found.tracks.end());
  if (found.tracks.empty()) terms_.pop_back();
}

// ---- PromptWish, WishMatch ----------------------------------------------------------------------

PromptWish::PromptWish(const playlist::Args& args)
    : text(args.text(kText.name)),
      moods(static_cast<float>(args.number(kMoods.name))),
      prompts(args.count(kPrompts.name)),
      space(args.text(kSpace.name)) {}

std::vector<std::string> texts_of(const playlist::Call& call, const PromptWish& wish) {
  if (!wish.text.empty()) return {wish.text};
  if (wish.prompts == 0) return {};
  const playlist::Strings own = call.table("prompts")["text"].texts();
  std::vector<std::string> texts, folded;
  for (std::size_t row = own.size(); row-- > 0 && texts.size() < wish.prompts;) {
    std::string words = playlist::folded_words(own[row]);
    if (std::find(folded.begin(), folded.end(), words) != folded.end()) continue;
    folded.push_back(std::move(words));
    texts.emplace_back(own[row]);
  }
  return texts;
}

WishMatch::WishMatch(const playlist::Call& call, const PromptWish& wish)
    : is_own_(wish.text.empty()), catalogue_(call, wish.space) {
  const std::vector<std::string> texts = texts_of(call, wish);
  if (texts.empty()) throw NoData("there is no text to look for, and no prompt of the user's own");
  for (const std::string& text : texts)
    add(text, wish.moods, 1.0 / static_cast<double>(1 + parts_.size()));
  if (!parts_.empty()) return;
  static_cast<void>(catalogue_.learned());
  throw NoData(concat("no title, artist, tag or caption has a word of the user's last prompt",
                      texts.size() > 1 ? "s, \"" : ", \"", shown(texts[0]), "\""));
}

float WishMatch::score(std::int32_t track) const {
  if (parts_.size() == 1) return parts_[0].match.score(track);
  double sum = 0, weights = 0;
  for (const Part& part : parts_) {
    sum += part.weight * part.match.score(track);
    weights += part.weight;
  }
  return static_cast<float>(sum / weights);
}

std::string WishMatch::because(std::int32_t track) const {
  const Part* most = &parts_[0];
  for (const Part& part : parts_)
    if (part.weight * part.match.score(track) > most->weight * most->match.score(track))
      most = &part;
  const std::string why = most->match.because(track);
  return concat("fits ", is_own_ ? "your prompt " : "", "\"", shown(most->text), "\"",
                why.empty() ? "" : " by ", why);
}

std::vector<std::string> WishMatch::unknown() const {
  return is_own_ ? std::vector<std::string>{} : parts_[0].match.unknown();
}

void WishMatch::add(const std::string& text, float moods, double weight) {
  try {
    parts_.push_back({text, weight, PromptMatch(catalogue_, text, moods)});
  } catch (const NoData&) {
    if (!is_own_) throw;  // one of several may say nothing
  }
}

}  // namespace shared
