/* The keys of a store change: it is sealed in place, gets an entry, is sealed under another key, and gets an entry again.
 *
 *   keys STORE FIRST-KEY OTHER-KEY
 *
 * Keys are 64 hexadecimal digits. Prints a line when each of the four is done. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "waymark.h"

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

/* Written at once, and as the recorder hears it. */
static void say(const char *line)
{
    char text[16384];
    int length = snprintf(text, sizeof text, "%s\n", line);
    if (length >= (int)sizeof text || write(1, text, (size_t)length) != length)
        exit(1);
}

static void note(wm_device device, const char *family)
{
    char request[1024], *response = NULL;
    snprintf(request, sizeof request,
             "{\"command\": \"refer\", \"drug\": \"cannabis\", \"family\": \"%s\", \"given\": \"Ada\","
             " \"born\": \"1990-05-06\", \"identity\": \"photo_document\", \"checks\": [], \"signs\": {},"
             " \"safe_now\": {\"codes\": []}, \"ethnicity\": \"NS\", \"agrees\": {\"answer\": \"yes\"}, \"again\": true,"
             " \"consent\": {\"contact\": \"yes\", \"feedback\": \"yes\", \"wording\": \"v1\", \"language\": \"en\"},"
             " \"reach\": {\"phone\": \"07700 900000\", \"may\": [\"text\"]}}",
             family);
    must("refer", wm_execute(device, request, &response));
    say(response);
    wm_string_free(response);
}

int main(int argc, char **argv)
{
    char options[2048];
    unsigned char other[32];
    wm_device device = 0;
    if (argc != 4)
        return 2;
    for (int at = 0; at < 32; at++) {
        unsigned byte = 0;
        sscanf(argv[3] + 2 * at, "%2x", &byte);
        other[at] = (unsigned char)byte;
    }
    snprintf(options, sizeof options, "{\"dir\": \"%s\", \"key\": \"%s\"}", argv[1], argv[2]);
    must("open", wm_open(options, &device));
    say("{\"sealed\": true}");
    note(device, "Underfirst");
    must("rekey", wm_rekey(device, other, sizeof other));
    say("{\"rekeyed\": true}");
    note(device, "Underother");
    must("close", wm_close(device));
    return 0;
}
