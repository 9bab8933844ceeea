// The first load of a library's contents happens in a child process.
//
// Loading runs the library's own code (static constructors, playlist_plugin_main()) and reads the
// tables it describes itself with. A damaged or hostile library that crashes, hangs or throws there
// would take the whole engine with it, unnamed. What comes of it is noted beside the content-named
// copy, so that later starts neither fork nor wait.
#pragma once

#include <functional>
#include <string>

namespace engine {

/// Why the library copied to `copy` (plugin/copies.hpp) must not be loaded into this process, one
/// line: "it crashes when it is loaded (Segmentation fault)". "" when it may be.
///
/// load            loads it and looks at all it says of itself; called in the child, once per
///                 contents and engine version. A Refusal of it is no reason not to load: this
///                 process will come to the same one. A BrokenLoad is.
/// is_tried_again  do not rely on what was noted
/// Within          10 s of CPU time, 20 s in all; processes the library starts are ended with it
/// Throws          std::runtime_error when no child can be made. Threads: the main thread only.
std::string first_load_problem(const std::string& copy, const std::function<void()>& load,
                               bool is_tried_again);

}  // namespace engine
