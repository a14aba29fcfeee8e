/*
 * Answers "end of stack" to whoever wants to unwind it. A phone's libc has the unwinder from Android 11 on only, and the NDK
 * links its own; without the NDK this stands in. It is right only because the core is built to abort on a panic, and one more
 * reason why this library is for checking and never for shipping.
 */
#define HIDDEN __attribute__((visibility("hidden")))
enum { END_OF_STACK = 5 };
HIDDEN int _Unwind_Backtrace(void *step, void *argument) { return END_OF_STACK; }
HIDDEN unsigned long _Unwind_GetIP(void *context) { return 0; }
HIDDEN unsigned long _Unwind_GetIPInfo(void *context, int *before) { return 0; }
HIDDEN unsigned long _Unwind_GetCFA(void *context) { return 0; }
HIDDEN void *_Unwind_FindEnclosingFunction(void *address) { return 0; }
