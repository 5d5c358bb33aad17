/* Preloaded into a phone: notes every change of a file below WAYMARK_WATCH, and what is said on stdout, in the
 * order in which they happen. Drops and delays nothing: what a power cut would leave is computed from the note. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FILES 1024

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int note_fd = -1;
static char watched[4096];
static size_t watched_length;
static char *names[MAX_FILES];

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void start(void) {
    const char *dir = getenv("WAYMARK_WATCH"), *note = getenv("WAYMARK_NOTE");
    if (!dir || !note || strlen(dir) >= sizeof watched) return;
    strcpy(watched, dir);
    watched_length = strlen(dir);
    note_fd = (int)syscall(SYS_openat, AT_FDCWD, note, O_CREAT | O_WRONLY | O_APPEND, 0600);
}

/* The name below the watched directory, or nothing. */
static const char *below(const char *path) {
    if (note_fd < 0 || strncmp(path, watched, watched_length) || path[watched_length] != '/') return NULL;
    return path + watched_length + 1;
}

static void put(const void *data, size_t size) {
    for (const char *at = data; size > 0;) {
        long done = syscall(SYS_write, note_fd, at, size);
        if (done <= 0) abort();
        at += done;
        size -= (size_t)done;
    }
}

/* kind, length of the name, name, offset, length of the data, data: as this machine writes numbers. */
static void note(char kind, const char *name, uint64_t offset, const void *data, uint64_t size) {
    uint64_t length = strlen(name);
    put(&kind, 1);
    put(&length, 8);
    put(name, length);
    put(&offset, 8);
    put(&size, 8);
    put(data, size);
}

static const char *name_of(int fd) { return fd >= 0 && fd < MAX_FILES ? names[fd] : NULL; }

static int opened(int fd, const char *path, int flags) {
    if (fd < 0 || fd >= MAX_FILES) return fd;
    pthread_mutex_lock(&one_at_a_time);
    free(names[fd]);
    const char *name = below(path);
    names[fd] = name ? strdup(name) : NULL;
    if (name && (flags & O_CREAT)) note('c', name, 0, "", 0);
    if (name && (flags & O_TRUNC)) note('t', name, 0, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
    return fd;
}

#define OPEN(function)                                                                            \
    int function(const char *path, int flags, ...) {                                              \
        va_list rest;                                                                             \
        va_start(rest, flags);                                                                    \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                 \
        va_end(rest);                                                                             \
        return opened(((int (*)(const char *, int, ...))real(#function))(path, flags, mode), path, flags); \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    pthread_mutex_lock(&one_at_a_time);
    if (fd >= 0 && fd < MAX_FILES) {
        free(names[fd]);
        names[fd] = NULL;
    }
    pthread_mutex_unlock(&one_at_a_time);
    return ((int (*)(int))real("close"))(fd);
}

/* What was written, at the place where it went; a file at its end or at its position. */
static void written(int fd, int64_t offset, const void *data, ssize_t done) {
    if (done <= 0 || note_fd < 0) return;
    pthread_mutex_lock(&one_at_a_time);
    if (fd == 1) note('a', "", 0, data, (uint64_t)done);
    else if (name_of(fd)) {
        uint64_t at = offset >= 0 ? (uint64_t)offset : (uint64_t)(lseek(fd, 0, SEEK_CUR) - done);
        note('w', name_of(fd), at, data, (uint64_t)done);
    }
    pthread_mutex_unlock(&one_at_a_time);
}

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t done = ((ssize_t(*)(int, const void *, size_t))real("write"))(fd, data, size);
    written(fd, -1, data, done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    ssize_t done = ((ssize_t(*)(int, const void *, size_t, off_t))real("pwrite"))(fd, data, size, offset);
    written(fd, offset, data, done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    ssize_t done = ((ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64"))(fd, data, size, offset);
    written(fd, offset, data, done);
    return done;
}

static void changed(int fd, char kind, uint64_t offset) {
    pthread_mutex_lock(&one_at_a_time);
    if (name_of(fd)) note(kind, name_of(fd), offset, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
}

#define FLUSH(function)                                    \
    int function(int fd) {                                 \
        int failed = ((int (*)(int))real(#function))(fd);  \
        if (!failed) changed(fd, 's', 0);                  \
        return failed;                                     \
    }
FLUSH(fsync)
FLUSH(fdatasync)

#define CUT(function, size)                                        \
    int function(int fd, size length) {                            \
        int failed = ((int (*)(int, size))real(#function))(fd, length); \
        if (!failed) changed(fd, 't', (uint64_t)length);           \
        return failed;                                             \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

int unlink(const char *path) {
    int failed = ((int (*)(const char *))real("unlink"))(path);
    pthread_mutex_lock(&one_at_a_time);
    if (!failed && below(path)) note('u', below(path), 0, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
    return failed;
}

int rename(const char *from, const char *to) {
    int failed = ((int (*)(const char *, const char *))real("rename"))(from, to);
    pthread_mutex_lock(&one_at_a_time);
    if (!failed && below(from) && below(to)) note('r', below(from), 0, below(to), strlen(below(to)));
    pthread_mutex_unlock(&one_at_a_time);
    return failed;
}
