/* Random calls of the phone library, from three threads at once, as an app with every fault would make them.
 *
 *   random PHONES COUNT CALLS SEED SERVER
 *
 * PHONES/0, PHONES/1 … are the stores of COUNT enrolled phones, each with its key in `phone.key`. The server is asked by
 * the first alone; the others call a port where nobody listens. Ends with 0 only when no call was a fault of the library,
 * and every entry that was called saved is there at the end. Threads make the order of calls another each time; each
 * thread's own choices are those of the seed.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "waymark.h"

enum { THREADS = 3, PHONES = 16, SAVED = 4096, MARK = 512, STATUSES = 16 };

struct phone {
    char dir[512], server[128];
    /* Held by whoever opens, closes or changes the key: the key that was good last is known. */
    pthread_mutex_t lock;
    char key[65];
    _Atomic wm_device device, before;
    /* The records that were called saved. */
    atomic_uint saved;
    char records[SAVED][40];
    /* What the phone's own place holds. */
    pthread_mutex_t mark_lock;
    char mark[MARK];
};

static struct phone phones[PHONES];
static unsigned count;
static atomic_ulong statuses[STATUSES], reentries;
static atomic_int is_wrong;

static void wrong(const char *what, long number)
{
    fprintf(stderr, "wrong: %s (%ld)\n", what, number);
    is_wrong = 1;
}

/* SplitMix64: small, and good enough to choose with. */
static uint64_t draw(uint64_t *random)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static unsigned below(uint64_t *random, unsigned end)
{
    return (unsigned)(draw(random) % end);
}

static const char *const REQUESTS[] = {
    "{}",
    "{\"command\": \"draft_save\", \"id\": \"one\", \"form\": {\"family\": \"Harrow\"}}",
    "{\"command\": \"draft_drop\", \"id\": \"one\"}",
    "{\"command\": \"assess\", \"drug\": \"cannabis\", \"born\": \"1987-04-12\"}",
    "{\"command\": \"amend\", \"record\": \"x\", \"field\": \"phone\", \"value\": \"07700 900001\"}",
    "{\"command\": \"withdraw\", \"record\": \"00000000-0000-0000-0000-000000000000\", \"reason\": \"not_wanted\"}",
    "{\"command\": \"unheard_of\"}",
    "{\"query\": \"referrals\", \"limit\": 3}",
    "{\"query\": \"status\"}",
    "{\"query\": \"outbox\"}",
    "{\"query\": \"drafts\"}",
    "{\"query\": \"worklist\"}",
    "{\"query\": \"conflicts\"}",
    "{\"query\": \"whoami\"}",
    "{\"query\": \"referral\", \"record\": \"\\u0000\"}",
    "{\"max_ms\": 200}",
    "{\"max_ms\": 0, \"max_bytes\": 1}",
    "{\"code\": \"0000-0000\", \"name\": \"a phone\"}",
    "{\"family\": \"Harrow\", \"given\": \"Dean\", \"born\": \"1987-04-12\", \"max_ms\": 50}",
    "[1, 2, 3]",
    "{\"query\": 7, \"limit\": -1e999}",
    "{\"a\": {\"a\": {\"a\": {\"a\": [[[[[[[[[[]]]]]]]]]]}}}}",
};

static const char REFERRAL[] =
    "{\"command\": \"refer\", \"drug\": \"cannabis\", \"amount\": \"about 2 g\","
    " \"family\": \"Harrow\", \"given\": \"Dean\", \"born\": \"1987-04-12\", \"identity\": \"photo_document\","
    " \"checks\": [{\"kind\": \"pnc\", \"channel\": \"voice_radio\", \"result\": \"nothing_found\"}], \"again\": true,"
    " \"signs\": {}, \"safe_now\": {}, \"ethnicity\": \"NS\", \"agrees\": {\"answer\": \"yes\"},"
    " \"consent\": {\"contact\": \"yes\", \"feedback\": \"yes\", \"wording\": \"v1\", \"language\": \"en\"},"
    " \"reach\": {\"phone\": \"07700 900101\", \"may\": [\"text\"]}}";

/* A request in a place of its own, no byte longer than it is, and now and then with bytes changed or cut. Free it. */
static char *request(uint64_t *random)
{
    const unsigned many = sizeof REQUESTS / sizeof *REQUESTS;
    const char *text = below(random, 60) == 0 ? REFERRAL : REQUESTS[below(random, many)];
    size_t length = strlen(text);
    if (below(random, 8) == 0)
        length = below(random, (unsigned)length + 1);
    char *own = malloc(length + 1);
    if (own == NULL)
        abort();
    memcpy(own, text, length);
    own[length] = '\0';
    for (unsigned changes = below(random, 4) == 0 ? 1 + below(random, 4) : 0; changes > 0 && length > 0; changes--)
        own[below(random, (unsigned)length)] = (char)(1 + below(random, 255));
    return own;
}

static int32_t sign(void *context, const uint8_t *message, size_t length, uint8_t *signature)
{
    uint8_t sum = 0;
    for (size_t at = 0; at < length; at++)
        sum = (uint8_t)(sum + message[at]);
    memset(signature, sum, 64);
    return context == NULL || sum % 3 == 0;
}

static int32_t save_mark(void *context, const char *mark)
{
    struct phone *phone = context;
    if (strlen(mark) >= MARK)
        return 1;
    pthread_mutex_lock(&phone->mark_lock);
    strcpy(phone->mark, mark);
    pthread_mutex_unlock(&phone->mark_lock);
    return 0;
}

static size_t load_mark(void *context, char *mark, size_t size)
{
    struct phone *phone = context;
    pthread_mutex_lock(&phone->mark_lock);
    size_t length = strlen(phone->mark);
    if (length <= size)
        memcpy(mark, phone->mark, length);
    pthread_mutex_unlock(&phone->mark_lock);
    return length <= size ? length : 0;
}

static int32_t uptime(void *context, uint8_t *boot, uint64_t *uptime_ms)
{
    struct phone *phone = context;
    memset(boot, 7, 16);
    *uptime_ms = atomic_load(&phone->saved) * 1000u;
    return phone->server[0] == '\0';
}

static void told(void *context, const char *event)
{
    struct phone *phone = context;
    char *response = NULL;
    if (event[0] != '{')
        wrong("an event is no object", event[0]);
    if (wm_query(phone->device, "{\"query\": \"status\"}", &response) != WM_REENTRY || response != NULL)
        wrong("a callback could call back", 0);
    atomic_fetch_add(&reentries, 1);
}

/* Notes a status: one that the header does not know, or a fault of the library, is wrong. */
static wm_status noted(wm_status status)
{
    if (status < 0 || status >= STATUSES || status == WM_PANIC)
        wrong("a status", status);
    else
        atomic_fetch_add(&statuses[status], 1);
    return status;
}

/* Notes the record of a referral that was called saved. */
static void keep_saved(struct phone *phone, const char *response)
{
    const char *start = strstr(response, "\"record\":\"");
    if (strstr(response, "\"reference\"") == NULL || strstr(response, "\"saved\":true") == NULL || start == NULL)
        return;
    unsigned number = atomic_fetch_add(&phone->saved, 1);
    if (number < SAVED)
        snprintf(phone->records[number], sizeof phone->records[number], "%.36s", start + 10);
}

typedef wm_status request_call(wm_device device, const char *request, char **response);

static void call_with_request(struct phone *phone, wm_device device, request_call *call, uint64_t *random)
{
    char *text = below(random, 50) == 0 ? NULL : request(random), *response = NULL, *error = NULL;
    int has_place = below(random, 50) != 0;
    wm_status status = noted(call(device, text, has_place ? &response : NULL));
    if (has_place && (status == WM_OK || status >= WM_PROBLEM_CALLER) != (response != NULL))
        wrong("a response that should not be there, or is missing", status);
    if (response != NULL && (response[0] != '{' || response[strlen(response) - 1] != '}'))
        wrong("a response is no object", status);
    if (response != NULL && status == WM_OK && call == wm_execute)
        keep_saved(phone, response);
    if (below(random, 4) == 0) {
        noted(wm_last_error(below(random, 20) == 0 ? NULL : &error));
        wm_string_free(error);
    }
    wm_string_free(response);
    free(text);
}

static void open_phone(struct phone *phone, uint64_t *random)
{
    char options[1024];
    wm_device device = 77;
    pthread_mutex_lock(&phone->lock);
    const char *key = below(random, 8) == 0 ? "00" : phone->key;
    snprintf(options, sizeof options, "{\"dir\": \"%s\", \"key\": \"%s\", \"server\": \"%s\"}", phone->dir, key, phone->server);
    if (noted(wm_open(options, &device)) == WM_OK) {
        phone->before = phone->device;
        phone->device = device;
    } else if (device != 0)
        wrong("a handle without a store", (long)device);
    pthread_mutex_unlock(&phone->lock);
}

static void close_phone(struct phone *phone)
{
    pthread_mutex_lock(&phone->lock);
    noted(wm_close(phone->device));
    pthread_mutex_unlock(&phone->lock);
}

static void change_key(struct phone *phone, wm_device device, uint64_t *random)
{
    uint8_t key[32];
    for (unsigned at = 0; at < sizeof key; at++)
        key[at] = (uint8_t)draw(random);
    size_t length = below(random, 4) == 0 ? below(random, 32) : sizeof key;
    pthread_mutex_lock(&phone->lock);
    /* Only its own handle: the key of another store would be lost. */
    if (noted(wm_rekey(device, below(random, 20) == 0 ? NULL : key, length)) == WM_OK)
        for (unsigned at = 0; at < sizeof key; at++)
            snprintf(phone->key + 2 * at, 3, "%02x", key[at]);
    pthread_mutex_unlock(&phone->lock);
}

/* A point of the curve: its generator. */
static const uint8_t POINT[65] = {
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
    0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
    0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static void set_callback(struct phone *phone, wm_device device, uint64_t *random)
{
    switch (below(random, 4)) {
    case 0:
        /* The first phone keeps its own key: the server would ask it to enrol again. */
        noted(wm_set_signer(device, POINT, phone == phones || below(random, 3) == 0 ? below(random, 65) : 65, sign, phone));
        break;
    case 1:
        noted(wm_set_anchor(device, below(random, 5) == 0 ? NULL : save_mark, load_mark, phone));
        break;
    case 2:
        noted(wm_set_clock(device, below(random, 5) == 0 ? NULL : uptime, phone));
        break;
    default:
        noted(wm_on_event(device, below(random, 3) == 0 ? NULL : told, phone));
    }
}

/* Mostly the phone's own handle; else one that was closed, or that nobody gave out. */
static wm_device handle_of(struct phone *phone, uint64_t *random)
{
    switch (below(random, 20)) {
    case 0:
        return phone->before;
    case 1:
        return below(random, 2) == 0 ? draw(random) | (wm_device)1 << 63 : 0;
    default:
        return phone->device;
    }
}

static void one_call(uint64_t *random)
{
    static request_call *const COMMON[] = { wm_execute, wm_query, wm_execute, wm_query };
    struct phone *phone = &phones[below(random, count)];
    wm_device device = handle_of(phone, random);
    unsigned what = below(random, 200);
    if (what < 5)
        open_phone(phone, random);
    else if (what < 6)
        close_phone(phone);
    else if (what < 10)
        call_with_request(phone, device, wm_sync, random);
    else if (what < 12)
        call_with_request(phone, device, wm_enrol, random);
    else if (what < 14)
        call_with_request(phone, device, wm_check, random);
    else if (what < 15)
        /* Nobody leaves: what was saved on these phones waits for ever. */
        call_with_request(phone, phone == phones || phone->saved == 0 ? 0 : device, wm_logout, random);
    else if (what < 16)
        noted(wm_cancel(device));
    else if (what < 17)
        change_key(phone, device, random);
    else if (what < 22)
        set_callback(phone, device, random);
    else if (what < 24) {
        wm_string_free(NULL);
        if (wm_abi_version() != WM_ABI_VERSION || strlen(wm_version()) == 0)
            wrong("the version", wm_abi_version());
    } else
        call_with_request(phone, device, COMMON[below(random, 4)], random);
}

struct share {
    uint64_t random;
    unsigned long calls;
};

static void *run(void *given)
{
    struct share *share = given;
    for (unsigned long call = 0; call < share->calls && !is_wrong; call++)
        one_call(&share->random);
    return NULL;
}

/* Opens the store of a phone as it was left, and asks for every record that was called saved. */
static void look(struct phone *phone)
{
    char options[1024], query[128], *response = NULL;
    wm_device device = 0;
    unsigned saved = atomic_load(&phone->saved);
    snprintf(options, sizeof options, "{\"dir\": \"%s\", \"key\": \"%s\"}", phone->dir, phone->key);
    wm_status status = wm_open(options, &device);
    if (status != WM_OK)
        wrong("the store does not open", status);
    for (unsigned at = 0; at < saved && at < SAVED; at++) {
        snprintf(query, sizeof query, "{\"query\": \"referral\", \"record\": \"%s\"}", phone->records[at]);
        status = wm_query(device, query, &response);
        if (status != WM_OK) {
            wrong("a referral that was called saved is not there", status);
            fprintf(stderr, "%s: %s\n", query, response == NULL ? "" : response);
        }
        wm_string_free(response);
    }
    status = wm_query(device, "{\"query\": \"status\"}", &response);
    /* A phone that was given another key to sign with says that it must enrol again, and nothing else happened to it. */
    int is_sound = status == WM_OK && strstr(response, "\"sealed\":true") != NULL &&
                   (strstr(response, "\"recovery\":null") != NULL || strstr(response, "\"because\":\"key_lost\"") != NULL);
    if (!is_sound)
    {
        wrong("the store is not as it was left", status);
        fprintf(stderr, "%s: %s\n", phone->dir, response == NULL ? "" : response);
    }
    wm_string_free(response);
    wm_close(device);
}

static void begin(struct phone *phone, const char *phones_dir, unsigned number, const char *server)
{
    char name[600];
    snprintf(phone->dir, sizeof phone->dir, "%s/%u", phones_dir, number);
    snprintf(phone->server, sizeof phone->server, "%s", number == 0 ? server : "http://127.0.0.1:1");
    snprintf(name, sizeof name, "%s/phone.key", phone->dir);
    FILE *file = fopen(name, "r");
    if (file == NULL || fread(phone->key, 1, 64, file) != 64) {
        perror(name);
        exit(2);
    }
    fclose(file);
    pthread_mutex_init(&phone->lock, NULL);
    pthread_mutex_init(&phone->mark_lock, NULL);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    struct share shares[THREADS];
    if (argc != 6 || (count = (unsigned)strtoul(argv[2], NULL, 10)) > PHONES || count == 0) {
        fprintf(stderr, "usage: random PHONES COUNT CALLS SEED SERVER\n");
        return 2;
    }
    for (unsigned number = 0; number < count; number++)
        begin(&phones[number], argv[1], number, argv[5]);
    unsigned long calls = strtoul(argv[3], NULL, 10);
    uint64_t seed = strtoull(argv[4], NULL, 10);
    for (unsigned number = 0; number < count; number++)
        open_phone(&phones[number], &(uint64_t){ seed + number });
    for (unsigned at = 0; at < THREADS; at++) {
        shares[at] = (struct share){ .random = seed * THREADS + at, .calls = calls / THREADS + 1 };
        pthread_create(&threads[at], NULL, run, &shares[at]);
    }
    for (unsigned at = 0; at < THREADS; at++)
        pthread_join(threads[at], NULL);
    unsigned saved = 0;
    for (unsigned number = 0; number < count; number++) {
        wm_close(phones[number].device);
        look(&phones[number]);
        saved += atomic_load(&phones[number].saved);
    }
    for (unsigned status = 0; status < STATUSES; status++)
        if (statuses[status] > 0)
            printf("status %u: %lu\n", status, (unsigned long)statuses[status]);
    printf("%u referrals were called saved, %lu events\n%s\n", saved, (unsigned long)reentries,
           is_wrong ? "wrong" : "every call was answered");
    return is_wrong;
}
