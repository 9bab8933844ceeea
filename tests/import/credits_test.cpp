#include "import/credits.hpp"

#include <catch2/catch.hpp>

using engine::import::credited_names;

TEST_CASE("a credit is taken apart at what joins names", "[import][credits]") {
  using Names = std::vector<std::string>;
  CHECK(credited_names("A").empty());
  CHECK(credited_names("").empty());
  CHECK(credited_names("A, B") == Names{"A", "B"});
  CHECK(credited_names("A, B & C") == Names{"A, B", "A", "B & C", "B", "C"});
  CHECK(credited_names("A X B") == Names{"A", "B"});
  CHECK(credited_names("Anders and Britta") == Names{"Anders", "Britta"});
  CHECK(credited_names("A  &  B") == Names{"A", "B"});
  CHECK(credited_names("10,000 Maniacs").empty());
  CHECK(credited_names("AC/DC").empty());
  CHECK(credited_names("P!nk").empty());
  CHECK(credited_names("Malcolm X").empty());
  CHECK(credited_names("X Ambassadors").empty());
  CHECK(credited_names("And Also the Trees").empty());
  CHECK(credited_names(", A").size() <= 2);
  // Of many names the last ones stay together.
  CHECK(credited_names("A, B, C, D, E, F, G, H").back() == "F, G, H");
}
