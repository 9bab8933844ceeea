// The services and players that the engine knows how to log in to: what each wants to be told.
#pragma once

#include <string_view>
#include <vector>

namespace engine::accounts {

struct ServiceField {
  const char* name;  // "address", "user", "password": what host->setting() is asked for
  const char* help;  // one line
  bool is_secret = false;
  bool is_required = false;
  const char* usual = "";  // where the user says nothing
};

struct KnownService {
  const char* name;   // "subsonic": what stands behind the kind in its elements' names
  const char* title;  // "Navidrome and other OpenSubsonic servers"
  std::vector<ServiceField> fields;
  bool takes_lists = false;  // --to puts lists there
  bool is_read = false;      // engine sync reads it
  double requests_per_second = 5;
  int burst = 5;
};

/// In the order of help.
const std::vector<KnownService>& known_services();
/// nullptr where there is none of that name.
const KnownService* find_service(std::string_view name);

}  // namespace engine::accounts
