// model.als: factors of tracks and artists, from everybody's plays and likes.
//
// Implicit alternating least squares (kernels/als.hpp) between users and tracks and, as few tracks
// are shared by two people's histories, between users and artists too. Users' factors are not kept:
// recall.als folds a user in from what they play, which gives what training would.
//
// Artifact  table "tracks" (id), matrix "track_factors", matrix "track_gram" (sum of y y'), and of
//           many tracks bytes "track_codes" (playlist/quantized_rows.hpp)
//           table "artists" (id), "artist_factors", "artist_gram", "artist_codes": the same of
//           artists
//           lists "track_listeners", "artist_listeners": who plays each (write_listeners()), by
//           which recall.als knows what people play both
//           table "training": regularization, unobserved_weight, frequency_scaling (f64, one row)
#include "kernels/als.hpp"

#include "playlist/plugin.hpp"

#include <memory>
#include <string>
#include <vector>

#include "elements.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr playlist::Choices kAlsSolvers{"cg", "cholesky"};

playlist_column number_column(const char* name, double& value) {
  return {sizeof(playlist_column), PLAYLIST_F64, name, &value, nullptr};
}

class AlsModel final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"factors", 64, 8, 512, "numbers that describe a track"},
      {"iterations", 16, 1, 1'000, "times all users and all tracks are solved for"},
      playlist::Param::choice("solver", kAlsSolvers, "cg", "cholesky: exact, for twice the time"),
      {"cg_steps", 3, 1, 100, "cg: steps towards the solution in an iteration"},
      {"regularization", 0.003, 1e-6, 1'000, "pulls the factors towards 0"},
      {"unobserved_weight", 0.01, 1e-6, 100, "weight of not having played, a play having 1"},
      {"frequency_scaling", 1.0, 0, 1, "1: pulls by how much is played, 0: all alike"},
      playlist::Param::choice("weighting", kWeightings, "log", "what a play is worth"),
      {"like_plays", 5.0, 0.1, 1'000, "plays that a like counts as"},
      {"min_users", 1, 1, 1'000'000, "users a track must have"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit AlsModel(const playlist::Args& args)
      : weighting_(weighting_of(std::string(args.text("weighting")), args.number("like_plays"))),
        min_users_(args.integer("min_users")),
        iterations_(static_cast<int>(args.integer("iterations"))) {
    options_.factors = static_cast<std::int32_t>(args.integer("factors"));
    options_.solver =
        args.text("solver") == "cg" ? AlsOptions::Solver::kCg : AlsOptions::Solver::kCholesky;
    options_.cg_steps = static_cast<std::int32_t>(args.integer("cg_steps"));
    options_.regularization = args.number("regularization");
    options_.unobserved_weight = args.number("unobserved_weight");
    options_.frequency_scaling = args.number("frequency_scaling");
    options_.threads = thread_count(args.integer("threads"));
  }

  void train(playlist::ModelCall& call) const {
    SparseMatrix plays = read_interactions(call, weighting_, min_users_);
    SparseMatrix artist_plays =
        of_artists(plays, call.table("tracks")["artist"].i32(), call.table("artists").rows());
    write_ids(call, "tracks", compact(call, plays).id);
    const double objective = fit(call, plays, "track", 0, 0.7);
    write_listeners(call, "track_listeners", plays);
    write_ids(call, "artists", compact(call, artist_plays, "artists").id);
    if (artist_plays.entries() > 0) fit(call, artist_plays, "artist", 0.7, 1);
    write_listeners(call, "artist_listeners", artist_plays);
    write_parameters(call);
    call.card(playlist::concat("{\"users\": ", plays.rows(), ", \"tracks\": ", plays.columns,
                               ", \"interactions\": ", plays.entries(), ", \"artists\": ",
                               artist_plays.columns, ", \"objective\": ", objective, "}"));
  }

 private:
  /// Writes NAME_factors, NAME_gram and NAME_codes; returns the objective at the end.
  double fit(playlist::ModelCall& call, const SparseMatrix& plays, const std::string& name,
             double begin, double end) const {
    AlsOptions options = options_;
    options.random_seed = call.random(name.c_str()).next();
    int done = 0;
    const auto progress = progress_of(call, begin, end);
    options.proceed = [&](double share) { return progress((done + share) / iterations_); };
    const std::unique_ptr<SharedSteps> steps = shared_steps_of(call);
    options.shared = steps.get();
    options.name = name;
    Als als(plays, options);
    while ((done = als.take_up(iterations_)) < iterations_ && als.iterate()) {
    }
    const auto columns = static_cast<std::uint32_t>(options.factors);
    call.matrix((name + "_factors").c_str(), als.track_factors(), columns);
    call.matrix((name + "_gram").c_str(), als.track_gram(), columns);
    write_codes(call, name + "_codes", als.track_factors(), columns);
    return als.objective();
  }

  /// What folding a user in has to repeat.
  void write_parameters(playlist::ModelCall& call) const {
    double regularization = options_.regularization, unobserved_weight = options_.unobserved_weight,
           frequency_scaling = options_.frequency_scaling;
    const playlist_column parameters[] = {number_column("regularization", regularization),
                                          number_column("unobserved_weight", unobserved_weight),
                                          number_column("frequency_scaling", frequency_scaling)};
    const playlist_column* columns[] = {&parameters[0], &parameters[1], &parameters[2]};
    call.table("training", playlist_table{sizeof(playlist_table), 3, 1, columns});
  }

  Weighting weighting_;
  std::int64_t min_users_;
  int iterations_;
  AlsOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kAls = playlist::element<model::AlsModel>(
    "model.als", "Factors of tracks and artists, such that products tell who plays what.");
