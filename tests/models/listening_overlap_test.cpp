#include "kernels/listening_overlap.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::ListeningProbes;
using model::SparseMatrix;
using model::Vectors;

TEST_CASE("the overlap of near and heard together, by hand", "[embedding]") {
  // Sessions {0, 1} and {1, 2}; row 3 was never heard. On a line 0 and 1 are near, and 2 and 3.
  SparseMatrix sessions;
  sessions.columns = 4;
  sessions.indices = {0, 1, 1, 2};
  sessions.values = {1, 1, 1, 1};
  sessions.offsets = {0, 2, 4};
  const ListeningProbes probes = model::listening_probes(sessions, 10, 1);
  REQUIRE(probes.rows == std::vector<std::int32_t>{0, 1, 2});
  CHECK(probes.together[1] == std::vector<std::int32_t>{0, 2});
  CHECK(probes.chance == Approx(4.0 / 9));  // 1, 2 and 1 of three others
  Vectors vectors(4, 2);
  for (std::int64_t row = 0; row < 4; ++row) {
    const double angle = 0.3 * static_cast<double>(row) + (row > 1 ? 0.5 : 0);
    vectors.row(row)[0] = static_cast<float>(std::cos(angle));
    vectors.row(row)[1] = static_cast<float>(std::sin(angle));
  }
  CHECK(model::overlap_with_listening(vectors, probes, 1, 1) == std::vector<double>{1, 1, 0});
  CHECK(model::overlap_with_listening(vectors, probes, 2, 2) == std::vector<double>{0.5, 1, 0.5});
  CHECK(model::listening_probes(sessions, 2, 1).rows.size() == 2);
}

TEST_CASE("a difference is above chance beyond two standard errors", "[embedding]") {
  const auto difference = model::mean_difference({3, 1, 2, 2}, {1, 1, 1, 1});
  CHECK(difference.mean == Approx(1));
  CHECK(difference.standard_error == Approx(std::sqrt(2.0 / 3 / 4)));
  CHECK(difference.is_above());
  CHECK_FALSE(model::mean_difference({3, -1, 2, 0}, {1, 1, 1, 1}).is_above());
  CHECK_FALSE(model::mean_difference({}, {}).is_above());
}
