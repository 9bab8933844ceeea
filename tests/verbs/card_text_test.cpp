// Cards of models as people read them.
#include "verbs/card_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"

using engine::verbs::card_text;
using engine::verbs::Json;

TEST_CASE("numbers, texts and lists of a card are a line each", "[verbs][models]") {
  CHECK(card_text(support::parse_ordered_json(R"({
          "users": 18446744073709551615, "objective": 151.98612, "whole": 20.0, "none": null,
          "tiny": 0.0000000346, "empty": "", "is": true, "left_out": [], "some": [1, 2.55555],
          "many": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
          "trained_at": 1795916406, "file": [1344, 10970410, 1795915878, 100547261]})"),
                  80) ==
        "  users           18446744073709551615\n"
        "  objective       152\n"
        "  whole           20\n"
        "  none            none\n"
        "  tiny            3.46e-08\n"
        "  empty           \"\"\n"
        "  is              true\n"
        "  left_out        none\n"
        "  some            1, 2.556\n"
        "  many            1, 2, 3, 4, 5, 6, 7, 8, ... 10 in all\n"
        "  trained_at      2026-11-29T01:40:06Z\n"
        "  file            1344 bytes\n");
}

TEST_CASE("objects of a card are further in, with intervals beside their values",
          "[verbs][models]") {
  CHECK(card_text(support::parse_ordered_json(R"({"rank": 6, "held_out": {"plays": 1159,
          "auc": 0.712345, "auc_interval": [0.66, 0.7512345],
          "own_auc": null, "own_auc_interval": [null, null], "alone_interval": [1, 2]}})"),
                  80) ==
        "  rank            6\n"
        "  held_out\n"
        "    plays           1159\n"
        "    auc             0.7123, 0.66..0.7512\n"
        "    own_auc         none\n"
        "    alone_interval  1, 2\n");
}

TEST_CASE("objects of the same numbers are rows of a table", "[verbs][models]") {
  const Json card = support::parse_ordered_json(R"({
      "weights": {"a": {"weight": -6.12043, "robust_error": 0.674126},
                  "longer": {"weight": 20, "robust_error": null}},
      "validation": [{"auc": 0.5}, {"auc": 0.6}], "mixed": [{"auc": 0.5}, {"gauc": 0.6}]})");
  CHECK(card_text(card, 80) ==
        "  weights\n"
        "                    robust\n"
        "            weight   error\n"
        "    a        -6.12   0.674\n"
        "    longer      20    none\n"
        "  validation\n"
        "       auc\n"
        "    1  0.5\n"
        "    2  0.6\n"
        "  mixed\n"
        "    1\n"
        "      auc  0.5\n"
        "    2\n"
        "      gauc  0.6\n");
  // Where a line is too short for the columns, the rest is a table below.
  CHECK(card_text(Json{{"weights", card["weights"]}}, 20) ==
        "  weights\n"
        "            weight\n"
        "    a        -6.12\n"
        "    longer      20\n"
        "            robust\n"
        "             error\n"
        "    a        0.674\n"
        "    longer    none\n");
}

TEST_CASE("texts of a card are broken between words, and harmless", "[verbs][models]") {
  CHECK(card_text({{"score", "function(t) return 1 end"}, {"text", "a\n\x1b[1mb"}}, 36) ==
        "  score           function(t) return\n"
        "                  1 end\n"
        "  text            a??[1mb\n");
}
