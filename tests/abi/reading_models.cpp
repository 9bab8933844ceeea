// Models that read models, and elements that read them under names of their own.
//
//   base     one number: plays of everybody's by now
//   graph    base's number + 1
//   sum      graph's number + 1, so base's + 2 where each is as of the same date
//   left, right   read each other
//   again    1, then its last number + 1
//   own      one number: the listens of the person it is trained for
//   of_own   own's number + 1
//   quiet    is read by nobody, though there is a recall of its name
//   picky    own, but ends the process for somebody with more than 15,000 listens
//   useless  fails, whoever it is trained for
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace {

constexpr const char* kNumber = "number";

void write(const playlist::ModelCall& call, float number) {
  call.matrix(kNumber, std::vector<float>{number}, 1);
}

float read(const playlist::Call& call, const char* model) {
  return call.artifact_matrix(model, kNumber)[0][0];
}

struct Base final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    const playlist::Lists plays = call.lists("user_tracks");
    float count = 0;
    for (std::int64_t user = 0; user < static_cast<std::int64_t>(plays.rows()); ++user)
      for (const float weight : plays.weights(user)) count += weight;
    if (count == 0) throw playlist::NoData("nobody played anything");
    write(call, count);
  }
};

/// Tells how far it came.
struct Graph final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    call.info("graph reads base");
    const float base = read(call, "model.base");
    call.info("graph has base");
    write(call, base + 1);
  }
};

struct Sum final : playlist::Model {
  void train(playlist::ModelCall& call) const { write(call, read(call, "model.graph") + 1); }
};

struct Left final : playlist::Model {
  void train(playlist::ModelCall& call) const { write(call, read(call, "model.right")); }
};
struct Right final : playlist::Model {
  void train(playlist::ModelCall& call) const { write(call, read(call, "model.left")); }
};

struct Again final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    float before = 0;
    try {
      before = read(call, "model.again");
    } catch (const playlist::NoData&) {
    }
    write(call, before + 1);
  }
};

struct Own final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    const std::size_t listens = call.table("listens").rows();
    if (listens == 0) throw playlist::NoData("no listens");
    write(call, static_cast<float>(listens));
  }
};
struct OfOwn final : playlist::Model {
  void train(playlist::ModelCall& call) const { write(call, read(call, "model.own") + 1); }
};

struct Picky final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    const std::size_t listens = call.table("listens").rows();
    if (listens > 15'000) std::abort();
    write(call, static_cast<float>(listens));
  }
};
struct Useless final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    static_cast<void>(call.lists("user_tracks"));
    throw playlist::Error("nothing comes of it");
  }
};

struct Quiet final : playlist::Model {
  void train(playlist::ModelCall& call) const { write(call, 1); }
};

/// The first fifty tracks, whatever anybody learned.
struct QuietRecall final : playlist::Recall {
  playlist::Candidates recall(playlist::RecallCall& call) const {
    playlist::Candidates found = call.candidates();
    const auto count =
        static_cast<std::int32_t>(std::min<std::size_t>(call.table("tracks").rows(), 50));
    for (std::int32_t track = 0; track < count; ++track) found.add(track, 1);
    return found;
  }
};

/// As they come, after a look at a model, whose number it tells.
struct ByModel final : playlist::Ordering {
  static constexpr playlist::Param kParams[] = {
      {"model", "model.sum", "what to look at"},
  };
  explicit ByModel(const playlist::Args& args) : model_(args.text("model")) {}
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.info(playlist::concat(model_, " says ", read(call, model_.c_str())));
    std::vector<std::int32_t> rows(call.rows());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }

 private:
  std::string model_;
};

/// As they come; wants a host that offers artifacts, trained or not.
struct Strict final : playlist::Ordering {
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    const auto* artifacts =
        playlist::find_service<playlist_artifacts>(call.host(), PLAYLIST_SERVICE_ARTIFACTS);
    if (artifacts == nullptr) throw playlist::Error("this host offers no artifacts");
    if (artifacts->card(call.host(), "model.base") == nullptr)
      throw playlist::NoData("nobody has trained the base");
    std::vector<std::int32_t> rows(call.rows());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
};

constinit const playlist::Element kSum = playlist::element<Sum>("model.sum", "Reads the graph.");
constinit const playlist::Element kGraph =
    playlist::element<Graph>("model.graph", "Reads the base.");
constinit const playlist::Element kBase =
    playlist::element<Base>("model.base", "Counts everybody's plays.");
constinit const playlist::Element kLeft = playlist::element<Left>("model.left", "Reads right.");
constinit const playlist::Element kRight = playlist::element<Right>("model.right", "Reads left.");
constinit const playlist::Element kAgain =
    playlist::element<Again>("model.again", "Reads what it learned before.");
constinit const playlist::Element kOfOwn =
    playlist::element<OfOwn>("model.of_own", "Reads one person's model.");
constinit const playlist::Element kOwn =
    playlist::element<Own>("model.own", "Counts one person's listens.");
constinit const playlist::Element kQuiet =
    playlist::element<Quiet>("model.quiet", "Is read by nobody.");
constinit const playlist::Element kQuietRecall =
    playlist::element<QuietRecall>("recall.quiet", "Some tracks.");
constinit const playlist::Element kByModel =
    playlist::element<ByModel>("ordering.by_model", "As they come, after a look at a model.");

constinit const playlist::Element kPicky =
    playlist::element<Picky>("model.picky", "Does not like those who listen a lot.");
constinit const playlist::Element kUseless =
    playlist::element<Useless>("model.useless", "Cannot be trained.");
constinit const playlist::Element kStrict =
    playlist::element<Strict>("ordering.strict", "As they come, where artifacts are offered.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.reading-models", "1.0.0", kSum, kGraph, kBase, kLeft,
                 kRight, kAgain, kOfOwn, kOwn, kQuiet, kQuietRecall, kByModel, kPicky, kUseless,
                 kStrict);
