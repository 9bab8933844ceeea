// The API as OpenAPI 3.1, generated from the table of verbs and the schemas of what they answer.
#pragma once

#include <nlohmann/json.hpp>

namespace engine::serve {

nlohmann::ordered_json openapi_json();

}  // namespace engine::serve
