// Folders of the client that nobody else may look into.
#pragma once

#include <string>

namespace engine::http {

/// Makes `folder` where it is missing, and `name` in it with mode 0700, whatever it had. False when
/// it cannot be.
bool make_private_folder(const std::string& folder, const std::string& name);

}  // namespace engine::http
