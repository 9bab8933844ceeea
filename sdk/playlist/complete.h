/* clang-format off */
/* playlist/complete.h: closed questions to a language model that the user has connected (`engine connect llm`). Part of the
 * binary contract since ABI 1.3, under the rules of playlist/plugin.h, which it includes. C++ authors include
 * playlist/complete.hpp.
 *
 * WHAT MAY BE ASKED
 *  Closed      The answer is a choice of what is shown, or a text of words that are given. The host holds the answer to that,
 *              whatever the model says: an element sees one that is whole, or none.
 *  A rule      Nothing is on by itself, and a model may fail in every way: an element has an answer of its own, which stands
 *              wherever there is NO_DATA.
 *  Purposes    What is let out of the house the user names one by one: "names", "moods", "context", "ranking". What an element
 *              puts into a question goes to whomever the user has connected: no more than the purpose needs. Of tracks those
 *              that may_tell() says.
 *  The same    The same question has the same answer: the host keeps it, by what was asked. As of an earlier moment than it was
 *              answered it is not known, and what is as of long ago is not asked anew.
 *
 * It is there for recalls, rankings, filters and orderings of a run, and for models; and for no others.
 */
#ifndef PLAYLIST_COMPLETE_H
#define PLAYLIST_COMPLETE_H

#include "playlist/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum playlist_answer_form {
  PLAYLIST_ANSWER_NUMBERS = 1,    /* choices, which are shown with numbers, the best first, each once */
  PLAYLIST_ANSWER_LABELS = 2,     /* choices as they are spelled, likewise; no two are alike */
  PLAYLIST_ANSWER_WORDS = 3       /* a text on one line of words of the choices and the facts: letters, digits and the signs
                                     of a sentence, and facts word for word; at most 240 bytes */
};

typedef struct playlist_question {
  uint32_t size, form;            /* of playlist_answer_form */
  const char *purpose;            /* "ranking" */
  const char *instruction;        /* what the model is to do, in the element's own words: no title, name or tag stands here */
  const char *const *facts;       /* "artist", "Low", "year", "1999" ...: a name and a text each, ended by NULL; or NULL */
  const char *const *choices;     /* at least one, 400 bytes each and 1000 at most; ended by NULL */
  uint64_t least, most;           /* that are chosen; of WORDS: words of the text */
} playlist_question;

typedef struct playlist_completion { /* valid until the next ask() of this call */
  uint32_t size, reserved;
  const uint32_t *picks;          /* places in `choices`, from 0; none of WORDS */
  uint64_t pick_count;
  const char *text;               /* of WORDS, else "" */
  const char *model;              /* who answered */
  const char *why;                /* with NO_DATA: why, in words for a person; "" where nobody has let that purpose out */
} playlist_completion;

#define PLAYLIST_SERVICE_COMPLETE "playlist.complete/1"
typedef struct playlist_complete {
  uint32_t size, reserved;
  /* Waits for the answer, for as long as the user allows. OK: all of it is as was asked for. NO_DATA: there is none, and `why`
   * says why. Others: the run was cancelled, or the question is none (no choices, more asked for than there are ...). */
  playlist_status (*ask)(const playlist_host *, const playlist_question *,
                         const playlist_completion **answer);                                /* [stage] */
  /* 1: a question may name this track, a number of the tables. 0: it is to be forgotten, or what is known of its being heard
   * is private; and where no person's tables are at hand. */
  int32_t (*may_tell)(const playlist_host *, int32_t track);                                /* [stage] */
} playlist_complete;

#ifdef __cplusplus
}
#endif
#endif
