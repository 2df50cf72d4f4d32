/* A disk of another speed: every flush takes 5 ms longer, or, with FLUSH=never, none is made. Preloaded before a
 * program's own libraries (LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LATER = 5000 }; /* microseconds */

static int never(void)
{
    const char *how = getenv("FLUSH");
    return how && !strcmp(how, "never");
}

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (never())
        return 0;
    usleep(LATER);
    return real(fd);
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (never())
        return 0;
    usleep(LATER);
    return real(fd);
}
