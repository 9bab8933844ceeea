// The chosen tracks through an output element into bytes.
#pragma once

#include <string>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"
#include "recipe/recipe.hpp"

namespace engine {

/// "subsonic" of "subsonic@home,keep_others=true".
std::string name_of_format(const std::string& format);
/// The element output.NAME. Throws Error(kUsage) that lists those there are.
const Element& output_element(const Registry& registry, const std::string& name);
/// Of "rekordbox,root=/music". Throws Error(kUsage).
CheckedArguments output_arguments(const Element& element, const std::string& format,
                                  InputFiles* files);

/// Bytes of `format`: "m3u8" means the element output.m3u8, "rekordbox,root=/music" gives it an
/// argument. Beside the columns that every output is handed it finds those that the recipe's steps
/// made. Of a remote output, which works later, what it will be handed (recipe/output_document.hpp).
/// Throws Error(kUsage) for an unknown format and wrong arguments, Error(kPlugin) when the element
/// fails.
std::string playlist_bytes(const Registry& registry, const std::string& format,
                           const Playlist& playlist, const Candidates& chosen,
                           Evaluation& evaluation, const RecipeDefinition& recipe);

/// Whether `format` and its arguments can be: throws Error(kUsage) as playlist_bytes(). Paths of
/// recipes' files begin at `folder`.
void require_output_format(const Registry& registry, const std::string& format,
                           const std::string& folder);

}  // namespace engine
