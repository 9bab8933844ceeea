// What is said at a login in the browser: OAuth 2.0's authorization code (RFC 6749, section 4.1) with
// proof key (RFC 7636), for programs of a person's own machine (RFC 8252).
//
// The person agrees in a browser, which is then led to an address of this machine with a code. The
// code is worth nothing without the verifier, which never leaves this process but for the service's
// token endpoint; the state shows that the answer belongs to this login and no other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/accounts.hpp"
#include "accounts/services.hpp"

namespace engine::accounts {

/// Of one login; from the system's randomness.
struct LoginProof {
  std::string verifier;  // 86 characters
  std::string state;     // 43
};
LoginProof make_login_proof();

/// base64url(SHA-256(verifier)), without padding.
std::string code_challenge(std::string_view verifier);

/// Where the browser is sent. `account` is completed().
std::string login_address(const Account& account, const LoginProof& proof,
                          const std::string& redirect_uri);

/// What a redirect to this machine says, of whatever login.
struct LoginAnswer {
  std::string code, state;
  std::string error, error_description;
};
/// Of an address, or of what stands behind its "?".
LoginAnswer read_login_answer(std::string_view address);

/// The code of what somebody has pasted: the address that the browser ended at, or the code alone.
/// Throws Error(kInput) for an answer to another login, and as require_agreed().
std::string pasted_code(const std::string& pasted, const Account& account, const LoginProof& proof);
/// Throws Error(kInput) where the person, or the service, did not agree.
void require_agreed(const LoginAnswer& answer, const Account& account);

/// The bodies of what the token endpoint is asked.
std::string code_form(const Account& account, const std::string& code,
                      const std::string& redirect_uri, const LoginProof& proof);
std::string refresh_form(const Account& account, const std::string& refresh_token);

/// What the token endpoint has answered with status 200: the access token, until when it is good,
/// and the refresh token, which stays the one before where there is no new one. `asked_at`: before
/// it was asked. Nothing for what is no such answer.
std::optional<Login> read_tokens(const std::string& body, const Login& before,
                                 std::int64_t asked_at);

}  // namespace engine::accounts
