/* Waymark's phone library. Made by cbindgen from mobile-ffi/src/abi; do not edit: `make header` compares.
 *
 * Requests and responses are JSON, in UTF-8, and end with NUL. Every call is safe from any thread, catches
 * its own faults, and gives a wm_status; a response place is set to null first. Compile with a C11 compiler;
 * link with -lwaymark (libwaymark.so), or libwaymark.a with -lpthread -ldl -lm. */

#ifndef WAYMARK_H
#define WAYMARK_H

#include <stddef.h>
#include <stdint.h>

/*
 The version of this interface: grows when a function or a status is added, and never otherwise.
 */
#define WM_ABI_VERSION 5

/*
 What became of a call. A number keeps its meaning for ever; new ones may come.
 */
enum wm_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   Done.
   */
  WM_OK = 0,
  /*
   A pointer is null that must not be.
   */
  WM_NULL = 1,
  /*
   A text is not UTF-8.
   */
  WM_UTF8 = 2,
  /*
   A text is not a JSON object.
   */
  WM_JSON = 3,
  /*
   The handle was never given out.
   */
  WM_HANDLE = 4,
  /*
   The handle was closed, or is being closed.
   */
  WM_CLOSED = 5,
  /*
   The library has a fault; the call may have had no effect. Other calls go on working.
   */
  WM_PANIC = 6,
  /*
   This cannot be called from inside a callback; nothing was done.
   */
  WM_REENTRY = 7,
  /*
   The caller must change something; the response says what.
   */
  WM_PROBLEM_CALLER = 10,
  /*
   What is stored is at fault; the response says how.
   */
  WM_PROBLEM_DATA = 11,
  /*
   The same call works later.
   */
  WM_PROBLEM_LATER = 12,
  /*
   The server, or whoever answered, is at fault.
   */
  WM_PROBLEM_PEER = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wm_status wm_status;
#else
typedef int32_t wm_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 An open store: a number, not a pointer. 0 is never one.
 */
typedef uint64_t wm_device;

/*
 Signs a message with ES256: writes raw r‖s, 64 bytes; gives 0 when it did.
 */
typedef int32_t (*wm_sign)(void *context, const uint8_t *message, size_t length, uint8_t *signature);

/*
 Keeps a mark, a text that ends with NUL, in the place of the last one, durably; gives 0 when it did.
 */
typedef int32_t (*wm_anchor_save)(void *context, const char *mark);

/*
 Writes the mark that was kept last into `size` bytes, and gives its length; 0 when there is none.
 */
typedef size_t (*wm_anchor_load)(void *context, char *mark, size_t size);

/*
 Tells since which start the phone has been up, as 16 bytes that are others after every start, and for how
 many milliseconds, also while it slept; gives 0 when it did.
 */
typedef int32_t (*wm_uptime)(void *context, uint8_t *boot, uint64_t *uptime_ms);

/*
 Hears what happens: a JSON object with `event`, and what belongs to it.
 */
typedef void (*wm_event)(void *context, const char *event);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Opens or creates the store of a directory, and verifies its log. Uses no network.

 Parameters: `options` is a JSON object: `dir`, the directory; `key`, 32 bytes as 64 hexadecimal digits, which
 the phone's own key store keeps: what is stored is sealed under it, and a store that was written without one is
 sealed now; without it everything lies there in the clear, as for a trial; `server`, the server's address, such as
 `https://waymark.example`, kept once given; `name`, what the device is called, kept once given; `roots`, the certificates that may have signed the server's,
 as PEM: only they are trusted then, and else those of the system; `clock_offset_ms`, how far the phone's
 clock is set ahead. On Android give `roots` at every open: the library does not reach the system's there.
 `device` takes the handle, or 0 when there is none.

 Returns: WM_OK, or a status; `wm_last_error` has the problem. A store that is open already, here
 or in another program, another key than the store's, an address that cannot be one, or certificates that cannot
 be read, are WM_PROBLEM_CALLER, and change nothing; a damaged store is WM_PROBLEM_DATA.

 Memory: `options` stays the caller's. Close the handle with `wm_close`.

 Threads: any.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: for as long as the disk takes to read the log, and on the first open with a key, to seal the store.
 Never for another program that has the store: that is told at once.

 # Safety
 `options` is null or a text that ends with NUL; `device` is null or can be written to.
 */
wm_status wm_open(const char *options,
                  wm_device *device);

/*
 Closes a store: refuses further calls at once, ends what uses the network, waits for the calls that
 run, then frees it.

 Parameters: `device` is a handle.

 Returns: WM_OK; WM_CLOSED when it was closed before; WM_HANDLE when it was never given out.

 Memory: the handle's number is not given out again.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none of its own; those of the calls that it waits for come on their threads, and none after it has
 returned.
 Blocks: until the calls that run have ended; those that use the network end within half a second.
 */
wm_status wm_close(wm_device device);

/*
 Seals the store with another key from now on. One small file is swapped, whole: after a cut the one key is
 good or the other, and nothing is lost.

 Parameters: `device` is a handle. `key` is the new key, `length` bytes: 32.

 Returns: WM_OK; WM_NULL; WM_PROBLEM_CALLER when the key is none, or the store was opened without one;
 WM_PROBLEM_LATER when it could not be written: the key before is good then.

 Memory: `key` is copied.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: for the disk, and for a call that writes.

 # Safety
 `key` is null or can be read for `length` bytes.
 */
wm_status wm_rekey(wm_device device, const uint8_t *key, size_t length);

/*
 Makes this device known to the server with a one-time code. Uses the network.

 Parameters: `device` is a handle. `request` is a JSON object: `code`, and `name`, what the device
 is called; it may be left out when `wm_open` had it. `response` takes who this device is.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
 there is none.

 Threads: any, also while other calls of the handle run. One enrolment or synchronisation at a time: a second is
 WM_PROBLEM_LATER at once.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `sign`, `uptime` and `save`, on the calling thread.
 Blocks: for the network, for 30 s at most; `wm_cancel` and `wm_close` end it within half a second.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_enrol(wm_device device,
                   const char *request,
                   char **response);

/*
 Does what a person does, `refer` or `contact` for instance: one transaction, saved when this
 returns. Uses no network, and works while a synchronisation runs.

 Parameters: `device` is a handle. `request` is a JSON object: `command`, its answers, and `as_of`
 of the view that it was made on. `response` takes what became of it.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem, and nothing was saved.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
 there is none.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `uptime` and `save`, on the calling thread.
 Blocks: for the disk, and for another call that reads or writes. Never for the network.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_execute(wm_device device, const char *request, char **response);

/*
 Answers a question from what this device holds. Uses no network.

 Parameters: `device` is a handle. `request` is a JSON object: `query`, and what it needs.
 `response` takes the answer, with its `as_of`.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
 there is none.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `uptime`, on the calling thread.
 Blocks: for the disk, and for another call that reads or writes. Never for the network.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_query(wm_device device, const char *request, char **response);

/*
 Synchronises once: sends what was recorded here and takes in what is new. Uses the network.

 Parameters: `device` is a handle. `request` is a JSON object: `max_ms`, how long it may take, in
 milliseconds, 30000 when absent; `max_bytes`, how many bytes of requests and answers may travel, 8192 at
 least. `response` takes what was sent and received.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. Nothing that was
 recorded is lost by any of them: WM_PROBLEM_LATER when there is no signal, and `after_ms` says when to try
 again by yourself.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
 there is none.

 Threads: any, also while other calls of the handle run. One enrolment or synchronisation at a time: a second is
 WM_PROBLEM_LATER at once.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `sign`, `uptime` and `told`, on the calling thread.
 Blocks: for the network, for `max_ms` at most and half a second more; `wm_cancel` and `wm_close` end it
 likewise.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_sync(wm_device device,
                  const char *request,
                  char **response);

/*
 Asks the central record whether somebody was referred before. Uses the network, over a connection of its own: it does
 not wait for a synchronisation. Blocks until the answer, for at most `max_ms`; an answer takes 300 ms or more. The
 server notes who asked, and takes at most 30 look-ups an hour.

 Parameters: `device` is a handle. `request` is a JSON object: `family`, `given`, `born` or `apparent_age` as in
 `refer`; `max_ms`, how long it may take, in milliseconds; 5000 when absent. `response` takes `answer`, one of `none`,
 `engaged`, `in_progress`, `not_engaged` and `perhaps`; `at_ms`, its time; and `words` for the screen. The answer counts
 for an hour in `assess`, `refer` and `record_encounter` of a person with the same name and birth.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. WM_PROBLEM_LATER without signal, after
 `wm_cancel`, or when the server asks to wait: the phone then judges by what it holds, as before.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when there is none.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `sign` and `uptime`, on the calling thread.
 Blocks: until the answer, for `max_ms` at most and half a second more; `wm_cancel` and `wm_close` end it
 likewise.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_check(wm_device device,
                   const char *request,
                   char **response);

/*
 Leaves this phone for good: destroys the key of the store first, and then the store. Uses no network; synchronise
 first. Close the handle then: it answers nothing any more. Destroy your key of the store, and that of a signer, too.

 Parameters: `device` is a handle. `request` is a JSON object: `drafts`, `keep` or `drop`, `keep` when absent: with
 `keep` nobody leaves while forms are left that were begun and not sent. `response` takes `left`; `drafts`, how many
 went; and `not_backed_up`, how many entries the server has and no backup of it yet.

 Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. WM_PROBLEM_CALLER with `entries_unsent`
 or `drafts_left` when something waits, WM_PROBLEM_LATER with `sync_running`: nothing was deleted. After a cut the
 next `wm_open` ends what was begun.

 Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
 there is none.

 Threads: any; other calls of the handle wait for it.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: on the disk.

 # Safety
 `request` is null or a text that ends with NUL; `response` is null or can be written to.
 */
wm_status wm_logout(wm_device device,
                    const char *request,
                    char **response);

/*
 Stops a running synchronisation, enrolment or look-up soon and safely; it returns WM_PROBLEM_LATER. Does nothing
 when none runs.

 Parameters: `device` is a handle.

 Returns: WM_OK, WM_HANDLE or WM_CLOSED.

 Memory: none changes hands.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: never; the call that it stops returns within half a second.
 */
wm_status wm_cancel(wm_device device);

/*
 Frees a text that this library gave.

 Parameters: `text` is a response or an error, or null, which does nothing.

 Returns: nothing.

 Memory: the text is gone; each may be freed once.

 Threads: any.
 Re-entry: may be called from inside a callback.
 Callbacks: none.
 Blocks: never.

 # Safety
 `text` is null or came from this library and was not freed before.
 */
void wm_string_free(char *text);

/*
 Says why the last call of this thread failed. Does not count as a call itself when it succeeds.

 Parameters: `error` takes a JSON object: the problem, or `status` and `title` when the call itself
 was wrong; null when the last call was done.

 Returns: WM_OK or WM_NULL.

 Memory: free the error with `wm_string_free`.

 Threads: any; each has its own last error.
 Re-entry: may be called from inside a callback.
 Callbacks: none.
 Blocks: never.

 # Safety
 `error` is null or can be written to.
 */
wm_status wm_last_error(char **error);

/*
 The library's version, such as `0.1.0`.

 Parameters: none.

 Returns: a text; never null.

 Memory: it is the library's for ever; do not free it.

 Threads: any.
 Re-entry: may be called from inside a callback.
 Callbacks: none.
 Blocks: never.
 */
const char *wm_version(void);

/*
 The version of this interface in the library that is loaded; compare it with WM_ABI_VERSION.

 Parameters: none.

 Returns: the number.

 Memory: none changes hands.

 Threads: any.
 Re-entry: may be called from inside a callback.
 Callbacks: none.
 Blocks: never.
 */
uint32_t wm_abi_version(void);

/*
 Signs with the phone's own P-256 key (Secure Enclave, StrongBox) from now on. Call it after every
 `wm_open`, before any other call; without it a key in the store is used.

 Parameters: `device` is a handle. `public_key` is the key as SEC1, uncompressed, `length` bytes: 65.
 `sign` signs with it. `context` is handed to it.

 Returns: WM_OK; WM_NULL; WM_PROBLEM_CALLER when the key is no such key. When the phone was enrolled
 with another key, `wm_sync` says that it must enrol again.

 Memory: `public_key` is copied. `context` stays the caller's and must live until `wm_close` returns.
 `sign` may be called from any thread that calls the library, never while a lock is held; it must not
 call the library (WM_REENTRY), nor let an exception out.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: never.

 # Safety
 `public_key` is null or can be read for `length` bytes; `sign` may be called with `context`.
 */
wm_status wm_set_signer(wm_device device,
                        const uint8_t *public_key,
                        size_t length,
                        wm_sign sign,
                        void *context);

/*
 Notes what was saved in the phone's own place (its key store) from now on, and asks that place what it
 knows: a store that is older than it says so in `status`. Call it after every `wm_open`; without it a
 file beside the store is used, which does not tell of a folder that was copied whole.

 Parameters: `device` is a handle. `save` keeps a mark, `load` gives it back. `context` is handed to
 both.

 Returns: WM_OK, WM_NULL, or WM_PROBLEM_… when the store cannot be read. A `save` that fails costs no
 entry; `status` has `anchor`.

 Memory: as with `wm_set_signer`.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: `load` and `save`, on the calling thread.
 Blocks: for the disk, for another call that reads or writes, and for `load` and `save`.

 # Safety
 `save` and `load` may be called with `context`.
 */
wm_status wm_set_anchor(wm_device device, wm_anchor_save save, wm_anchor_load load, void *context);

/*
 Asks the phone for boot and uptime from now on, where the system does not tell them to a program or
 stops counting while it sleeps. Call it after every `wm_open`.

 Parameters: `device` is a handle. `uptime` tells them; when it gives another number than 0, the system's
 are used. `context` is handed to it.

 Returns: WM_OK, WM_NULL, WM_HANDLE or WM_CLOSED.

 Memory: as with `wm_set_signer`.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: never.

 # Safety
 `uptime` may be called with `context`.
 */
wm_status wm_set_clock(wm_device device, wm_uptime uptime, void *context);

/*
 Tells what happens while `wm_sync` runs: `progress`, `referral_changed`, `conflict_raised`, `refused`,
 `wiped`, `re_enrol_needed`, `upgrade_needed`. What it tells is saved already. Events carry ids and
 numbers; `wm_query` has the rest, once the call has returned.

 Parameters: `device` is a handle. `told` hears each event, or is null, and then nobody does. `context` is
 handed to it.

 Returns: WM_OK, WM_HANDLE or WM_CLOSED.

 Memory: as with `wm_set_signer`; the event's text is the library's and lives until `told` returns.

 Threads: any, also while other calls of the handle run.
 Re-entry: WM_REENTRY from inside a callback, and nothing is done.
 Callbacks: none.
 Blocks: never.

 # Safety
 `told` may be called with `context`.
 */
wm_status wm_on_event(wm_device device, wm_event told, void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* WAYMARK_H */
