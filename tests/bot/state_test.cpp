// What a bot keeps in the store.
#include "bot/state.hpp"

#include <catch2/catch.hpp>

#include "support/temporary_folder.hpp"

using namespace engine;
using namespace engine::bot;

namespace {

constexpr std::int64_t kNow = 1795950000;

Update update_of(std::int64_t id, std::int64_t chat = 42) {
  Update update;
  update.id = id;
  update.from = update.chat = chat;
  update.text = "/next";
  return update;
}

WrittenReply reply_of(const std::string& text, const std::string& question = "") {
  Reply reply;
  reply.text.add(text);
  reply.question = question;
  return written(reply);
}

struct Kept {
  TemporaryFolder folder;
  std::string library = folder.file("library.db");
  Kept() { Store::open(library); }
  [[nodiscard]] BotState state() const { return {library, "123"}; }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const KeptMessage& message : state().messages())
      all.push_back(message.parameters.at("text").get<std::string>());
    return all;
  }
};

}  // namespace

TEST_CASE("a request is kept until it is answered", "[bot][state]") {
  const Kept kept;
  CHECK(kept.state().next_update(kNow) == 0);
  kept.state().accept(1003, {update_of(1001), update_of(1002)}, kNow);
  CHECK(kept.state().next_update(kNow) == 1003);
  kept.state().begin(1001);
  const auto requests = kept.state().requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].update.id == 1001);
  CHECK(requests[0].is_begun);
  CHECK_FALSE(requests[1].is_begun);
  kept.state().finish(update_of(1001), 0, {reply_of("one"), reply_of("two")});
  CHECK(kept.state().requests().size() == 1);
  CHECK(kept.texts() == std::vector<std::string>{"one", "two"});
  kept.state().drop_requests({1002});
  CHECK(kept.state().requests().empty());
  // Of another bot nothing is known.
  CHECK(BotState(kept.library, "124").next_update(kNow) == 0);
  CHECK(BotState(kept.library, "124").messages().empty());
}

TEST_CASE("numbers of updates are forgotten after six days", "[bot][state]") {
  const Kept kept;
  kept.state().accept(1003, {}, kNow);
  CHECK(kept.state().next_update(kNow + 6 * 86'400) == 1003);
  CHECK(kept.state().next_update(kNow + 6 * 86'400 + 1) == 0);
}

TEST_CASE("what a request has said is not said again when it is done again", "[bot][state]") {
  const Kept kept;
  kept.state().accept(1002, {update_of(1001)}, kNow);
  kept.state().say(update_of(1001), 0, 0, reply_of("soon"));
  const std::int64_t soon = kept.state().messages().at(0).id;
  kept.state().begin_sending(soon);
  CHECK(kept.state().messages().at(0).is_begun);
  kept.state().sent(soon, 7, kNow);
  CHECK(kept.state().messages().empty());
  kept.state().say(update_of(1001), 0, 0, reply_of("soon"));
  CHECK(kept.state().messages().empty());
  // What it says at its end is no part of that, however little it said before.
  kept.state().finish(update_of(1001), 0, {reply_of("done")});
  CHECK(kept.texts() == std::vector<std::string>{"done"});
  CHECK(Store::open(kept.library).integer("SELECT count(*) FROM bot_messages") == 1);
}

TEST_CASE("a question is one once its message was sent", "[bot][state]") {
  const Kept kept;
  kept.state().accept(1002, {update_of(1001)}, kNow);
  kept.state().finish(update_of(1001), 0, {reply_of("A?", "suggestion:12")});
  StoredMemory memory(kept.library, "123", update_of(1003));
  CHECK_FALSE(memory.last_question());
  const KeptMessage message = kept.state().messages().at(0);
  CHECK(message.question == "suggestion:12");
  kept.state().begin_sending(message.id);
  kept.state().put_back(message.id);
  CHECK_FALSE(kept.state().messages().at(0).is_begun);
  kept.state().sent(message.id, 50, kNow);
  REQUIRE(memory.question(50));
  CHECK(memory.question(50)->is_open);
  CHECK(memory.open_questions().size() == 1);
  CHECK_FALSE(memory.question(51));
  CHECK_FALSE(StoredMemory(kept.library, "123", update_of(1, 43)).question(50));

  Reply closing;
  closing.kind = Reply::Kind::kButtons;
  closing.message = 50;
  closing.closes_question = true;
  kept.state().finish(update_of(1004), 0, {written(closing)});
  CHECK_FALSE(memory.question(50)->is_open);
  CHECK(memory.open_questions().empty());
}

TEST_CASE("a question of which nobody knows whether it was sent is told of instead",
          "[bot][state]") {
  const Kept kept;
  kept.state().say_unasked(42, 0, reply_of("A?", "suggestion:12"));
  const std::int64_t id = kept.state().messages().at(0).id;
  kept.state().begin_sending(id);
  kept.state().say_instead(id, reply_of("I was restarted"));
  CHECK(kept.texts() == std::vector<std::string>{"I was restarted"});
  kept.state().sent(id, 50, kNow);
  CHECK_FALSE(StoredMemory(kept.library, "123", update_of(1)).question(50));
}

TEST_CASE("a note is told once to each", "[bot][state]") {
  const Kept kept;
  for (int k = 0; k < 2; ++k)
    kept.state().say_note(42, 0, "suggestion:3", reply_of("A note"), kNow);
  kept.state().say_note(43, 0, "suggestion:3", reply_of("A note"), kNow);
  CHECK(kept.texts().size() == 2);
}

TEST_CASE("the plan of a request and the list shown last are remembered", "[bot][state]") {
  const Kept kept;
  kept.state().accept(1002, {update_of(1001)}, kNow);
  StoredMemory memory(kept.library, "123", update_of(1001));
  CHECK(memory.plan().empty());
  memory.keep_plan("5");
  CHECK(memory.plan() == "5");
  CHECK_FALSE(memory.last_list());
  Reply reply;
  reply.text.add("list");
  reply.list = "Dynamic";
  reply.run = 31;
  kept.state().finish(update_of(1001), 0, {written(reply)});
  REQUIRE(memory.last_list());
  CHECK(memory.last_list()->playlist == "Dynamic");
  CHECK(memory.last_list()->run == 31);
}
