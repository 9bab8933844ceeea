#include "app/default_user.hpp"

namespace engine::app {

std::string user_name(const Caller& caller) {
  return caller.asked.user.empty() ? caller.home.settings().text("user") : caller.asked.user;
}

}  // namespace engine::app
