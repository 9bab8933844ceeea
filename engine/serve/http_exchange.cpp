// Each request from its head to the end of its answer: what the gate says of it, its body, the desk's
// answer or stream, and how that is given to libmicrohttpd.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/error.hpp"
#include "serve/http_connection.hpp"

namespace engine::serve {
namespace {

constexpr std::size_t kForgottenBytes = 1 << 20;  // of a body that is too long, before the end
constexpr std::size_t kUploadStep = 64 << 10;     // an upload brings that in request_seconds

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct FreeResponse {
  void operator()(MHD_Response* response) const { microhttpd().MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, FreeResponse>;

MHD_Result add_header(void* headers, MHD_ValueKind, const char* name, std::size_t name_size,
                      const char* value, std::size_t value_size) noexcept {
  static_cast<std::vector<Header>*>(headers)->emplace_back(
      std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size));
  return MHD_YES;
}

ssize_t on_stream(void* reader, std::uint64_t, char* buffer, std::size_t room) noexcept {
  auto& connection = *static_cast<Connection*>(reader);
  return connection.front->read_stream(connection, buffer, room);
}

/// The head of an answer by the desk. What would break HTTP is not given on, nor what libmicrohttpd
/// refuses: values that are empty or have tabs.
Answer checked_answer(const ResponseHead& head) {
  const auto is_good = [](const auto& header) {
    return is_header_name(header.first) && is_header_value(header.second) &&
           !header.second.empty() && header.second.find('\t') == std::string::npos;
  };
  if (head.status < 200 || head.status > 599 || !is_header_value(head.type) ||
      !std::ranges::all_of(head.headers, is_good))
    throw Error(
        Exit::kPlugin, "the answer cannot be sent",
        {"", "", "one of its headers is empty or has characters that none may have", "report it"});
  Answer answer;
  answer.status = head.status;
  answer.type = head.type;
  answer.headers.assign(head.headers.begin(), head.headers.end());
  return answer;
}

}  // namespace

/// Called when the head is there, for each piece of the body, at its end, and again after a
/// connection was resumed until there is an answer.
MHD_Result HttpFront::handle(Connection& connection, const char* method, const char* version,
                             const char* data, std::size_t* size) {
  if (connection.is_cut) return MHD_NO;
  if (!connection.exchange) return begin(connection, method, version);
  if (*size > 0) return take_body(connection, data, size);
  if (!connection.exchange->is_body_whole) return end_body(connection);
  return reply(connection);
}

MHD_Result HttpFront::begin(Connection& connection, const char* method, const char* version) {
  Head head;
  head.method = method;
  head.target = connection.target;
  head.version = version;
  head.address = connection.address;
  microhttpd().MHD_get_connection_values_n(connection.handle, MHD_HEADER_KIND, &add_header,
                                           &head.headers);
  head.bytes =
      microhttpd()
          .MHD_get_connection_info(connection.handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
          ->header_size;

  connection.exchange = std::make_unique<Exchange>();
  Exchange& exchange = *connection.exchange;
  exchange.verdict = gate_.look(head, unix_seconds());
  connection.phase = Phase::kBody;  // its deadline is the head's
  if (exchange.verdict.way == Verdict::kAnswer) {
    answer(connection, std::move(exchange.verdict.answer));
    return exchange.verdict.is_body_refused ? reply(connection) : MHD_YES;
  }
  if (exchange.verdict.way == Verdict::kDesk && is_over_) {
    answer(connection, no_answer(connection));
  } else if (exchange.verdict.way == Verdict::kDesk) {
    exchange.number = ++last_number_;
    exchange.is_at_desk = true;
    at_desk_[exchange.number] = &connection;
    desk_.send(Message::kRequest, exchange.number, exchange.verdict.asked.packed());
  }
  return MHD_YES;
}

MHD_Result HttpFront::take_body(Connection& connection, const char* data, std::size_t* size) {
  Exchange& exchange = *connection.exchange;
  if (exchange.is_at_desk && is_desk_full()) {
    enter(connection, Phase::kBody, kNever);
    suspend(connection);
    return MHD_YES;
  }
  const std::string_view bytes(data, *size);
  *size = 0;
  exchange.body_bytes += bytes.size();
  if (exchange.body_bytes > exchange.verdict.longest_body) {
    if (exchange.body_bytes > exchange.verdict.longest_body + kForgottenBytes) return MHD_NO;
    if (exchange.is_answered) return MHD_YES;
    if (exchange.is_at_desk) desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
    answer(connection, Gate::refusal(connection.target, 413,
                                     Error(Exit::kUsage, "the request's body is too long")));
    return MHD_YES;
  }
  if (exchange.is_at_desk) desk_.send(Message::kBody, exchange.number, bytes);
  if (exchange.verdict.way == Verdict::kSignIn) exchange.form += bytes;
  exchange.step_bytes += bytes.size();
  const bool is_forward = exchange.verdict.is_upload && exchange.step_bytes >= kUploadStep;
  if (is_forward || connection.deadline == kNever) {
    exchange.step_bytes = 0;
    enter(connection, Phase::kBody, options_.request_seconds);
  }
  return MHD_YES;
}

MHD_Result HttpFront::end_body(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  exchange.is_body_whole = true;
  if (exchange.verdict.way == Verdict::kSignIn && !exchange.is_answered)
    answer(connection, gate_.sign_in(exchange.form, connection.address, unix_seconds(),
                                     exchange.verdict.browser));
  if (exchange.is_at_desk && exchange.verdict.asked.has_body)
    desk_.send(Message::kBodyEnd, exchange.number);
  return reply(connection);
}

/// Queues the answer, or waits for it.
MHD_Result HttpFront::reply(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  if (!exchange.is_answered) {
    if (connection.has_hung_up) return MHD_NO;
    enter(connection, Phase::kWaiting, kNever);
    suspend(connection);
    return MHD_YES;
  }
  const Answer& answer = exchange.answer;
  const std::string& body = answer.file != nullptr ? *answer.file : answer.body;
  Response response;
  if (exchange.is_stream) {
    response.reset(microhttpd().MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 16 << 10, &on_stream, &connection, nullptr));
    enter(connection, Phase::kStreaming, kNever);
  } else {
    // The bytes live in the exchange until libmicrohttpd has told that it is over.
    response.reset(microhttpd().MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
    enter(connection, Phase::kReplying,
          options_.request_seconds +
              static_cast<double>(body.size()) / options_.answer_bytes_per_second);
  }
  if (!response) return MHD_NO;
  const auto add = [&](const Header& header) {
    return microhttpd().MHD_add_response_header(response.get(), header.first.c_str(),
                                                header.second.c_str()) == MHD_YES;
  };
  bool are_all_added = answer.type.empty() || add({"Content-Type", answer.type});
  for (const Header& header : safe_headers()) are_all_added = add(header) && are_all_added;
  for (const Header& header : answer.headers) are_all_added = add(header) && are_all_added;
  if (!are_all_added) return MHD_NO;
  return microhttpd().MHD_queue_response(connection.handle, static_cast<unsigned>(answer.status),
                                         response.get());
}

void HttpFront::answer(Connection& connection, Answer answer) {
  Exchange& exchange = *connection.exchange;
  const auto is_about_keeping = [](const Header& of) { return of.first == "Cache-Control"; };
  if (std::ranges::none_of(answer.headers, is_about_keeping))
    answer.headers.emplace_back("Cache-Control", "no-store");
  exchange.answer = std::move(answer);
  exchange.is_answered = true;
}

void HttpFront::answer_by_desk(Connection& connection, std::string_view bytes) {
  const ResponseHead head = ResponseHead::unpacked(bytes);
  leave_desk(connection);
  try {
    Answer told = checked_answer(head);
    told.body = bytes;
    for (const Header& header : connection.exchange->verdict.answer.headers)
      told.headers.push_back(header);
    answer(connection, std::move(told));
  } catch (const Error& error) {
    answer(connection, Gate::refusal(connection.target, 500, error));
  }
  resume(connection);
}

void HttpFront::begin_stream(Connection& connection, std::string_view bytes) {
  const ResponseHead head = ResponseHead::unpacked(bytes);
  Exchange& exchange = *connection.exchange;
  if (exchange.is_answered) return;
  const std::string& session = exchange.verdict.asked.session;
  const auto open = streams_.find(session);
  try {
    if (open != streams_.end() && open->second >= options_.streams_per_session)
      throw Error(Exit::kLimits, "too many streams are open", {"", "", "", "close a page of it"});
    Answer told = checked_answer(head);
    told.headers.emplace_back("Connection", "close");
    answer(connection, std::move(told));
    exchange.is_stream = true;
    ++streams_[session];
  } catch (const Error& error) {
    const int status = error.exit() == Exit::kLimits ? 429 : 500;
    desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
    answer(connection, Gate::refusal(connection.target, status, error));
  }
  resume(connection);
}

void HttpFront::add_piece(Connection& connection, std::string_view bytes) {
  Exchange& exchange = *connection.exchange;
  if (!exchange.is_stream || connection.is_cut) return;
  if (exchange.sent > 0 && exchange.sent >= exchange.pending.size() / 2) {
    exchange.pending.erase(0, exchange.sent);
    exchange.sent = 0;
  }
  exchange.pending.append(bytes);
  if (exchange.pending.size() - exchange.sent > options_.stream_bytes)
    cut(connection);
  else
    resume(connection);
}

ssize_t HttpFront::read_stream(Connection& connection, char* buffer, std::size_t room) {
  Exchange& exchange = *connection.exchange;
  if (connection.is_cut || connection.has_hung_up) return MHD_CONTENT_READER_END_WITH_ERROR;
  const std::size_t size = std::min(room, exchange.pending.size() - exchange.sent);
  if (size > 0) {
    std::memcpy(buffer, exchange.pending.data() + exchange.sent, size);
    exchange.sent += size;
    return static_cast<ssize_t>(size);
  }
  if (exchange.is_stream_over) return MHD_CONTENT_READER_END_OF_STREAM;
  suspend(connection);
  return 0;
}

void HttpFront::completed(Connection& connection) {
  if (!connection.exchange) return;
  Exchange& exchange = *connection.exchange;
  if (exchange.is_at_desk) {
    if (!is_over_) desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
  }
  if (exchange.is_stream && --streams_[exchange.verdict.asked.session] == 0)
    streams_.erase(exchange.verdict.asked.session);
  connection.exchange.reset();
  enter(connection, Phase::kIdle, options_.idle_seconds);
}

/// The desk has said all of it, or is told that nobody waits.
void HttpFront::leave_desk(Connection& connection) {
  connection.exchange->is_at_desk = false;
  at_desk_.erase(connection.exchange->number);
}

Answer HttpFront::no_answer(const Connection& connection) {
  return Gate::refusal(connection.target, 503,
                       Error(Exit::kInterrupted, "the server ended before the answer was there",
                             {"", "", "", "ask again once engine serve runs"}));
}

}  // namespace engine::serve
