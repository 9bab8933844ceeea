// Texts as words, mood words as wishes, and the elements that compare tracks with them.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "shared/mood_words.hpp"
#include "shared/words.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::TinyLibrary;
using support::TrainedModels;
using Words = std::vector<std::string>;
using Numbers = std::vector<std::int32_t>;

TEST_CASE("words are folded and lose their endings", "[prompt]") {
  CHECK(shared::words("Dusty, late-night JAZZ!") == Words{"dusti", "late", "night", "jazz"});
  CHECK(shared::words("relaxing relaxed hopping dances") ==
        Words{"relax", "relax", "hop", "dance"});
  CHECK(shared::words("ponies caresses glass") == Words{"poni", "caress", "glass"});
  CHECK(shared::words("Beyoncé Björk straße Ærø") == Words{"beyonce", "bjork", "strasse", "aero"});
  CHECK(shared::words("don't don\u2019t rock\u2014roll\u00a0now") ==
        Words{"dont", "dont", "rock", "roll", "now"});
  CHECK(shared::words("日本 кино") == Words{"日本", "кино"});
  CHECK(shared::words(" '' -- ").empty());
}

TEST_CASE("words of any bytes are words", "[prompt]") {
  // The rest of a character that is cut off, and bytes that begin none.
  for (const std::string text : {"\xc3", "\xe2", "\xe2\x80", "\xc2", "a\xff\xfe", "\x80\x80"})
    CHECK_NOTHROW(shared::words(text));
  CHECK(shared::words("\xff"
                      "a") == Words{"\xff"
                                    "a"});
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    for (int next = 0; next < 256; next += 5)
      all += {static_cast<char>(byte), static_cast<char>(next)};
  CHECK_NOTHROW(shared::words(all));
}

TEST_CASE("a prompt's mood words ask for a sound, and a no turns them round", "[prompt]") {
  const shared::PromptWords prompt = shared::read_prompt("some sad jazz, not loud, no vocals");
  CHECK(prompt.moods == Words{"sad", "not loud", "not vocal"});
  CHECK(prompt.sought == Words{"sad", "jazz"});
  REQUIRE(prompt.weights.size() == 3);
  CHECK(prompt.weights[0][1] == -1);  // little valence
  CHECK(prompt.weights[1][0] == -1);  // little energy
  CHECK(prompt.weights[2][4] == 1);   // instrumental
  CHECK(shared::read_prompt("lo-fi beats").moods == Words{"lofi"});
  CHECK(shared::read_prompt("").sought.empty());
  std::string endless;
  for (int k = 0; k < 1000; ++k) endless += "w" + std::to_string(k) + " ";
  CHECK(shared::read_prompt(endless).sought.size() == 64);
}

TEST_CASE("every mood word is found by what one types", "[prompt]") {
  for (const shared::MoodWord& mood : shared::kMoodWords) {
    CAPTURE(mood.word);
    CHECK(shared::read_prompt(mood.word).moods == Words{mood.word});
    float total = 0;
    for (const float weight : mood.weights) {
      CHECK(std::abs(weight) <= 1);
      total += std::abs(weight);
    }
    CHECK(total > 0);
  }
}

TEST_CASE("a value's rank is its place among the quantiles", "[prompt]") {
  const std::vector<float> quantiles = {0, 0, 0, 1, 3};  // places 0, 1/4 .. 1
  CHECK(shared::rank_among(quantiles, -1) == 0);
  CHECK(shared::rank_among(quantiles, 0) == Approx(0.25));  // the middle of the three
  CHECK(shared::rank_among(quantiles, 1) == Approx(0.75));
  CHECK(shared::rank_among(quantiles, 2) == Approx(0.875));
  CHECK(shared::rank_among(quantiles, 9) == 1);
  CHECK(std::isnan(shared::rank_among(quantiles, std::nanf(""))));
  const std::vector<float> none(5, std::nanf(""));
  CHECK(std::isnan(shared::rank_among(none, 1)));
}

TEST_CASE("mood_fit is the weighted mean of ranks, turned where a word asks for little",
          "[prompt]") {
  shared::MoodWeights wish{};
  wish[0] = -1;    // little energy
  wish[1] = 0.5f;  // some valence
  shared::MoodWeights ranks{};
  ranks[0] = 0.25f;
  ranks[1] = 0.75f;
  const std::vector<shared::MoodWeights> one = {wish};
  CHECK(shared::mood_fit(one, ranks) == Approx((1 * 0.75 + 0.5 * 0.75) / 1.5));
  ranks[1] = std::nanf("");
  CHECK(shared::mood_fit(one, ranks) == Approx((1 * 0.75 + 0.5 * 0.5) / 1.5));
}

namespace {

/// Four tracks: their words are easy to count.
TinyLibrary four() {
  TinyLibrary library;
  library.add(
      {.title = "Night", .artists = {"Ann"}, .tags = {"jazz"}, .energy = 0.1f, .valence = 0.2f});
  library.add({.title = "Morning",
               .artists = {"Bob"},
               .tags = {"jazz", "rock"},
               .energy = 0.5f,
               .valence = 0.5f});
  library.add(
      {.title = "Noon", .artists = {"Cem"}, .tags = {"rock"}, .energy = 0.9f, .valence = 0.9f});
  library.add({.title = "Evening", .artists = {"Dee"}, .energy = 0.7f, .valence = 0.7f});
  return library;
}

}  // namespace

TEST_CASE("ranking.prompt is the TF-IDF cosine over the best of the catalogue", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto ranked = support::run_rank("ranking.prompt", {{"text", "jazz"}, {"moods", 0.0}},
                                        library, candidates_of({0, 1, 2, 3}), {1, {}, &models});
  REQUIRE(ranked.status == PLAYLIST_OK);
  const auto& prompt = ranked.columns.at("prompt");
  // idf: 4 tracks, a tag in 2 of them: log(1 + 4/2); a title or name in 1: log(1 + 4).
  const double tag = std::log(3.0), name = 0.5 * std::log(5.0);
  const double first = tag / std::sqrt(tag * tag + 2 * name * name);
  const double second = tag / std::sqrt(2 * tag * tag + 2 * name * name);
  CHECK(prompt[0] == Approx(1));
  CHECK(prompt[1] == Approx(second / first));
  CHECK(prompt[2] == 0);
  CHECK(prompt[3] == 0);
}

TEST_CASE("ranking.prompt does not depend on the other candidates", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const engine::Arguments arguments = {{"text", "calm rock"}};
  const auto all = support::run_rank("ranking.prompt", arguments, library,
                                     candidates_of({0, 1, 2, 3}), {1, {}, &models});
  const auto one =
      support::run_rank("ranking.prompt", arguments, library, candidates_of({2}), {1, {}, &models});
  CHECK(one.columns.at("prompt")[0] == all.columns.at("prompt")[2]);
}

TEST_CASE("mood words rank by the sound where no words describe the tracks", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto ranked = support::run_rank("ranking.prompt", {{"text", "sad"}}, library,
                                        candidates_of({0, 1, 2, 3}), {1, {}, &models});
  const auto& prompt = ranked.columns.at("prompt");
  CHECK(prompt[0] > prompt[1]);
  CHECK(prompt[1] > prompt[3]);
  CHECK(prompt[3] > prompt[2]);
}

TEST_CASE("recall.prompt finds the tracks that fit and says by which words", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto found = support::run_recall("recall.prompt", {{"text", "Jazz nights"}, {"moods", 0.0}},
                                         library, {1, {}, &models});
  CHECK(found.numbers() == Numbers{0, 1});
  CHECK(found.tracks[0].score == Approx(1));
  CHECK(found.tracks[0].explanation == "PROMPT: fits \"Jazz nights\" by jazz, night");
  CHECK(found.tracks[1].explanation.find("by jazz") != std::string::npos);
}

TEST_CASE("a prompt that says nothing has no data", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto message = [&](const std::string& text) {
    const auto found =
        support::run_recall("recall.prompt", {{"text", text}}, library, {1, {}, &models});
    CHECK(found.status == PLAYLIST_NO_DATA);
    CHECK(found.tracks.empty());
    return found.message;
  };
  CHECK(message("") == "there is no text to look for, and no prompt of the user's own");
  CHECK(message("the of !?") == "\"the of !?\" has no word to look for");
  CHECK(message("zydeco") == "no title, artist, tag or caption has a word of \"zydeco\"");
  CHECK(support::run_recall("recall.prompt", {{"text", "jazz"}}, library).status ==
        PLAYLIST_NO_DATA);
}

TEST_CASE("ranking.prompt names words that describe nothing", "[prompt]") {
  const TinyLibrary library = four();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto ranked = support::run_rank("ranking.prompt", {{"text", "jazz zydeco"}}, library,
                                        candidates_of({0}), {1, {}, &models});
  REQUIRE(ranked.notices.size() == 1);
  CHECK(ranked.notices[0].find("nothing is described by: zydeco") != std::string::npos);
}

TEST_CASE("model.prompt has no data when no track has a word", "[prompt]") {
  TinyLibrary library;
  library.add({.title = "", .artists = {}});
  TrainedModels models;
  CHECK(models.train("model.prompt", library).status == PLAYLIST_NO_DATA);
}

TEST_CASE("captions are words of their tracks, weighed on their own", "[prompt]") {
  TinyLibrary library = four();
  library.caption(3, "The sound of a slow piano");
  library.caption(3, "slow, slower, and with strings");
  library.caption(2, "slow drums");
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto found =
      support::run_recall("recall.prompt", {{"text", "piano strings"}}, library, {1, {}, &models});
  CHECK(found.numbers() == Numbers{3});
  CHECK(found.tracks[0].explanation == "PROMPT: fits \"piano strings\" by piano, string");
  const auto slow = [&] {
    return support::run_recall("recall.prompt", {{"text", "slow"}, {"moods", 0.0}}, library,
                               {1, {}, &models});
  };
  CHECK(slow().numbers() == Numbers{3, 2});
  // Words that say nothing are none of a caption.
  const std::string card(models.find("model.prompt").card());
  REQUIRE(models.train("model.prompt", library, {{"captions", 0.0}}).status == PLAYLIST_OK);
  CHECK(slow().status == PLAYLIST_OK);
  CHECK(
      support::run_recall("recall.prompt", {{"text", "piano"}}, library, {1, {}, &models}).status ==
      PLAYLIST_NO_DATA);
  CHECK(support::parse_json(card).at("terms") == 4 + 4 + 2 + 6);
}

TEST_CASE("without a text the user's own last prompts are looked for, the newest most",
          "[prompt]") {
  TinyLibrary library = four();
  library.prompt("rock", 3);
  library.prompt("morning", 9);
  library.prompt("zydeco", 1);  // says nothing here
  library.prompt("Jazz!", 5);
  library.prompt("jazz", 2);
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto rank = [&](const engine::Arguments& arguments) {
    return support::run_rank("ranking.prompt", arguments, library, candidates_of({0, 1, 2, 3}),
                             {1, {}, &models});
  };
  const auto alone = [&](const std::string& text) {
    return rank({{"text", text}}).columns.at("prompt");
  };
  const auto jazz = alone("jazz"), rock = alone("rock"), morning = alone("morning");
  // jazz, rock and morning have the weights 1, 1/2 and 1/3; the older "Jazz!" is the same.
  const auto all = rank({});
  REQUIRE(all.status == PLAYLIST_OK);
  CHECK(all.notices.empty());
  for (std::size_t k = 0; k < 4; ++k)
    CHECK(all.columns.at("prompt")[k] ==
          Approx((jazz[k] + rock[k] / 2 + morning[k] / 3) / (1 + 0.5 + 1 / 3.0)));
  // The last two are zydeco, which says nothing, and jazz.
  CHECK(rank({{"prompts", 2.0}}).columns.at("prompt") == jazz);
  CHECK(alone("rock") == rock);  // a text wins
  CHECK(all.explanations[0] == "fits your prompt \"jazz\" by jazz");
  CHECK(all.explanations[2] == "fits your prompt \"rock\" by rock");
  const auto found = support::run_recall("recall.prompt", {}, library, {1, {}, &models});
  REQUIRE(found.status == PLAYLIST_OK);
  CHECK(found.tracks[0].explanation.rfind("PROMPT: fits your prompt \"jazz\" by jazz", 0) == 0);
}

TEST_CASE("where nothing was asked for, ranking.prompt may say nothing", "[prompt]") {
  TinyLibrary library = four();
  TrainedModels models;
  const auto rank = [&](const engine::Arguments& arguments) {
    return support::run_rank("ranking.prompt", arguments, library, candidates_of({0, 1}),
                             {1, {}, &models});
  };
  const auto silent = rank({{"optional", true}});
  CHECK(silent.status == PLAYLIST_OK);
  CHECK(silent.notices.empty());
  CHECK(std::isnan(silent.columns.at("prompt")[0]));
  CHECK(silent.explanations[0].empty());
  const auto told = rank({});
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message == "there is no text to look for, and no prompt of the user's own");
  // What was asked for in vain is told.
  CHECK(rank({{"optional", true}, {"text", "jazz"}}).message.find("has not been trained") !=
        std::string::npos);
}

TEST_CASE("prompts that say nothing have no data, and their first words are told", "[prompt]") {
  TinyLibrary library = four();
  library.prompt("zydeco " + std::string(200, 'z'), 1);
  library.prompt("polka", 2);
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto found = support::run_recall("recall.prompt", {}, library, {1, {}, &models});
  CHECK(found.status == PLAYLIST_NO_DATA);
  CHECK(found.message ==
        "no title, artist, tag or caption has a word of the user's last prompts, \"zydeco " +
            std::string(113, 'z') + " ...\"");
}

namespace {

/// Tracks 0, 1 and 2 have vectors in the space clap, and so has "spinning vinyl".
TinyLibrary with_vectors() {
  TinyLibrary library = four();
  library.embed("clap", 0, {1, 0});
  library.embed("clap", 1, {1, 1});
  library.embed("clap", 2, {-3, 0});
  library.embed_text("clap", "Spinning vinyl", {0, 5});
  library.embed_text("clap", "Spinning vinyl", {2, 0});  // the newest holds
  return library;
}

}  // namespace

TEST_CASE("a prompt with a vector is compared by angles, in places among the catalogue",
          "[prompt]") {
  TinyLibrary library = with_vectors();
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto rank = [&](const engine::Arguments& arguments) {
    return support::run_rank("ranking.prompt", arguments, library, candidates_of({0, 1, 2, 3}),
                             {1, {}, &models});
  };
  const auto ranked = rank({{"text", "spinning, VINYL"}, {"moods", 0.0}});
  REQUIRE(ranked.status == PLAYLIST_OK);
  CHECK(ranked.notices.empty());
  // Cosines 1, 0.7 and -1 are the first, second and third of three; no word is of track 3.
  CHECK(ranked.columns.at("prompt") == std::vector<double>{1, 0.5, 0, 0});
  CHECK(ranked.explanations[1] == "fits \"spinning, VINYL\" by its vector in the space clap");
  // Another space, or none, has no vector of it: only its words are left, which nobody has.
  for (const char* space : {"", "mert"})
    CHECK(rank({{"text", "vinyl"}, {"space", space}}).status == PLAYLIST_NO_DATA);
  const auto found = support::run_recall(
      "recall.prompt", {{"text", "spinning vinyl"}, {"moods", 0.0}}, library, {1, {}, &models});
  CHECK(found.numbers() == Numbers{0, 1});
  CHECK(found.tracks[0].explanation ==
        "PROMPT: fits \"spinning vinyl\" by its vector in the space clap");
}

TEST_CASE("tracks without a vector keep their words' place among all tracks", "[prompt]") {
  TinyLibrary library = four();
  library.embed("clap", 2, {1, 0});
  library.embed("clap", 3, {0, 1});
  library.embed_text("clap", "jazz", {0, 1});
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto ranked = support::run_rank("ranking.prompt", {{"text", "jazz"}, {"moods", 0.0}},
                                        library, candidates_of({0, 1, 2, 3}), {1, {}, &models});
  // By words: 1 of track 0, less of track 1, 0 of the two others: places 1 and 2/3.
  const auto& prompt = ranked.columns.at("prompt");
  CHECK(prompt[0] == Approx(1));
  CHECK(prompt[1] == Approx(2.0 / 3));
  CHECK(prompt[2] == 0);
  CHECK(prompt[3] == 1);
  CHECK(ranked.explanations[0] == "fits \"jazz\" by jazz");
  CHECK(ranked.explanations[3] == "fits \"jazz\" by its vector in the space clap");
}

TEST_CASE("a prompt with a vector needs no trained words", "[prompt]") {
  const TinyLibrary library = with_vectors();
  TrainedModels models;
  const auto found =
      support::run_recall("recall.prompt", {{"text", "spinning vinyl"}}, library, {1, {}, &models});
  CHECK(found.numbers() == Numbers{0, 1});
  CHECK(support::run_recall("recall.prompt", {{"text", "jazz"}}, library, {1, {}, &models})
            .message.find("has not been trained") != std::string::npos);
}

TEST_CASE("vectors of another length than the tracks' are not compared", "[prompt]") {
  TinyLibrary library = four();
  library.embed("clap", 0, {1, 0, 0});
  library.embed_text("clap", "jazz", {0, 1});
  TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto found =
      support::run_recall("recall.prompt", {{"text", "jazz"}}, library, {1, {}, &models});
  CHECK(found.numbers() == Numbers{0, 1});
  CHECK(found.tracks[0].explanation == "PROMPT: fits \"jazz\" by jazz");
}
