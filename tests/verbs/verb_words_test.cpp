// The words of a verb, read as the command line reads them.
#include "verbs/verb_words.hpp"

#include <catch2/catch.hpp>

#include "verbs/usual_jobs.hpp"
#include "verbs/verbs.hpp"

using namespace engine;
using verbs::Given;
using verbs::read_verb_words;
using Words = std::vector<std::string>;

namespace {

std::string refusal_of(const Words& words) {
  try {
    read_verb_words(words);
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::kUsage);
    return error.text();
  }
  return "it was taken";
}

}  // namespace

TEST_CASE("a verb is the longest name that the words begin with", "[verbs][words]") {
  CHECK(read_verb_words({"library"}).verb->name == "library");
  CHECK(read_verb_words({"library", "users"}).verb->name == "library users");
  const verbs::VerbWords find = read_verb_words({"library", "find", "a song"});
  CHECK(find.verb->name == "library find");
  CHECK(find.arguments == Words{"a song"});
  CHECK_THAT(refusal_of({"plugins"}),
             Catch::Contains("there is no verb \"plugins\""));  // only above others
  CHECK_THAT(refusal_of({}), Catch::Contains("there is no verb \"\""));
}

TEST_CASE("flags and places are read in every form of a command line", "[verbs][words]") {
  const Given drift = read_verb_words({"drift", "--days=14", "--rule", "relative20"}).given;
  CHECK(drift == Given{{"days", {"14"}}, {"rule", {"relative20"}}});
  CHECK(read_verb_words({"discover", "-n", "5"}).given == Given{{"candidates", {"5"}}});
  CHECK(read_verb_words({"discover", "-n5", "--grow"}).given ==
        Given{{"candidates", {"5"}}, {"grow", {"true"}}});
  CHECK(read_verb_words({"train", "als", "item_cf"}).given ==
        Given{{"models", {"als", "item_cf"}}});
  CHECK(read_verb_words({"metrics", "--", "--odd"}).given == Given{{"names", {"--odd"}}});
  // Flags of every verb that a job may have are its own affair.
  const verbs::VerbWords set = read_verb_words({"train", "als", "--set", "factors=8", "-q"});
  CHECK(set.given == Given{{"models", {"als"}}});
  CHECK(set.arguments == Words{"als", "--set", "factors=8", "-q"});
}

TEST_CASE("what a verb's declarations do not allow is refused with what they do",
          "[verbs][words]") {
  CHECK_THAT(refusal_of({"drift", "--days", "91"}), Catch::Contains("it takes 1 to 90"));
  CHECK_THAT(refusal_of({"drift", "--days"}), Catch::Contains("--days needs a value"));
  CHECK_THAT(refusal_of({"drift", "--rule", "x"}), Catch::Contains("bootstrap"));
  CHECK_THAT(refusal_of({"drift", "more"}), Catch::Contains("\"more\" is one word too many"));
  CHECK_THAT(refusal_of({"drift", "--dys", "9"}), Catch::Contains("did you mean --days?"));
  CHECK_THAT(refusal_of({"discover", "--grow=yes"}), Catch::Contains("takes no value"));
  CHECK_THAT(refusal_of({"discover", "--tracks", "9"}), Catch::Contains("tracks needs grow"));
  CHECK_THAT(refusal_of({"train"}), Catch::Contains("needs models"));
  CHECK_THAT(refusal_of({"drift", "--now", "2026-11-30"}),
             Catch::Contains("--now is not the verb's"));
  CHECK_THAT(refusal_of({"drift", "--json"}), Catch::Contains("--json is not the verb's"));
}

TEST_CASE("the usual jobs are what verbs take", "[verbs][words]") {
  for (const verbs::UsualJob& usual : verbs::usual_jobs()) {
    CAPTURE(std::string(usual.name));
    CHECK_NOTHROW(read_verb_words(usual.words));
    CHECK(verbs::find_usual_job(usual.name) == &usual);
  }
}
