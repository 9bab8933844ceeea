#include "serve/api_call.hpp"

#include <algorithm>
#include <ctime>

#include "accounts/accounts.hpp"
#include "app/text_argument.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "serve/api_error.hpp"
#include "verbs/verbs.hpp"

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kUpload = "upload:";
constexpr int kMostNesting = 20;

/// Looked at before it is parsed: what goes through a value of JSON goes down into it by calls.
bool is_nested_deeper(std::string_view json, int most) {
  int depth = 0;
  bool is_text = false;
  for (std::size_t k = 0; k < json.size(); ++k) {
    const char c = json[k];
    if (is_text) {
      if (c == '\\')
        ++k;
      else if (c == '"')
        is_text = false;
    } else if (c == '"') {
      is_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

const verbs::Verb& asked_verb(std::string_view path) {
  std::string name(path);
  std::replace(name.begin(), name.end(), '/', ' ');
  const verbs::Verb* verb = verbs::find_verb(name);
  if (verb != nullptr && verb->answer) return *verb;
  std::vector<std::string> known;
  for (const verbs::Verb& one : verbs::verbs())
    if (one.answer) known.push_back(one.name);
  std::string near = nearest(name, known);
  std::replace(near.begin(), near.end(), ' ', '/');
  throw ApiError(404, Error(Exit::kUsage, "there is no /api/" + std::string(path),
                            {"", "", "",
                             near.empty() ? "GET /api/verbs lists what there is"
                                          : "did you mean /api/" + near + "?"}));
}

std::vector<std::string> written_values(const std::string& name, const Json& value) {
  if (!value.is_array()) return {written_value(name, value)};
  std::vector<std::string> values;
  for (const Json& one : value) values.push_back(written_value(name, one));
  return values;
}

/// --to ACCOUNT:NAME: a list in a service or player, which is no file of this machine.
bool goes_to_account(const app::Home& home, const verbs::Parameter& parameter,
                     const std::string& value) {
  const std::size_t colon = value.find(':');
  return parameter.name == "to" && colon != std::string::npos &&
         accounts::Accounts(home.accounts_file()).is_account(value.substr(0, colon));
}

/// What the person's own command line may name and a request may not.
void resolve_local(const app::Home& home, ApiCall& call, const verbs::Parameter& parameter,
                   std::vector<std::string>& values, const UploadedFile& uploaded) {
  for (std::string& value : values) {
    if (goes_to_account(home, parameter, value)) continue;
    const std::string file =
        value.starts_with(kUpload) ? uploaded(value.substr(kUpload.size())) : "";
    if (file.empty())
      throw Error(Exit::kUsage, call.verb->name + ": " + parameter.name + " cannot be given here",
                  {"", "", "it names something of the machine that the engine runs on",
                   value.starts_with(kUpload) ? "there is no such upload (any more)"
                                              : "ask for it on a command line there: engine " +
                                                    call.verb->name + " --help"});
    call.uploads.push_back(value.substr(kUpload.size()));
    value = file;
  }
}

/// Settings that name files, load code or open doors are for who sits at the machine.
void require_harmless_setting(const ApiCall& call) {
  if (call.verb->name != "config set") return;
  const auto given = call.given.find("key");
  if (given == call.given.end() || given->second.empty()) return;
  const std::string& key = given->second.front();
  const bool is_harmless = !key.starts_with("paths.") && !key.starts_with("elements.") &&
                           key != "log.file" && key != "limits.confine" && key != "limits.network";
  if (is_harmless) return;
  throw Error(
      Exit::kUsage, key + " cannot be set here",
      {"", "", "it names files, or lets code do more, on the machine that the engine runs on",
       "set it there: engine config set " + key + " VALUE"});
}

}  // namespace

Json object_of(std::string_view body) {
  if (body.empty()) return Json::object();
  if (is_nested_deeper(body, kMostNesting))
    throw Error(Exit::kUsage, "the body nests lists and objects too deeply",
                {"", "", "no verb takes more than a list of texts", ""});
  Json json = Json::parse(body, nullptr, false);
  if (!json.is_object())
    throw Error(Exit::kUsage, "the body is no JSON object",
                {"", "", "", "send {\"NAME\": VALUE, ...}, or nothing"});
  return json;
}

std::string written_value(const std::string& name, const Json& value) {
  if (value.is_string()) {
    auto text = value.get<std::string>();
    app::require_utf8(name, text);
    if (text.find('\0') != std::string::npos)
      throw Error(Exit::kUsage, name + " cannot hold the character 0", {"", "", "", ""});
    return text;
  }
  if (value.is_boolean() || value.is_number()) return json_text(value);
  throw Error(Exit::kUsage, name + " cannot be " + json_text(value),
              {"", "", "it takes a text, a number, true or false", ""});
}

app::Asked take_asked(Json& body, const app::Asked& usual) {
  app::Asked asked = usual;
  asked.way_in = "page";
  if (!asked.is_now_given) asked.now = std::time(nullptr);
  const auto take = [&](const char* name) {
    const Json value = body.contains(name) ? body.at(name) : Json();
    body.erase(name);
    return value;
  };
  if (const Json user = take("user"); !user.is_null()) asked.user = written_value("user", user);
  if (const Json now = take("now"); !now.is_null()) {
    asked.now = parse_time(written_value("now", now));
    asked.is_now_given = true;
  }
  if (const Json seed = take("random-seed"); !seed.is_null()) {
    if (!seed.is_number_unsigned())
      throw Error(Exit::kUsage, "random-seed cannot be " + json_text(seed),
                  {"", "", "it takes a whole number from 0 on", ""});
    asked.random_seed = seed.get<std::uint64_t>();
  }
  if (const Json set = take("set"); !set.is_null()) asked.set = written_values("set", set);
  return asked;
}

ApiCall api_call(const app::Home& home, const app::Asked& usual, std::string_view path,
                 std::string_view body, const UploadedFile& uploaded) {
  ApiCall call{.verb = &asked_verb(path), .given = {}, .asked = {}, .uploads = {}};
  Json given = object_of(body);
  call.asked = take_asked(given, usual);
  for (const auto& [name, value] : given.items()) {
    if (value.is_null()) continue;
    std::vector<std::string>& values = call.given[name] = written_values(name, value);
    for (const verbs::Parameter& parameter : call.verb->parameters) {
      if (parameter.name != name) continue;
      if (parameter.is_local) resolve_local(home, call, parameter, values, uploaded);
    }
  }
  require_harmless_setting(call);
  static_cast<void>(verbs::Arguments(*call.verb, call.given));  // throws what does not fit
  return call;
}

}  // namespace engine::serve
