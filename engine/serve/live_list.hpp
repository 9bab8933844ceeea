// The list of one tab of the workbench, as it would be: a process of its own that keeps what the
// stages of its recipe made, so that a change makes only what it changes. Only the newest text counts.
//
// Commands and answers are messages (messages.hpp): kRequest with a JSON object, answered by a
// kResponse of the same number.
//
//   {"ask": "list", "recipe", "text", "set", "random-seed", "user", "now", "show"}
//       the list (list_json of live_list.cpp), or 409 {"superseded": true} once a newer was asked
//   {"ask": "left"}     what was in the list before and is no longer, with why each; waits for it
//   {"ask": "why", "track"}   and "why-not": as engine why has it
//   {"ask": "stage", "node", "where"}   the rows after a stage (recipe/run_view.hpp)
//       why, why-not and stage wait for the list that is under way, and are of it; 409 once something
//       newer was asked
//   {"ask": "library"}  no answer: the library has changed, columns are made anew with the next list
#pragma once

#include "app/caller.hpp"

namespace engine::serve {

/// In the process of the list: until the other end of `socket` is gone. Takes the socket over. What a
/// command does not say is as in `usual`. Threads: one, as it forks.
void serve_live_list(const app::Home& home, const app::Asked& usual, int socket);

}  // namespace engine::serve
