/* Preloaded (ld.so(8), LD_PRELOAD): lets one write below a folder fail, or all from there on.
 * What counts as a write is what makes files change or makes a change last. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static long number, writes;
static int error, lasting;

/* Let write `n` (from 1; 0: none) below `where` fail with `e`, and those after it if `l`. */
void consentry_fault(const char *where, long n, int e, int l)
{
    snprintf(folder, sizeof folder, "%s/", where);
    number = n;
    error = e;
    lasting = l;
    writes = 0;
}

long consentry_writes(void)
{
    return writes;
}

static int fails(int fd)
{
    char link[64], path[4096];
    int failing = 0;
    ssize_t length;

    if (folder[0] == 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0)
        return 0;
    pthread_mutex_lock(&lock);
    writes++;
    failing = number > 0 && (writes == number || (lasting && writes > number));
    pthread_mutex_unlock(&lock);
    if (failing)
        errno = error;
    return failing;
}

#define NEXT(type, name, ...)                                   \
    type (*next)(__VA_ARGS__) = dlsym(RTLD_NEXT, #name);        \
    if (fails(fd))                                              \
        return -1;

ssize_t write(int fd, const void *data, size_t size)
{
    NEXT(ssize_t, write, int, const void *, size_t)
    return next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    NEXT(ssize_t, pwrite, int, const void *, size_t, off_t)
    return next(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t)
    return next(fd, data, size, at);
}

int fsync(int fd)
{
    NEXT(int, fsync, int)
    return next(fd);
}

int fdatasync(int fd)
{
    NEXT(int, fdatasync, int)
    return next(fd);
}

int ftruncate(int fd, off_t size)
{
    NEXT(int, ftruncate, int, off_t)
    return next(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    NEXT(int, ftruncate64, int, off64_t)
    return next(fd, size);
}
