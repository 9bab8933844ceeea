// What may be asked, which headers go where, and what an answer is kept under.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/address.hpp"
#include "http/messages.hpp"
#include "http/secrets.hpp"
#include "http/service.hpp"

namespace engine::http {

/// Throws std::invalid_argument for headers that would end a line, or that the client sets itself.
void check_headers(const std::vector<Header>& headers);
/// Likewise, and for a method that is none of http/messages.hpp's.
void check_request(const Request& request);

/// GET, HEAD, PUT and DELETE, and what says so of itself.
bool is_repeatable(const Request& request);

/// Where the request leads. Throws std::invalid_argument where the service does not allow that.
Address allowed_address(const Service& service, const Request& request, const Secrets& secrets);

/// What an answer with a Location leads to: the request as it is asked there. Nothing for an answer
/// that is no redirect. Throws std::invalid_argument for one that is not followed.
struct Redirect {
  Address address;
  std::string method;
  bool keeps_body = false;
};
std::optional<Redirect> redirect_of(const Service& service, const Request& request,
                                    const std::string& method, const Address& from,
                                    const Answer& answer, const Secrets& secrets);

/// To the service's own scheme, host and port: the request's headers and the credentials, which go
/// before the request's own of the same name. Elsewhere: neither those nor anything that could be
/// one.
std::vector<Header> headers_to_send(const Service& service, const Request& request,
                                    bool is_elsewhere, bool has_body, const Secrets& secrets);

/// Under which an answer is kept: service, target and headers without secrets.
std::string cache_question(const Service& service, const Request& request, const Secrets& secrets);
/// The answer as it is kept, without cookies; nothing where a secret is in it.
std::optional<Answer> answer_to_keep(const Answer& answer, const Secrets& secrets);

}  // namespace engine::http
