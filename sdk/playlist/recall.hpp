// What recall elements return: candidates with a score and an explanation, best (or next) first.
#pragma once

#include "playlist/call.hpp"
#include "playlist/plugin.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace playlist {

/// A list of candidates under construction.
///
///   playlist::Candidates found(call);
///   found.add(track, 0.8f, call.because("similar to ", name));
///   found.set(0, 3.0f);       // the first of kOutputs, for the track just added
class Candidates {
 public:
  explicit Candidates(std::span<const Field> outputs = {})
      : outputs_(outputs), columns_(outputs.size()) {}

  /// `explanation` is a code of Call::text(). A track added twice keeps its first place.
  void add(std::int32_t track, float score, std::int32_t explanation = kMissingText) {
    tracks_.push_back(track);
    scores_.push_back(score);
    explanations_.push_back(explanation);
  }
  /// Value of the k-th declared output for the track added last; missing where it is not set. T is
  /// float, double, std::int32_t (also for codes of text), std::int64_t or std::uint8_t as
  /// declared.
  template <class T>
  void set(std::size_t k, T value) {
    if (k >= outputs_.size()) throw Error(concat("output ", k, " is not declared"));
    if (sizeof(T) != item_size(outputs_[k].type) ||
        std::is_floating_point_v<T> != is_real(outputs_[k].type)) {
      throw Error(concat("output ", outputs_[k].name, " is declared as ",
                         type_name(outputs_[k].type), " and was set as another type"));
    }
    fill(k, tracks_.size());
    std::memcpy(columns_[k].data() + (tracks_.size() - 1) * sizeof(T), &value, sizeof(T));
  }
  void reserve(std::size_t count) {
    tracks_.reserve(count);
    scores_.reserve(count);
    explanations_.reserve(count);
  }
  [[nodiscard]] std::size_t size() const { return tracks_.size(); }
  [[nodiscard]] bool empty() const { return tracks_.empty(); }
  [[nodiscard]] std::span<const std::int32_t> tracks() const { return tracks_; }
  [[nodiscard]] std::span<const float> scores() const { return scores_; }

  /// Hands everything to the host; the SDK calls it with what recall() returned.
  playlist_status append(const playlist_host* host, const playlist_candidates& service) {
    std::vector<const void*> pointers;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      fill(k, tracks_.size());
      pointers.push_back(columns_[k].data());
    }
    return service.append(host, tracks_.data(), scores_.data(), explanations_.data(),
                          pointers.empty() ? nullptr : pointers.data(),
                          static_cast<std::int64_t>(tracks_.size()));
  }

 private:
  static bool is_real(std::uint32_t type) { return type == PLAYLIST_F32 || type == PLAYLIST_F64; }
  static std::size_t item_size(std::uint32_t type) {
    return type == PLAYLIST_F64 || type == PLAYLIST_I64 ? 8 : type == PLAYLIST_U8 ? 1 : 4;
  }
  /// Fills output k with "missing" up to `rows` rows.
  void fill(std::size_t k, std::size_t rows) {
    std::vector<std::uint8_t>& bytes = columns_[k];
    const std::size_t size = item_size(outputs_[k].type);
    std::uint8_t missing[8];
    switch (outputs_[k].type) {
      case PLAYLIST_F32:
        std::memcpy(missing, &kMissingF32, size);
        break;
      case PLAYLIST_F64:
        std::memcpy(missing, &kMissingF64, size);
        break;
      case PLAYLIST_I32:
        std::memcpy(missing, &kMissingI32, size);
        break;
      case PLAYLIST_I64:
        std::memcpy(missing, &kMissingI64, size);
        break;
      default:
        std::memset(missing, 255, sizeof missing);  // -1 and 255
    }
    while (bytes.size() < rows * size) bytes.insert(bytes.end(), missing, missing + size);
  }

  std::span<const Field> outputs_;
  std::vector<std::int32_t> tracks_, explanations_;
  std::vector<float> scores_;
  std::vector<std::vector<std::uint8_t>> columns_;
};

/// Adds up scores per track from many seeds, then gives the best.
///
///   playlist::ScoreBoard scores(call.table("tracks").rows());
///   scores.add(track, 0.25, explanation_of_seed);
///   scores.exclude(seed);
///   return scores.top(limit, call.candidates());
class ScoreBoard {
 public:
  explicit ScoreBoard(std::size_t track_count) : places_(track_count, -1) {}

  /// Adds to the track's score. Its explanation is that of its largest single addition; at equal
  /// additions the first.
  void add(std::int32_t track, double score, std::int32_t explanation = kMissingText) {
    std::int32_t& place = places_[static_cast<std::size_t>(track)];
    if (place == kExcluded) return;
    if (place < 0) {
      place = static_cast<std::int32_t>(entries_.size());
      entries_.push_back({track, explanation, score, score});
      return;
    }
    Entry& entry = entries_[static_cast<std::size_t>(place)];
    entry.score += score;
    if (score > entry.largest) {
      entry.largest = score;
      entry.explanation = explanation;
    }
  }
  /// This track is not wanted, before or after it was added: a seed, say.
  void exclude(std::int32_t track) {
    std::int32_t& place = places_[static_cast<std::size_t>(track)];
    if (place >= 0) entries_[static_cast<std::size_t>(place)].is_excluded = true;
    place = kExcluded;
  }

  /// The best `limit` tracks by score, equal scores by track number, added to `found`.
  [[nodiscard]] Candidates top(std::size_t limit, Candidates found) const {
    std::vector<Entry> best;
    best.reserve(entries_.size());
    for (const Entry& entry : entries_) {
      if (!entry.is_excluded) best.push_back(entry);
    }
    limit = std::min(limit, best.size());
    std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(limit), best.end(),
                      [](const Entry& a, const Entry& b) {
                        return a.score != b.score ? a.score > b.score : a.track < b.track;
                      });
    found.reserve(found.size() + limit);
    for (std::size_t i = 0; i < limit; ++i) {
      found.add(best[i].track, static_cast<float>(best[i].score), best[i].explanation);
    }
    return found;
  }

 private:
  static constexpr std::int32_t kExcluded = -2;
  struct Entry {
    std::int32_t track, explanation;
    double score, largest;
    bool is_excluded = false;
  };
  std::vector<std::int32_t> places_;  // per track: its entry, -1 none, kExcluded
  std::vector<Entry> entries_;
};

class RecallCall : public Call {
 public:
  RecallCall(const playlist_host* host, const playlist_io* io, std::span<const Field> outputs)
      : Call(host, io), outputs_(outputs) {}

  /// An empty list of candidates with this element's outputs.
  [[nodiscard]] Candidates candidates() const { return Candidates(outputs_); }

  /// Hands candidates over early, for elements that find very many; recall() may then return
  /// nothing more.
  void append(Candidates& found) const {
    if (found.empty()) return;
    const auto& service = require_service<playlist_candidates>(PLAYLIST_SERVICE_CANDIDATES);
    check(found.append(host(), service), "the recall");
  }

 private:
  std::span<const Field> outputs_;
};

}  // namespace playlist
