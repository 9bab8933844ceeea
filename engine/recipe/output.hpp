// The chosen tracks through an output element into bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"
#include "recipe/recipe.hpp"
#include "store/music_paths.hpp"

namespace engine {

/// "subsonic" of "subsonic@home,keep_others=true".
std::string name_of_format(const std::string& format);
/// The arguments behind the name, in their order: "prefix=/a=/b" is "prefix" with "/a=/b". In a value
/// a comma is written twice.
using FormatArguments = std::vector<std::pair<std::string, std::string>>;
FormatArguments arguments_of_format(const std::string& format);
/// The name and the arguments as one text again.
std::string format_with(const std::string& name, const FormatArguments& arguments);
/// The element output.NAME. Throws Error(kUsage) that lists those there are.
const Element& output_element(const Registry& registry, const std::string& name);
/// Of "m3u8,relative_to=/music"; a parameter that takes several texts may be given several times.
/// Throws Error(kUsage).
CheckedArguments output_arguments(const Element& element, const std::string& format,
                                  InputFiles* files);

/// Bytes of `format`: "m3u8" means the element output.m3u8, "m3u8,relative_to=/music" gives it an
/// argument. Beside the columns that every output is handed it finds those that the recipe's steps
/// made, and one that writes files the paths of `music` in a column "files". Of a remote output,
/// which works later, what it will be handed (recipe/output_document.hpp). Throws Error(kUsage) for
/// an unknown format and wrong arguments, Error(kPlugin) when the element fails.
std::string playlist_bytes(const Registry& registry, const std::string& format,
                           const Playlist& playlist, const Candidates& chosen,
                           Evaluation& evaluation, const RecipeDefinition& recipe,
                           const MusicPaths* music = nullptr);

/// Whether `format` and its arguments can be: throws Error(kUsage) as playlist_bytes(). Paths of
/// recipes' files begin at `folder`.
void require_output_format(const Registry& registry, const std::string& format,
                           const std::string& folder);

}  // namespace engine
