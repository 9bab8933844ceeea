// model.din: what a user will play through, given what they played last.
//
// The Deep Interest Network of kernels/din_network.hpp, trained on everybody's first listens as
// kernels/din_training.hpp says.
//
// Artifact  matrices "tracks", "artists": embeddings, a row for each row of the tables "tracks" and
//           "artists" (id); tracks of fewer than min_users users have none and are their artist's
//           "attention": history, candidate and product weights one below the other, 3 dim x units
//           "first", "second": layers, inputs x units
//           "attention_units", "first_units", "second_units": rows bias, alpha, scale, shift; scale
//           and shift are those of Dice's gate, NaN for PReLU
//           "attention_out", "out": one row; "biases": of those two
// Card      see card_of()
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/din_training.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr playlist::Choices kActivations{"dice", "prelu"};

/// Everybody's listens; tracks renumbered to those that were listened to.
struct Listened {
  DinListens listens;
  std::vector<std::int32_t> track;    // number of each row
  std::vector<std::int32_t> artist;   // row of each row's artist, -1
  std::vector<std::int32_t> artists;  // number of each artist's row
};

std::uint8_t heard_of(std::uint8_t is_play, std::uint8_t is_skip) {
  if (is_skip == 1) return DinListens::kSkipped;
  return is_play == 1 ? DinListens::kPlayed : DinListens::kNeither;
}

Listened read_listens(playlist::ModelCall& call) {
  const playlist::Table table = call.table("user_listens"), tracks = call.table("tracks");
  const auto users = table["user"].i32(), track = table["track"].i32();
  const auto ts = table["ts"].i64();
  const auto is_play = table["is_play"].u8(), is_skip = table["is_skip"].u8();
  Listened read;
  DinListens& listens = read.listens;
  listens.track.assign(track.begin(), track.end());
  listens.ts.assign(ts.begin(), ts.end());
  std::int32_t user = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (row % 65'536 == 0) call.checkpoint();
    for (; user < users[row]; ++user) listens.users.push_back(static_cast<std::int64_t>(row));
    listens.heard.push_back(heard_of(is_play[row], is_skip[row]));
  }
  listens.users.push_back(static_cast<std::int64_t>(table.rows()));
  read.track = renumber(listens.track, tracks.rows());
  listens.tracks = static_cast<std::int32_t>(read.track.size());
  const auto artist = tracks["artist"].i32();
  for (const std::int32_t number : read.track)
    read.artist.push_back(artist[static_cast<std::size_t>(number)]);
  read.artists = renumber(read.artist, call.table("artists").rows());
  return read;
}

// ---- the card
// ------------------------------------------------------------------------------------

/// JSON knows no NaN.
std::string number_of(double value) {
  return std::isfinite(value) ? playlist::concat(value) : std::string("null");
}

/// Of the later period that was held out: "auc", "gauc" (a user's area, by samples), the same of
/// popularity, "log_loss", "calibration_error" and the bins behind it, and what there was of it.
std::string metrics_of(const DinMetrics& metrics) {
  std::string bins;
  for (const Calibration::Bin& bin : metrics.calibration.bins) {
    bins +=
        playlist::concat(bins.empty() ? "" : ", ", "{\"weight\": ", bin.weight,
                         ", \"predicted\": ", bin.predicted, ", \"observed\": ", bin.observed, "}");
  }
  return playlist::concat(
      "{\"auc\": ", number_of(metrics.area), ", \"gauc\": ", number_of(metrics.grouped_area),
      ", \"popularity_auc\": ", number_of(metrics.popular_area),
      ", \"popularity_gauc\": ", number_of(metrics.popular_grouped_area),
      ", \"log_loss\": ", metrics.log_loss, ", \"calibration_error\": ", metrics.calibration.error,
      ", \"slope\": ", metrics.scaling.slope, ", \"intercept\": ", metrics.scaling.intercept,
      ", \"calibration\": [", bins, "], \"played\": ", metrics.played,
      ", \"skipped\": ", metrics.skipped, ", \"drawn\": ", metrics.drawn,
      ", \"of_unknown_tracks\": ", metrics.unknown, "}");
}

std::string card_of(const DinModel& model, const DinListens& listens) {
  std::string epochs;
  for (const DinMetrics& metrics : model.epochs) {
    epochs += playlist::concat(epochs.empty() ? "" : ", ", "{\"auc\": ", number_of(metrics.area),
                               ", \"gauc\": ", number_of(metrics.grouped_area),
                               ", \"log_loss\": ", metrics.log_loss, "}");
  }
  const std::string metrics =
      model.epochs.empty()
          ? "null"
          : metrics_of(model.epochs[static_cast<std::size_t>(model.best_epoch) - 1]);
  return playlist::concat("{\"users\": ", listens.user_count(), ", \"tracks\": ", listens.tracks,
                          ", \"listens\": ", static_cast<std::int64_t>(listens.track.size()),
                          ", \"played\": ", model.played, ", \"skipped\": ", model.skipped,
                          ", \"samples\": ", model.samples, ", \"epochs\": ", model.best_epoch,
                          ", \"metrics\": ", metrics, ", \"validation\": [", epochs, "]}");
}

// ---- the artifact
// --------------------------------------------------------------------------------

class Writer {
 public:
  Writer(playlist::ModelCall& call, const DinModel& model)
      : call_(call), model_(model), layout_(model.weights.shape) {}

  void dense() const {
    const DinShape& shape = model_.weights.shape;
    const auto columns = [](int count) { return static_cast<std::uint32_t>(count); };
    call_.matrix("attention", part(layout_.history, 3 * shape.dim * shape.attention),
                 columns(shape.attention));
    call_.matrix("first", part(layout_.first, 3 * shape.dim * shape.first), columns(shape.first));
    call_.matrix("second", part(layout_.second, shape.first * shape.second), columns(shape.second));
    units("attention_units", layout_.attention_bias, layout_.attention_alpha, 0, shape.attention);
    units("first_units", layout_.first_bias, layout_.first_alpha, shape.attention, shape.first);
    units("second_units", layout_.second_bias, layout_.second_alpha, shape.attention + shape.first,
          shape.second);
    call_.matrix("attention_out", part(layout_.attention_out, shape.attention),
                 columns(shape.attention));
    call_.matrix("out", part(layout_.out, shape.second), columns(shape.second));
    const float biases[] = {*part(layout_.attention_out_bias, 1).data(),
                            *part(layout_.out_bias, 1).data()};
    call_.matrix("biases", biases, 2);
  }

  void embeddings(const Listened& read) const {
    const auto dim = static_cast<std::size_t>(model_.weights.shape.dim);
    const auto track_ids = call_.table("tracks")["id"].i64();
    const auto artist_ids = call_.table("artists")["id"].i64();
    std::vector<std::int64_t> ids;
    std::vector<float> rows;
    for (std::size_t row = 0; row < read.track.size(); ++row) {
      if (model_.catalogue.has_own[row] == 0) continue;
      ids.push_back(track_ids[static_cast<std::size_t>(read.track[row])]);
      const auto begin = model_.weights.tracks.begin() + static_cast<std::ptrdiff_t>(row * dim);
      rows.insert(rows.end(), begin, begin + static_cast<std::ptrdiff_t>(dim));
    }
    write_ids(call_, "tracks", ids);
    call_.matrix("tracks", rows, static_cast<std::uint32_t>(dim));
    ids.clear();
    for (const std::int32_t artist : read.artists)
      ids.push_back(artist_ids[static_cast<std::size_t>(artist)]);
    write_ids(call_, "artists", ids);
    call_.matrix("artists", model_.weights.artists, static_cast<std::uint32_t>(dim));
  }

 private:
  [[nodiscard]] std::span<const float> part(std::size_t begin, int count) const {
    return std::span(model_.weights.dense).subspan(begin, static_cast<std::size_t>(count));
  }
  void units(const char* name, std::size_t bias, std::size_t alpha, int unit, int count) const {
    std::vector<float> rows;
    for (const std::size_t begin : {bias, alpha}) {
      const auto row = part(begin, count);
      rows.insert(rows.end(), row.begin(), row.end());
    }
    const bool is_dice = model_.weights.shape.is_dice;
    std::vector<float> shifts;
    for (int k = unit; k < unit + count; ++k) {
      const auto [scale, shift] = model_.weights.moments.gate(static_cast<std::size_t>(k));
      rows.push_back(is_dice ? scale : playlist::kMissingF32);
      shifts.push_back(is_dice ? shift : playlist::kMissingF32);
    }
    rows.insert(rows.end(), shifts.begin(), shifts.end());
    call_.matrix(name, rows, static_cast<std::uint32_t>(count));
  }

  playlist::ModelCall& call_;
  const DinModel& model_;
  DinLayout layout_;
};

class Din final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"dim", 32, 16, 256, "numbers in an embedding, a multiple of 16"},
      {"attention", 32, 16, 256, "hidden units of the attention, a multiple of 16"},
      playlist::Param::choice("activation", kActivations, "dice", "of the hidden units"),
      {"history", 50, 1, 1'000, "tracks played last that the attention sees"},
      {"min_users", 2, 1, 1'000'000, "users a track needs for an embedding besides its artist's"},
      {"negatives", 4, 1, 100, "tracks drawn against each played one"},
      {"negative_exponent", 0.75, 0, 1, "draws them by popularity to this power; 0: all alike"},
      {"max_targets", 1'000'000, 100, 1'000'000'000, "first listens to learn from, the latest"},
      {"batch", 128, 1, 65'536, "first listens in a step of the training"},
      {"learning_rate", 0.001, 1e-6, 1, "of Adam"},
      {"regularization", 0.01, 0, 1'000, "pulls embeddings towards 0, rare ones more"},
      {"epochs", 20, 1, 1'000, "passes over the data at most"},
      {"patience", 2, 1, 1'000, "passes without a better result before it stops"},
      {"validation_share", 0.1, 0, 0.5, "the latest share, held out to stop and to measure by"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit Din(const playlist::Args& args) {
    options_.shape.dim = multiple_of_16(args, "dim");
    options_.shape.attention = multiple_of_16(args, "attention");
    options_.shape.is_dice = args.text("activation") == "dice";
    options_.history = static_cast<int>(args.integer("history"));
    options_.min_users = static_cast<int>(args.integer("min_users"));
    options_.negatives = static_cast<int>(args.integer("negatives"));
    options_.negative_exponent = args.number("negative_exponent");
    options_.max_targets = args.integer("max_targets");
    options_.batch = static_cast<int>(args.integer("batch"));
    options_.learning_rate = args.number("learning_rate");
    options_.regularization = args.number("regularization");
    options_.epochs = static_cast<int>(args.integer("epochs"));
    options_.patience = static_cast<int>(args.integer("patience"));
    options_.validation_share = args.number("validation_share");
    options_.threads = thread_count(args.integer("threads"));
  }

  void train(playlist::ModelCall& call) const {
    Listened read = read_listens(call);
    DinOptions options = options_;
    options.random_seed = call.random("din").next();
    options.proceed = progress_of(call, 0, 1);
    const auto model = train_din(read.listens, read.artist,
                                 static_cast<std::int32_t>(read.artists.size()), options);
    if (!model) {
      throw playlist::NoData(
          playlist::concat("nobody came across a track they did not know after "
                           "playing ",
                           options.min_history, " others"));
    }
    const Writer writer(call, *model);
    writer.dense();
    writer.embeddings(read);
    call.card(card_of(*model, read.listens));
  }

 private:
  static int multiple_of_16(const playlist::Args& args, const char* name) {
    const std::int64_t value = args.integer(name);
    if (value % 16 != 0)
      throw playlist::BadParam(playlist::concat(name, " = ", value, " is no multiple of 16"));
    return static_cast<int>(value);
  }

  DinOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kDin = playlist::element<model::Din>(
    "model.din", "What a user will play through, given what they played last.");
