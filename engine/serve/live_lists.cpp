#include "serve/live_lists.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "serve/api_error.hpp"
#include "serve/live_list.hpp"
#include "worker/job.hpp"

namespace engine::serve {

LiveLists::Place LiveLists::find(const std::string& session, const std::string& id) {
  return std::find_if(lists_.begin(), lists_.end(),
                      [&](const List& list) { return list.session == session && list.id == id; });
}

LiveLists::Place LiveLists::make(const app::Home& home, const std::string& session,
                                 const std::string& id) {
  if (lists_.size() >= most_) {
    const Place oldest = oldest_of_greediest();
    refuse_waiting(*oldest, "too many lists are worked on at once");
    lists_.erase(oldest);
  }
  const SocketPair pair = message_sockets();
  const WorkerLimits none{.wall_seconds = 0, .cpu_seconds = 0, .memory_bytes = 0};
  List list{.session = session,
            .id = id,
            .socket = std::make_unique<MessageSocket>(pair.desk),
            .process = nullptr,
            .waiting = {}};
  list.process = std::make_unique<BackgroundWorker>(none, job_of([&](JobSender&) {
                                                      list.socket.reset();  // the desk's end
                                                      serve_live_list(home, usual_, pair.front);
                                                    }));
  ::close(pair.front);
  lists_.push_front(std::move(list));
  return lists_.begin();
}

LiveLists::Place LiveLists::oldest_of_greediest() {
  std::map<std::string, int> counts;
  for (const List& list : lists_) ++counts[list.session];
  Place chosen = std::prev(lists_.end());
  for (Place at = lists_.begin(); at != lists_.end(); ++at)
    if (counts[at->session] >= counts[chosen->session])
      chosen = at;  // the last ones are the oldest
  return chosen;
}

void LiveLists::ask(const app::Home& home, const std::string& session, const std::string& id,
                    std::uint64_t request, const std::string& command) {
  Place at = find(session, id);
  if (at == lists_.end()) at = make(home, session, id);
  lists_.splice(lists_.begin(), lists_, at);
  at->waiting.insert(request);
  at->socket->send(Message::kRequest, request, command);
}

void LiveLists::end(const std::string& session, const std::string& id) {
  const Place at = find(session, id);
  if (at == lists_.end()) return;
  refuse_waiting(*at, "the list was closed");
  lists_.erase(at);
}

void LiveLists::forget(std::uint64_t request) {
  for (List& list : lists_) list.waiting.erase(request);
}

void LiveLists::library_changed() {
  for (List& list : lists_) list.socket->send(Message::kRequest, 0, R"({"ask": "library"})");
}

void LiveLists::refuse_waiting(List& list, const std::string& why) {
  for (const std::uint64_t request : list.waiting)
    answered_(request, packed_error(Error(Exit::kInterrupted, why, {"", "", "", "ask again"})));
  list.waiting.clear();
}

void LiveLists::add_sources(std::vector<pollfd>& sources) const {
  for (const List& list : lists_) {
    sources.push_back({list.socket->descriptor(), list.socket->events(), 0});
    sources.push_back({list.process->process(), POLLIN, 0});
  }
}

void LiveLists::take() {
  for (Place at = lists_.begin(); at != lists_.end();) {
    const bool is_open = at->socket->pump();
    for (Message message; at->socket->take(message);)
      if (at->waiting.erase(message.number) > 0) answered_(message.number, message.bytes);
    const bool has_ended = !at->process->pump();
    if (is_open && !has_ended) {
      ++at;
      continue;
    }
    refuse_waiting(*at, "the process that made the list has ended");
    at = lists_.erase(at);
  }
}

}  // namespace engine::serve
