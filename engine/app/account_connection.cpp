#include "app/account_connection.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine::app {
namespace {

constexpr int kLongestConnect = 10'000;  // milliseconds

bool connect_within(int socket, const sockaddr* address, socklen_t length) {
  if (::connect(socket, address, length) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd ready{socket, POLLOUT, 0};
  if (::poll(&ready, 1, kLongestConnect) <= 0) {
    errno = ETIMEDOUT;
    return false;
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0;
}

int as_blocking(int socket) {
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  return socket;
}

[[noreturn]] void cannot_connect(const accounts::Account& account, const std::string& why) {
  throw Error(
      Exit::kInput, "cannot connect to " + account.title(),
      {account.value("address"), "", why,
       "start it, or say where it is: engine connect " + account.title() + " --address ..."});
}

int connected_to_path(const accounts::Account& account, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) cannot_connect(account, "its path is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket >= 0 &&
      connect_within(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address))
    return as_blocking(socket);
  const std::string why = std::strerror(errno);
  if (socket >= 0) ::close(socket);
  cannot_connect(account, why);
}

int connected_to_host(const accounts::Account& account, const std::string& host,
                      const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found); error != 0)
    cannot_connect(account, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  std::string why = "it has no address";
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const int socket = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket >= 0 && connect_within(socket, one->ai_addr, one->ai_addrlen))
      return as_blocking(socket);
    why = std::strerror(errno);
    if (socket >= 0) ::close(socket);
  }
  cannot_connect(account, why);
}

bool is_http(const std::string& address) {
  return address.starts_with("http://") || address.starts_with("https://");
}

int connected(const accounts::Account& account, bool is_offline) {
  std::string address = account.value("address");
  if (is_http(address)) return -1;
  if (is_offline) cannot_connect(account, "offline: http.offline is set");
  if (address.starts_with("unix://")) return connected_to_path(account, address.substr(7));
  if (address.starts_with("/")) return connected_to_path(account, address);
  if (const std::size_t scheme = address.find("://"); scheme != std::string::npos)
    address = address.substr(scheme + 3);
  while (address.ends_with('/')) address.pop_back();
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size())
    cannot_connect(account, "its address has no port");
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return connected_to_host(account, host, address.substr(colon + 1));
}

}  // namespace

AccountConnection::AccountConnection(const accounts::Account& account, bool is_offline)
    : descriptor_(connected(account, is_offline)) {}

AccountConnection::~AccountConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace engine::app
