/* Laid under the appliance by LD_PRELOAD: writes down, in one line each and in order, what is made durable and what goes over a
   socket, and lets a disk fail on demand. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int log_file(void)
{
    static int file = -2;
    if (file == -2) {
        const char *name = getenv("FACEPAY_SHIM_LOG");
        file = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    }
    return file;
}

static void note(const char *what, const char *text, size_t length)
{
    char line[256];
    size_t kept = 0;
    int file = log_file();
    if (file < 0)
        return;
    kept = (size_t)snprintf(line, sizeof line, "%s ", what);
    for (size_t at = 0; at < length && kept < sizeof line - 1 && text[at] != '\r' && text[at] != '\n'; at++)
        line[kept++] = text[at];
    line[kept++] = '\n';
    ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    (void)!real(file, line, kept);
}

/* The path of the database's file, or nothing for any other. */
static int is_database(int file, char *path, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, "facepay.db") != NULL;
}

static int flushed(const char *name, int file)
{
    char path[512];
    int database = is_database(file, path, sizeof path);
    const char *broken = getenv("FACEPAY_SHIM_BROKEN");
    if (database && broken && access(broken, F_OK) == 0) {
        note("failed", path, strlen(path));
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int done = real(file);
    if (database && done == 0)
        note("durable", path, strlen(path));
    return done;
}

int fsync(int file) { return flushed("fsync", file); }

int fdatasync(int file) { return flushed("fdatasync", file); }

static void sent(const char *text, size_t length)
{
    if (length >= 9 && memcmp(text, "HTTP/1.1 ", 9) == 0)
        note("told", text + 9, length - 9);
}

static void heard(const char *text, ssize_t length)
{
    if (length >= 5 && memcmp(text, "POST ", 5) == 0)
        note("asked", text + 5, (size_t)length - 5);
}

ssize_t send(int socket, const void *text, size_t length, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int) =
        (ssize_t (*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");
    sent(text, length);
    return real(socket, text, length, flags);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    ssize_t (*real)(int, const struct iovec *, int) =
        (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    if (count > 0)
        sent(parts[0].iov_base, parts[0].iov_len);
    return real(file, parts, count);
}

ssize_t recv(int socket, void *text, size_t length, int flags)
{
    ssize_t (*real)(int, void *, size_t, int) =
        (ssize_t (*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");
    ssize_t got = real(socket, text, length, flags);
    heard(text, got);
    return got;
}
