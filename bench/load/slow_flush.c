/* A disk whose every flush takes 5 ms longer: preloaded before a program's own libraries (LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

enum { LATER = 5000 }; /* microseconds */

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    usleep(LATER);
    return real(fd);
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    usleep(LATER);
    return real(fd);
}
