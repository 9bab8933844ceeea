#include "accounts/accounts.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "accounts/services.hpp"
#include "core/error.hpp"
#include "core/file_lock.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine::accounts {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kChange = "change of the accounts";
constexpr double kLongestWait = 120;  // seconds: another process may wait for a service meanwhile

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
         });
}

/// PLAYLIST_ACCOUNTS_SUBSONIC_HOME_PASSWORD.
std::string variable(const Account& account, const std::string& field) {
  std::string name = "PLAYLIST_ACCOUNTS_" + account.service +
                     (account.name.empty() ? "" : "_" + account.name) + "_" + field;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// What the environment says of it.
void overlay(Account& account) {
  const auto look = [&](const std::string& field) {
    const char* given = std::getenv(variable(account, field).c_str());
    if (given != nullptr && *given != '\0') account.values[field] = given;
  };
  if (const KnownService* service = find_service(account.service)) {
    for (const ServiceField& field : service->fields) look(field.name);
  } else {
    for (const auto& field : std::map(account.values)) look(field.first);
  }
}

Login login_of(const Json& json) {
  return {json.at("access_token").get<std::string>(), json.at("refresh_token").get<std::string>(),
          json.at("scopes").get<std::string>(), json.at("expires_at").get<std::int64_t>(),
          json.at("authorised_at").get<std::int64_t>()};
}

Json json_of(const Login& login) {
  return {{"access_token", login.access_token},
          {"refresh_token", login.refresh_token},
          {"scopes", login.scopes},
          {"expires_at", login.expires_at},
          {"authorised_at", login.authorised_at}};
}

Account account_of(const Json& json) {
  Account account{json.at("service").get<std::string>(), json.at("name").get<std::string>(), {}};
  for (const auto& [field, value] : json.at("values").items())
    account.values[field] = value.get<std::string>();
  if (const auto login = json.find("login"); login != json.end()) account.login = login_of(*login);
  return account;
}

Json json_of(const Account& account) {
  Json values = Json::object();
  for (const auto& [field, value] : account.values) values[field] = value;
  Json json = {{"service", account.service}, {"name", account.name}, {"values", std::move(values)}};
  if (account.login) json["login"] = json_of(*account.login);
  return json;
}

/// As `engine connect` is told it.
std::string flag_of(const ServiceField& field) {
  const std::string name = field.name;
  if (name == "address") return "--address ADDRESS";
  if (name == "user") return "--login NAME";
  if (name == "password") return "--secret FILE";
  return field.is_secret ? "--secret FILE --secret-field " + name : "--field " + name + "=VALUE";
}

std::string how_to_connect(const Account& account) {
  std::string command = "engine connect " + account.title();
  if (const KnownService* service = find_service(account.service))
    for (const ServiceField& field : service->fields)
      if (field.is_required && *field.usual == '\0') command += " " + flag_of(field);
  return command;
}

/// What is wrong with the value, "" for nothing.
std::string problem_of(const ServiceField& field, const std::string& value) {
  if (value.empty()) return "";
  if (*field.choices != '\0') {
    const std::vector<std::string> known = listed_values(field.choices);
    const std::vector<std::string> said =
        field.is_several ? listed_values(value) : std::vector{value};
    for (const std::string& one : said)
      if (std::find(known.begin(), known.end(), one) == known.end())
        return std::string(field.is_several ? "it takes some of " : "it is one of ") +
               field.choices;
  }
  if (field.largest > 0) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (*end != '\0' || !(number >= 0 && number <= field.largest))
      return "it is a number from 0 to " + std::to_string(std::llround(field.largest));
  }
  return "";
}

void check_fields(const Account& account) {
  const KnownService* service = find_service(account.service);
  if (service == nullptr) return;
  for (const ServiceField& field : service->fields)
    if (const std::string problem = problem_of(field, account.value(field.name)); !problem.empty())
      throw Error(Exit::kUsage,
                  account.title() + " cannot have " + field.name + " \"" +
                      (field.is_secret ? "***" : account.value(field.name)) + '"',
                  {"", "", problem, std::string(field.name) + ": " + field.help});
  for (const auto& [name, value] : account.values) {
    const bool is_known = std::any_of(
        service->fields.begin(), service->fields.end(),
        [&, &its_name = name](const ServiceField& field) { return its_name == field.name; });
    if (is_known) continue;
    std::string all;
    for (const ServiceField& field : service->fields)
      all += (all.empty() ? "" : ", ") + std::string(field.name);
    throw Error(Exit::kUsage, std::string(service->name) + " has no " + name,
                {"", "", "it takes " + all, ""});
  }
  for (const ServiceField& field : service->fields) {
    if (field.is_required && *field.usual == '\0' && account.value(field.name).empty())
      throw Error(Exit::kUsage, account.title() + " needs " + flag_of(field),
                  {"", "", std::string(field.name) + ": " + field.help, how_to_connect(account)});
  }
}

/// So that the rename is on the disk, too.
bool is_folder_synced(const std::string& file) {
  const std::string folder = fs::path(file).parent_path().string();
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL);
  if (descriptor >= 0) ::close(descriptor);
  return is_synced;
}

/// Never readable for others, not even while it is written.
void write_secretly(const std::string& path, const std::string& bytes) {
  std::error_code told_by_open;
  fs::create_directories(fs::path(path).parent_path(), told_by_open);
  const std::string making = path + ".making";
  ::unlink(making.c_str());
  const int file =
      ::open(making.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool is_written = file >= 0;
  for (std::size_t done = 0; is_written && done < bytes.size();) {
    const ssize_t part = ::write(file, bytes.data() + done, bytes.size() - done);
    is_written = part > 0 || (part < 0 && errno == EINTR);
    if (part > 0) done += static_cast<std::size_t>(part);
  }
  is_written = is_written && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_written || ::rename(making.c_str(), path.c_str()) != 0) {
    ::unlink(making.c_str());
    throw Error(Exit::kInput, "cannot write " + path, {"", "", std::strerror(error), ""});
  }
  if (!is_folder_synced(path))
    throw Error(Exit::kInput, "cannot write the folder of " + path,
                {"", "", std::strerror(errno), ""});
}

}  // namespace

const std::string& Account::value(const std::string& field) const {
  static const std::string kNone;
  const auto found = values.find(field);
  return found == values.end() ? kNone : found->second;
}

std::vector<std::string> Account::secrets() const {
  const KnownService* known = find_service(service);
  std::vector<std::string> secrets;
  for (const auto& [name, value] : values) {
    bool is_secret = name != "address" && name != "user";
    if (known != nullptr)
      for (const ServiceField& field : known->fields)
        if (name == field.name) is_secret = field.is_secret;
    if (is_secret && !value.empty()) secrets.push_back(value);
  }
  if (login) {
    for (const std::string& token : {login->access_token, login->refresh_token})
      if (!token.empty()) secrets.push_back(token);
  }
  return secrets;
}

Account account_called(std::string_view title) {
  const std::size_t at = std::min(title.find('@'), title.size());
  Account account{std::string(title.substr(0, at)), "", {}};
  if (at < title.size()) account.name = title.substr(at + 1);
  if (is_word(account.service) && (at == title.size() || is_word(account.name))) return account;
  throw Error(Exit::kUsage, "there can be no account called \"" + std::string(title) + '"',
              {"", "", "it is SERVICE or SERVICE@NAME, of lower-case letters, digits and _",
               "e.g. subsonic, subsonic@home"});
}

Account completed(Account account) {
  overlay(account);
  const KnownService* service = find_service(account.service);
  if (service == nullptr) return account;
  for (const ServiceField& field : service->fields) {
    std::string& value = account.values[field.name];
    if (value.empty()) value = field.usual;
    if (value.empty() && field.is_required)
      throw Error(Exit::kInput, account.title() + " is not connected",
                  {"", "", std::string(field.name) + " is not known: " + field.help,
                   how_to_connect(account)});
  }
  std::erase_if(account.values, [](const auto& value) { return value.second.empty(); });
  return account;
}

std::vector<Account> Accounts::all_kept() const {
  if (!fs::exists(file_)) return {};
  std::vector<Account> accounts;
  try {
    const Json file = Json::parse(read_file(file_));
    for (const Json& account : file.at("accounts")) accounts.push_back(account_of(account));
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::kInput, "the file of accounts cannot be read",
                {file_, "", error.what(), "mend it, or remove it and connect anew"});
  }
  return accounts;
}

std::vector<Account> Accounts::list() const {
  std::vector<Account> accounts = all_kept();
  for (const KnownService& service : known_services()) {
    const bool is_kept = std::any_of(accounts.begin(), accounts.end(), [&](const Account& account) {
      return account.title() == service.name;
    });
    Account told{service.name, "", {}};
    overlay(told);
    if (!is_kept && !told.values.empty()) accounts.push_back(told);
  }
  for (Account& account : accounts) overlay(account);
  std::sort(accounts.begin(), accounts.end(),
            [](const Account& a, const Account& b) { return a.title() < b.title(); });
  return accounts;
}

Account Accounts::require(std::string_view title) const {
  Account account = account_called(title);
  bool is_there = false;
  for (const Account& one : list()) {
    if (one.title() != title) continue;
    account = one;
    is_there = true;
  }
  const KnownService* service = find_service(account.service);
  // One that is sent something about a person is asked once that person wants it.
  if (!is_there && (service == nullptr || *service->sent != '\0'))
    throw Error(Exit::kInput, "no account " + std::string(title) + " is connected",
                {"", "", "", how_to_connect(account)});
  account = completed(std::move(account));
  if (service != nullptr && service->login != nullptr && !account.login)
    throw Error(Exit::kInput, account.title() + " is not connected",
                {"", "", "nobody has logged in to it", "engine connect " + account.title()});
  return account;
}

Account Accounts::kept(std::string_view title) const {
  for (Account& account : all_kept())
    if (account.title() == title) return account;
  return account_called(title);
}

bool Accounts::is_account(std::string_view title) const {
  const std::string_view service = title.substr(0, title.find('@'));
  if (find_service(service) != nullptr) return true;
  const std::vector<Account> all = all_kept();
  return std::any_of(all.begin(), all.end(),
                     [&](const Account& account) { return account.service == service; });
}

void Accounts::put(const Account& account) {
  Account as_used = account;
  overlay(as_used);
  check_fields(as_used);
  const FileLock lock(file_ + ".lock", kChange, kLongestWait);
  std::vector<Account> accounts = all_kept();
  Account kept = account;
  for (const Account& one : accounts)
    if (one.title() == account.title() && !kept.login) kept.login = one.login;
  std::erase_if(accounts, [&](const Account& one) { return one.title() == account.title(); });
  accounts.push_back(kept);
  write(accounts);
}

Login Accounts::renew_login(std::string_view title,
                            const std::function<std::optional<Login>(const Login&)>& renew) {
  const FileLock lock(file_ + ".lock", kChange, kLongestWait);
  std::vector<Account> accounts = all_kept();
  for (Account& account : accounts) {
    if (account.title() != title || !account.login) continue;
    const std::optional<Login> renewed = renew(*account.login);
    if (!renewed) return *account.login;
    account.login = renewed;
    write(accounts);
    return *renewed;
  }
  throw Error(Exit::kInput, std::string(title) + " is no longer connected",
              {"", "", "", "engine connect " + std::string(title)});
}

bool Accounts::remove(std::string_view title) {
  const FileLock lock(file_ + ".lock", kChange, kLongestWait);
  std::vector<Account> accounts = all_kept();
  if (std::erase_if(accounts, [&](const Account& one) { return one.title() == title; }) == 0)
    return false;
  write(accounts);
  return true;
}

void Accounts::write(const std::vector<Account>& accounts) const {
  Json list = Json::array();
  for (const Account& account : accounts) list.push_back(json_of(account));
  write_secretly(file_, json_text(Json{{"accounts", std::move(list)}}, 1) + "\n");
}

}  // namespace engine::accounts
