#include "kernels/cluster_names.hpp"

#include <catch2/catch.hpp>

#include "kernels/cluster_identity.hpp"

using model::cluster_names;
using model::ClusterPortrait;
using Names = std::vector<std::string>;

namespace {

class FixedNamer final : public model::ClusterNamer {
 public:
  [[nodiscard]] std::string name(const ClusterPortrait& portrait) const override {
    return portrait.energy > 0 ? "Night drive" : "";
  }
};

}  // namespace

TEST_CASE("a cluster's name says how it sounds and its first tag", "[clusters]") {
  CHECK(cluster_names({{.energy = -1, .tags = {"folk", "indie"}},
                       {.energy = 2, .valence = -0.6, .acousticness = 0.5, .tags = {"metal"}},
                       {.valence = 0.7},
                       {.tags = {"jazz"}},
                       {.artists = {"Ann"}},
                       {}},
                      {}) ==
        Names{"calm folk", "energetic sad metal", "happy", "jazz", "like Ann", "mixed"});
}

TEST_CASE("names of clusters differ, and those that are kept stay", "[clusters]") {
  const ClusterPortrait folk{.energy = -1, .tags = {"folk", "indie"}, .artists = {"Ann"}};
  CHECK(cluster_names({folk, folk, folk, folk, folk}, {"", "", "calm folk"}) ==
        Names{"calm indie", "calm folk, indie", "calm folk", "calm folk like Ann", "calm folk 2"});
}

TEST_CASE("a namer goes before the rule, which has a name where it has none", "[clusters]") {
  const FixedNamer namer;
  CHECK(cluster_names({{.energy = 1}, {.energy = 1}, {.energy = -1}}, {}, &namer) ==
        Names{"Night drive", "energetic", "calm"});
}

TEST_CASE("words of a cluster are its sound and three tags", "[clusters]") {
  CHECK(model::cluster_words({.energy = -1, .tags = {"a", "b", "c", "d"}}) == "calm a, b, c");
  CHECK(model::cluster_words({.tags = {"a"}}) == "a");
  CHECK(model::cluster_words({}) == "much like the whole");
}

TEST_CASE("clusters are matched so that they have the most in common together", "[clusters]") {
  using Of = std::vector<std::int32_t>;
  // Of the last 0 the first present one has 3 of 4, the second 1; of the last 1 the second has 2.
  const Of before{0, 0, 0, 0, 1, 1, -1}, now{0, 0, 0, 1, 1, 1, 2};
  CHECK(model::same_clusters(before, 2, now, 3) == Of{0, 1, -1});
  CHECK(model::same_clusters(now, 3, before, 2) == Of{0, 1});
  CHECK(model::same_clusters({}, 0, now, 3) == Of{-1, -1, -1});
  // One that shares little with everything is new: 1 of 5 in common.
  CHECK(model::same_clusters(Of{0, 0, 0, 1, 1}, 2, Of{0, 1, 2, 2, 2}, 3)[0] == 0);
  CHECK(model::same_clusters(Of{0, 0, 0, 0, 0}, 1, Of{0, 1, 2, 3, 4}, 5) == Of{-1, -1, -1, -1, -1});
}
