// Messages between the front and the desk (engine/serve/messages.hpp).
#include "serve/messages.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace engine::serve;

TEST_CASE("messages of any size come whole and in order, whoever is slower", "[serve]") {
  const SocketPair pair = message_sockets();
  MessageSocket desk(pair.desk), front(pair.front);
  const std::string large(5 << 20, 'x');
  front.send(Message::kBody, 7, "a piece");
  front.send(Message::kBody, 8, large);  // more than a socket holds
  front.send(Message::kBodyEnd, 8);
  CHECK(front.unsent() > 0);
  std::vector<Message> taken;
  for (int turn = 0; turn < 1000 && taken.size() < 3; ++turn) {
    REQUIRE(front.pump());
    REQUIRE(desk.pump());
    for (Message message; desk.take(message);) taken.push_back(message);
  }
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].kind == Message::kBody);
  CHECK(taken[0].number == 7);
  CHECK(taken[0].bytes == "a piece");
  CHECK(taken[1].bytes == large);
  CHECK(taken[2].kind == Message::kBodyEnd);
  CHECK(front.unsent() == 0);
}

TEST_CASE("an end that is gone is told, and what it had sent is still taken", "[serve]") {
  const SocketPair pair = message_sockets();
  MessageSocket desk(pair.desk);
  {
    MessageSocket front(pair.front);
    front.send(Message::kGone, 3);
  }
  CHECK(desk.pump());  // what it had sent
  CHECK_FALSE(desk.pump());
  Message message;
  REQUIRE(desk.take(message));
  CHECK(message.kind == Message::kGone);
  desk.send(Message::kResponse, 3, "nobody hears it");
  CHECK_FALSE(desk.pump());
}

TEST_CASE("bytes that are no message are refused", "[serve]") {
  const SocketPair pair = message_sockets();
  MessageSocket desk(pair.desk);
  const std::string bytes(64, '\xff');
  REQUIRE(::send(pair.front, bytes.data(), bytes.size(), 0) == 64);
  desk.pump();
  Message message;
  CHECK_THROWS_AS(desk.take(message), engine::Error);
  ::close(pair.front);
}

TEST_CASE("heads come back as they were, with any bytes in them", "[serve]") {
  const RequestHead asked{"POST", "playlist/show", {{"name", "Mörder \"&\" <b>\n"}}, "s1", true};
  const RequestHead read = RequestHead::unpacked(asked.packed());
  CHECK(read.method == "POST");
  CHECK(read.path == "playlist/show");
  CHECK(read.query == asked.query);
  CHECK(read.session == "s1");
  CHECK(read.has_body);
  const std::string packed =
      ResponseHead{404, "text/plain", {{"Playlist-Exit", "2"}}}.packed("body\0y");
  std::string_view bytes = packed;
  const ResponseHead head = ResponseHead::unpacked(bytes);
  CHECK(head.status == 404);
  CHECK(head.type == "text/plain");
  CHECK(head.headers.at("Playlist-Exit") == "2");
  CHECK(bytes == "body");
  for (const std::string& bad :
       {std::string(), std::string("abc"), std::string(4, '\xff'), std::string("\1\0\0\0[", 5)})
    CHECK_THROWS_AS(RequestHead::unpacked(bad), engine::Error);
}
