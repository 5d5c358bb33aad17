/* A referral at the roadside, in C: recorded without signal, still there after the phone was closed, sent later.
 *
 *   cc -I mobile-ffi/include mobile-ffi/examples/roadside.c -L target/debug -lwaymark -o roadside
 *   ./roadside STORE-DIRECTORY http://127.0.0.1:8470 ONE-TIME-CODE
 *
 * Prints each answer. Ends with 0 only when the referral survived and the server has it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "waymark.h"

static const char REFERRAL[] =
    "{\"command\": \"refer\", \"drug\": \"cannabis\", \"amount\": \"about 2 g\","
    " \"family\": \"Harrow\", \"given\": \"Dean\", \"born\": \"1987-04-12\", \"identity\": \"photo_document\","
    " \"checks\": [{\"kind\": \"prior_referrals\", \"channel\": \"voice_radio\", \"result\": \"nothing_found\"},"
    "              {\"kind\": \"pnc\", \"channel\": \"voice_radio\", \"result\": \"nothing_found\"}],"
    " \"signs\": {}, \"safe_now\": {}, \"ethnicity\": \"NS\", \"agrees\": {\"answer\": \"yes\"},"
    " \"consent\": {\"contact\": \"yes\", \"feedback\": \"yes\", \"wording\": \"v1\", \"language\": \"en\"},"
    " \"reach\": {\"phone\": \"07700 900101\", \"may\": [\"text\"]}}";

typedef wm_status request_call(wm_device device, const char *request, char **response);

/* Ends the program when a call was not done, and says why. */
static void must(const char *what, wm_status status)
{
    if (status == WM_OK)
        return;
    char *error = NULL;
    wm_last_error(&error);
    fprintf(stderr, "%s: status %d: %s\n", what, (int)status, error == NULL ? "" : error);
    wm_string_free(error);
    exit(1);
}

/* Calls, prints the answer, and gives it; free it with wm_string_free. */
static char *ask(const char *what, request_call *call, wm_device device, const char *request)
{
    char *response = NULL;
    must(what, call(device, request, &response));
    printf("%s: %s\n", what, response);
    return response;
}

/* The strings here need no escapes; a real phone writes its JSON with a library. */
static wm_device open_store(const char *dir, const char *server)
{
    char options[2048];
    wm_device device = 0;
    snprintf(options, sizeof options, "{\"dir\": \"%s\", \"server\": \"%s\"}", dir, server);
    must("open", wm_open(options, &device));
    return device;
}

/* Copies the text of a field out of an answer; a real phone reads its JSON with a library. */
static void text_field(const char *json, const char *name, char *text, size_t size)
{
    char key[64];
    int length = snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(json, key);
    if (start == NULL) {
        fprintf(stderr, "the answer has no %s\n", name);
        exit(1);
    }
    start += length;
    snprintf(text, size, "%.*s", (int)strcspn(start, "\""), start);
}

/* The anchor: what this phone last called saved. A real phone keeps it in its key store. */
static int32_t save_mark(void *context, const char *mark)
{
    FILE *file = fopen(context, "w");
    if (file == NULL)
        return 1;
    int failed = fputs(mark, file) == EOF;
    return fclose(file) == EOF || failed;
}

static size_t load_mark(void *context, char *mark, size_t size)
{
    FILE *file = fopen(context, "r");
    if (file == NULL)
        return 0;
    size_t length = fread(mark, 1, size, file);
    fclose(file);
    return length;
}

/* Opens the store as a phone does: the anchor is set before anything else is asked. */
static wm_device open_phone(const char *dir, const char *server, char *anchor)
{
    wm_device device = open_store(dir, server);
    must("anchor", wm_set_anchor(device, save_mark, load_mark, anchor));
    return device;
}

static void refer(wm_device device, char *record, size_t size)
{
    char *response = ask("refer", wm_execute, device, REFERRAL);
    text_field(response, "record", record, size);
    wm_string_free(response);
}

/* Ends the program unless the answer to a query has a text in it. */
static void must_answer(wm_device device, const char *query, const char *text)
{
    char *response = ask("query", wm_query, device, query);
    int is_there = strstr(response, text) != NULL;
    wm_string_free(response);
    if (!is_there) {
        fprintf(stderr, "%s: the answer lacks %s\n", query, text);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: roadside STORE-DIRECTORY SERVER CODE\n");
        return 2;
    }
    if (wm_abi_version() != WM_ABI_VERSION) {
        fprintf(stderr, "roadside: libwaymark %s does not fit this header\n", wm_version());
        return 3;
    }
    char request[512], record[128], anchor[1024];
    snprintf(anchor, sizeof anchor, "%s.anchor", argv[1]);

    /* Once, at the station. */
    wm_device device = open_phone(argv[1], argv[2], anchor);
    snprintf(request, sizeof request, "{\"code\": \"%s\", \"name\": \"roadside.c\"}", argv[3]);
    wm_string_free(ask("enrol", wm_enrol, device, request));
    must("close", wm_close(device));

    /* At the roadside: no call here uses the network. */
    device = open_phone(argv[1], argv[2], anchor);
    refer(device, record, sizeof record);
    must("close", wm_close(device));
    device = open_phone(argv[1], argv[2], anchor);
    must_answer(device, "{\"query\": \"referrals\"}", record);
    must_answer(device, "{\"query\": \"status\"}", "\"synced\":false");
    must_answer(device, "{\"query\": \"status\"}", "\"anchor\":\"saved\"");
    must_answer(device, "{\"query\": \"status\"}", "\"recovery\":null");

    /* Back in signal. */
    wm_string_free(ask("sync", wm_sync, device, "{\"max_ms\": 60000}"));
    must_answer(device, "{\"query\": \"status\"}", "\"waiting\":0");
    must("close", wm_close(device));
    if (wm_close(device) != WM_CLOSED)
        return 1;
    puts("the referral is with the server");
    return 0;
}
