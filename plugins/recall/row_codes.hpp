// The codes that a model keeps of its matrix, for a search that reads little.
#pragma once

#include "playlist/plugin.hpp"

#include <string>

#include "shared/quantized_rows.hpp"

namespace recall {

/// Of the matrix of so many rows and columns, from the artifact's bytes `name`; none where it has
/// none, as models of few rows do. Throws Error where they are not its own.
inline shared::QuantizedRows row_codes(playlist::RecallCall& call, const char* model,
                                       const std::string& name, std::size_t rows,
                                       std::size_t columns) {
  if (rows < shared::QuantizedRows::kFewestRows) return {};
  try {
    const shared::QuantizedRows codes(call.artifact_bytes(model, name.c_str()), rows, columns);
    if (codes.is_sound()) return codes;
    throw playlist::Error(playlist::concat(model, ": ", name, " cannot be used, as ",
                                           codes.problem(), "; train it again"));
  } catch (const playlist::NoData&) {
    return {};  // trained before models had codes
  }
}

}  // namespace recall
