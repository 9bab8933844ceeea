// ranking.din: the chance that the user plays a track through, by model.din.
//
// A Deep Interest Network (kernels/din_scoring.hpp) over `history`, the tracks that the user played
// last: pl.ranking.din { history = user.history:last { n = 50 } }. Tracks of the history that were
// skipped (a score <= 0) are left out, as the model learned from what was played.
//
// din  0..1: that the track is played rather than skipped, or rather than a track drawn at random
//      (model.din says how) in its place. A track that the model does not know is its artist's; one
//      whose artist it does not know either is judged by nothing but the history. Candidates do not
//      bear on each other.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/din_scoring.hpp"
#include "shared/model_rows.hpp"

namespace {

constexpr const char* kDinModel = "model.din";
constexpr std::size_t kBlock = 1024;  // candidates between two looks at whether to stop

/// The artifact as the kernel wants it, checked: a kernel trusts its sizes.
class Network {
 public:
  explicit Network(const playlist::Call& call) {
    const playlist::Matrix attention = matrix(call, "attention"), first = matrix(call, "first"),
                           second = matrix(call, "second");
    numbers_.dim = static_cast<int>(matrix(call, "tracks").columns());
    numbers_.attention = units(call, "attention_units", attention.columns());
    numbers_.first = units(call, "first_units", first.columns());
    numbers_.second = units(call, "second_units", second.columns());
    const auto dim = static_cast<std::size_t>(numbers_.dim);
    require(dim % 16 == 0 && dim > 0 && matrix(call, "artists").columns() == dim);
    require(attention.rows() == 3 * dim && first.rows() == 3 * dim &&
            second.rows() == first.columns());
    const std::size_t part = dim * attention.columns();
    numbers_.history = attention.data();
    numbers_.candidate = attention.data() + part;
    numbers_.product = attention.data() + 2 * part;
    numbers_.first_weights = first.data();
    numbers_.second_weights = second.data();
    numbers_.attention_out = row(call, "attention_out", attention.columns());
    numbers_.out = row(call, "out", second.columns());
    const float* biases = row(call, "biases", 2);
    numbers_.attention_out_bias = biases[0];
    numbers_.out_bias = biases[1];
  }

  [[nodiscard]] const ranking::DinNumbers& numbers() const { return numbers_; }

 private:
  static void require(bool is_right) {
    if (!is_right)
      throw playlist::NoData("model.din has another shape; train it again: engine train din");
  }
  static playlist::Matrix matrix(const playlist::Call& call, const char* name) {
    return call.artifact_matrix(kDinModel, name);
  }
  static const float* row(const playlist::Call& call, const char* name, std::size_t columns) {
    const playlist::Matrix found = matrix(call, name);
    require(found.rows() == 1 && found.columns() == columns);
    return found.data();
  }
  static ranking::DinUnits units(const playlist::Call& call, const char* name, std::size_t count) {
    const playlist::Matrix found = matrix(call, name);
    require(found.rows() == 4 && found.columns() == count && count % 16 == 0 && count > 0);
    const float* data = found.data();
    const bool is_dice = !std::isnan(data[2 * count]);
    return {static_cast<int>(count), data, data + count, is_dice ? data + 2 * count : nullptr,
            is_dice ? data + 3 * count : nullptr};
  }

  ranking::DinNumbers numbers_;
};

/// x of tracks: their embedding and their artist's.
class Embeddings {
 public:
  explicit Embeddings(const playlist::Call& call)
      : artist_(call.table("tracks")["artist"].i32()),
        track_rows_(call, "tracks", call.artifact_table(kDinModel, "tracks")["id"].i64()),
        artist_rows_(call, "artists", call.artifact_table(kDinModel, "artists")["id"].i64()),
        tracks_(call.artifact_matrix(kDinModel, "tracks")),
        artists_(call.artifact_matrix(kDinModel, "artists")) {}

  [[nodiscard]] std::size_t dim() const { return tracks_.columns(); }
  void put(std::int32_t track, float* x) const {
    const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
    const std::int32_t own = track_rows_.row(track),
                       artists = artist < 0 ? -1 : artist_rows_.row(artist);
    for (std::size_t d = 0; d < dim(); ++d) {
      x[d] = (own < 0 ? 0 : tracks_[own][d]) + (artists < 0 ? 0 : artists_[artists][d]);
    }
  }
  [[nodiscard]] std::vector<float> of(std::span<const std::int32_t> tracks) const {
    std::vector<float> rows(tracks.size() * dim());
    for (std::size_t k = 0; k < tracks.size(); ++k) put(tracks[k], rows.data() + k * dim());
    return rows;
  }

 private:
  std::span<const std::int32_t> artist_;
  shared::ModelRows track_rows_, artist_rows_;
  playlist::Matrix tracks_, artists_;
};

class Din final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("history", "what was played last, user.history:last { n = 50 }")
          .required(),
      {"limit", 50, 1, 1'000, "tracks of the history looked at, its first"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"din", PLAYLIST_F32, "chance of being played through, 0..1"}};

  explicit Din(const playlist::Args& args) {
    const playlist::Tracks given = args.tracks("history");
    const auto track = given.track();
    const auto score = given.score();
    for (std::size_t k = 0; k < track.size() && history_.size() < args.count("limit"); ++k) {
      if (score[k] <= 0) continue;  // NaN is no skip
      if (std::find(history_.begin(), history_.end(), track[k]) == history_.end())
        history_.push_back(track[k]);
    }
  }

  void rank(playlist::RankingCall& call) const {
    if (history_.empty()) throw playlist::NoData("nothing was played yet");
    const Network network(call);
    const Embeddings embeddings(call);
    const std::vector<float> history = embeddings.of(history_);
    const auto track = call.track();
    const auto din = call.out_f32(0);
    ranking::DinScratch scratch;
    for (std::size_t begin = 0; begin == 0 || begin < call.rows(); begin += kBlock) {
      call.checkpoint();
      const std::size_t count = std::min(kBlock, call.rows() - begin);
      const std::vector<float> candidates = embeddings.of(track.subspan(begin, count));
      ranking::din_scores(network.numbers(), history.data(), static_cast<int>(history_.size()),
                          candidates.data(), static_cast<int>(count), scratch, din.data() + begin);
    }
    for (float& value : din) value = static_cast<float>(1 / (1 + std::exp(-double{value})));
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    const float chance = call.out_f32(0)[row];
    if (history_.empty() || std::isnan(chance)) return "";
    const Network network(call);
    const Embeddings embeddings(call);
    const std::vector<float> history = embeddings.of(history_);
    const std::vector<float> candidate = embeddings.of(call.track().subspan(row, 1));
    std::vector<float> attention(history_.size());
    ranking::DinScratch scratch;
    ranking::din_attention(network.numbers(), history.data(), static_cast<int>(history_.size()),
                           candidate.data(), scratch, attention.data());
    const auto most = std::max_element(attention.begin(), attention.end()) - attention.begin();
    const auto heard = static_cast<std::size_t>(history_[static_cast<std::size_t>(most)]);
    const playlist::Table tracks = call.table("tracks");
    return playlist::concat("DIN: played through with an estimated chance of ",
                            std::lround(100 * chance), " %, going most by \"",
                            tracks["title"].texts()[heard], "\" by ",
                            tracks["artist_name"].texts()[heard], ", which you played");
  }

 private:
  std::vector<std::int32_t> history_;
};

}  // namespace

constinit const playlist::Element kDin = playlist::element<Din>(
    "ranking.din", "How likely the user plays each track through; needs model.din.");
