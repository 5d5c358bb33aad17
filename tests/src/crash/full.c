/* Preloaded into a phone: while the file WAYMARK_FULL is there, no file below WAYMARK_WATCH grows beyond the room that
 * was freed since, as on a disk that is full. What has its place is written over, read and deleted as before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
/* How many bytes were freed and not used again. */
static int64_t room;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int is_full(void) {
    const char *full = getenv("WAYMARK_FULL");
    return full && access(full, F_OK) == 0;
}

static int is_watched(const char *path) {
    const char *dir = getenv("WAYMARK_WATCH");
    return dir && strncmp(path, dir, strlen(dir)) == 0;
}

static int is_watched_fd(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = '\0';
    return is_watched(path);
}

/* Whether a file may be so long; notes the room that it takes or gives. */
static int fits(int fd, int64_t length, int shrinks) {
    struct stat file;
    if (!is_full() || !is_watched_fd(fd) || fstat(fd, &file) || !S_ISREG(file.st_mode)) return 1;
    int64_t more = length - file.st_size;
    if (more <= 0 && !shrinks) return 1;
    pthread_mutex_lock(&one_at_a_time);
    int is_room = more <= room;
    if (is_room) room -= more;
    pthread_mutex_unlock(&one_at_a_time);
    if (!is_room) errno = ENOSPC;
    return is_room;
}

ssize_t write(int fd, const void *data, size_t size) {
    if (fd > 2 && !fits(fd, lseek(fd, 0, SEEK_CUR) + (int64_t)size, 0)) return -1;
    return ((ssize_t(*)(int, const void *, size_t))real("write"))(fd, data, size);
}

#define PWRITE(function, type)                                                        \
    ssize_t function(int fd, const void *data, size_t size, type offset) {            \
        if (!fits(fd, (int64_t)offset + (int64_t)size, 0)) return -1;                 \
        return ((ssize_t(*)(int, const void *, size_t, type))real(#function))(fd, data, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define CUT(function, type)                                                  \
    int function(int fd, type length) {                                      \
        if (!fits(fd, (int64_t)length, 1)) return -1;                        \
        return ((int (*)(int, type))real(#function))(fd, length);            \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

int unlink(const char *path) {
    struct stat file;
    int is_known = is_watched(path) && stat(path, &file) == 0;
    int failed = ((int (*)(const char *))real("unlink"))(path);
    pthread_mutex_lock(&one_at_a_time);
    if (!failed && is_known && is_full()) room += file.st_size;
    pthread_mutex_unlock(&one_at_a_time);
    return failed;
}
