// A request of the API as the verb that it asks for.
//
// POST /api/playlist/show asks the verb "playlist show"; its body is a JSON object of the verb's
// parameters, as its flags are called: a text, a number, true, or a list of those. Beside them
// every verb takes what every command line does: "user", "now", "random-seed", and "set", a list of
// "NAME=VALUE". What names a file of this machine is refused, as whoever asks may sit elsewhere;
// the files of /api/upload are named "upload:ID", and lists may go to accounts: "to": "mpd:Weekly".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/caller.hpp"
#include "verbs/verb.hpp"

namespace engine::serve {

struct ApiCall {
  const verbs::Verb* verb = nullptr;
  verbs::Given given;
  app::Asked asked;
  std::vector<std::string> uploads = {};  // that it reads; they go with it
};

/// The path of the file that was uploaded under this ID; "" for none.
using UploadedFile = std::function<std::string(const std::string& id)>;

/// Throws ApiError(404) for a verb that there is not, Error(kUsage) for a body that does not fit
/// the verb's declaration.
ApiCall api_call(const app::Home& home, const app::Asked& usual, std::string_view path,
                 std::string_view body, const UploadedFile& uploaded);

/// A body that is a JSON object; {} for "". Throws Error(kUsage).
verbs::Json object_of(std::string_view body);
/// A text, number or flag as a command line has it. Throws Error(kUsage).
std::string written_value(const std::string& name, const verbs::Json& value);
/// Takes "user", "now", "random-seed" and "set" out of `body`; what is not there is as in `usual`, the
/// time the clock's where that does not say.
app::Asked take_asked(verbs::Json& body, const app::Asked& usual);

}  // namespace engine::serve
