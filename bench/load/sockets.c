/* Many browsers' sockets in one epoll loop: connect, say hello, read everything, answer pings, tell what came when.
 *
 * sockets PORT PEOPLE AT_ONCE [stalled]
 *   PEOPLE: a line for each socket: PATH <tab> header line <tab> hello frame (JSON)
 *   AT_ONCE: sockets being opened at the same time; stalled: of them all the first one stops reading after its hello
 * Says {"ready": N, "seconds": S, "cpu": C} once each has had the answer to its hello, then obeys lines on stdin:
 *   report                        what came since the last reset
 *   reset                         forget what came; says {}
 *   flight EVENTS WINDOW FILE     POST requests from FILE (parted by NUL), WINDOW of them under way: the next goes when
 *                                 every socket has had the oldest; says {"events", "seconds", "cpu"}
 * A message's key is "client_id":"at-NNNNNNNNNNNNNNNNNNN", the nanoseconds of CLOCK_MONOTONIC at which it was sent;
 * compiled with IN_WORDS, one that came by a provider and has no such key, at the beginning of its text.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 21000, ADDRESSES = 16, DIGITS = 19, CHUNK = 1 << 18, SLOTS = 1 << 20, SLOT_US = 10, TRIGGERS = 64,
       ASKED = MOST + TRIGGERS };

#ifdef IN_WORDS
static const char KEY[] = "\"client_id\":null,\"text\":\"at-";
#else
static const char KEY[] = "\"client_id\":\"at-";
#endif
enum { KEY_SIZE = sizeof KEY - 1, WHOLE = KEY_SIZE + DIGITS };

enum state { CONNECTING, UPGRADING, GREETING, UP, GONE };

struct peer {
    enum state state;
    int fd, headed, tailed, stalled, told;
    uint8_t head[14];
    char tail[WHOLE];
    uint64_t left;
    const char *path, *header, *hello;
};

static struct peer peers[MOST];
static int wanted, begun, up, lost, stories, loop, port, at_once, last_code, asked;
static uint32_t slots[SLOTS];
static uint64_t events, frames, bytes, pings;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* --- what comes ------------------------------------------------------------------------------------------------- */

static void found(const char *digits)
{
    uint64_t sent = 0, slot;
    for (int i = 0; i < DIGITS; i++)
        sent = sent * 10 + (uint64_t)(digits[i] - '0');
    slot = (now_ns() - sent) / (SLOT_US * 1000);
    slots[slot < SLOTS ? slot : SLOTS - 1]++;
    events++;
}

static void scan(const char *at, size_t size)
{
    const char *end = at + size, *key;
    while ((key = memmem(at, (size_t)(end - at), KEY, KEY_SIZE)) && key + WHOLE <= end) {
        found(key + KEY_SIZE);
        at = key + WHOLE;
    }
}

/* A key may be cut in two by the end of a read: the last bytes are kept, one too few to hold a whole key. */
static void scan_on(struct peer *peer, const char *at, size_t size)
{
    char seam[2 * WHOLE];
    size_t some = size < WHOLE - 1 ? size : WHOLE - 1, kept;
    if (peer->tailed) {
        memcpy(seam, peer->tail, (size_t)peer->tailed);
        memcpy(seam + peer->tailed, at, some);
        scan(seam, (size_t)peer->tailed + some);
    }
    scan(at, size);
    if (size >= WHOLE - 1) {
        memcpy(peer->tail, at + size - (WHOLE - 1), WHOLE - 1), peer->tailed = WHOLE - 1;
        return;
    }
    kept = (size_t)peer->tailed + size > WHOLE - 1 ? WHOLE - 1 - size : (size_t)peer->tailed;
    memmove(peer->tail, peer->tail + peer->tailed - kept, kept);
    memcpy(peer->tail + kept, at, size);
    peer->tailed = (int)(kept + size);
}

static size_t head_size(const struct peer *peer)
{
    int length = peer->headed < 2 ? 0 : peer->head[1] & 127;
    return 2 + (length == 126 ? 2u : length == 127 ? 8u : 0u);
}

static void begin_frame(struct peer *peer)
{
    int opcode = peer->head[0] & 15, length = peer->head[1] & 127;
    size_t size = head_size(peer);
    peer->left = (uint64_t)length;
    if (length > 125) {
        peer->left = 0;
        for (size_t i = 2; i < size; i++)
            peer->left = peer->left << 8 | peer->head[i];
    }
    peer->headed = 0;
    if (opcode == 1) /* a message's later frames (opcode 0) go on where the former one ended */
        peer->tailed = 0;
    if (opcode == 9) { /* an empty pong, masked by nothing (RFC 6455, section 5.5.3) */
        pings++;
        send(peer->fd, "\x8a\x80\0\0\0\0", 6, MSG_NOSIGNAL);
    } else if (opcode == 1) {
        frames++;
        if (peer->told < 2 && ++peer->told == 2) /* the hello, and what its story begins with */
            stories++;
        if (peer->state == GREETING)
            peer->state = UP, up++;
    }
}

static void take(struct peer *peer, const char *at, size_t size)
{
    bytes += size;
    while (size) {
        if (peer->left) {
            size_t some = size < peer->left ? size : (size_t)peer->left;
            scan_on(peer, at, some);
            if ((peer->head[0] & 15) == 8 && some >= 2)
                last_code = (uint8_t)at[0] << 8 | (uint8_t)at[1];
            at += some, size -= some, peer->left -= some;
            continue;
        }
        peer->head[peer->headed++] = (uint8_t)*at++, size--;
        if (peer->headed >= 2 && (size_t)peer->headed == head_size(peer))
            begin_frame(peer);
    }
}

/* --- connecting ------------------------------------------------------------------------------------------------- */

static void watch(int fd, uint32_t for_what, uint64_t who, int how)
{
    struct epoll_event event = {.events = for_what, .data.u64 = who};
    epoll_ctl(loop, how, fd, &event);
}

static int dial(int number)
{
    /* One address has some 28,000 ports to call from: many sockets call several addresses of the loopback. */
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (number >= 0) {
        struct sockaddr_in here = {.sin_family = AF_INET};
        int late = 1;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(number % ADDRESSES));
        setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &late, sizeof late);
        bind(fd, (struct sockaddr *)&here, sizeof here);
    }
    connect(fd, (struct sockaddr *)&there, sizeof there);
    return fd;
}

static void begin(int number)
{
    struct peer *peer = &peers[number];
    peer->fd = dial(number);
    peer->state = CONNECTING;
    watch(peer->fd, EPOLLOUT, (uint64_t)number, EPOLL_CTL_ADD);
}

static void lose(struct peer *peer)
{
    if (peer->state == UP)
        up--;
    lost++;
    peer->state = GONE;
    close(peer->fd);
}

static void upgrade(struct peer *peer, int number)
{
    char request[8192];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s\r\n",
                        peer->path, port, peer->header, *peer->header ? "\r\n" : "");
    if (send(peer->fd, request, (size_t)size, MSG_NOSIGNAL) < 0) {
        lose(peer);
        return;
    }
    peer->state = UPGRADING;
    watch(peer->fd, EPOLLIN, (uint64_t)number, EPOLL_CTL_MOD);
}

static void greet(struct peer *peer)
{
    uint8_t frame[4096] = {0x81};
    size_t size = strlen(peer->hello), head = size < 126 ? 2 : 4;
    frame[1] = (uint8_t)(0x80 | (size < 126 ? size : 126));
    if (head == 4)
        frame[2] = (uint8_t)(size >> 8), frame[3] = (uint8_t)size;
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, peer->hello, size);
    send(peer->fd, frame, head + 4 + size, MSG_NOSIGNAL);
    peer->state = GREETING;
}

static void hear(struct peer *peer)
{
    static char said[CHUNK];
    ssize_t size = recv(peer->fd, said, sizeof said, MSG_DONTWAIT);
    char *at = said, *end;
    if (size == 0)
        lose(peer);
    if (size <= 0)
        return;
    if (peer->state == UPGRADING) {
        end = memmem(said, (size_t)size, "\r\n\r\n", 4);
        if (memcmp(said, "HTTP/1.1 101", 12) || !end) {
            fprintf(stderr, "no upgrade: %.*s\n", (int)size, said);
            exit(5);
        }
        size -= end + 4 - said, at = end + 4;
        greet(peer);
    }
    take(peer, at, (size_t)size);
}

static void turn(int patience);

static void connect_all(void)
{
    uint64_t began = now_ns();
    double before = cpu_seconds();
    while (up + lost < wanted) {
        while (begun < wanted && begun - up - lost < at_once)
            begin(begun++);
        turn(100);
    }
    printf("{\"ready\": %d, \"seconds\": %.6f, \"cpu\": %.3f}\n", up, (double)(now_ns() - began) / 1e9,
           cpu_seconds() - before);
    fflush(stdout);
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

static double percentile(double share)
{
    uint64_t sum = 0, rank = (uint64_t)(share * (double)events);
    for (int i = 0; i < SLOTS; i++)
        if ((sum += slots[i]) > rank)
            return i * SLOT_US / 1000.0;
    return 0;
}

static double used;

static void report(void)
{
    printf("{\"events\": %lu, \"frames\": %lu, \"bytes\": %lu, \"pings\": %lu, \"up\": %d, \"begun\": %d, \"lost\": %d, "
           "\"code\": %d, \"p50\": %.2f, \"p99\": %.2f, \"worst\": %.2f, \"cpu\": %.3f}\n",
           events, frames, bytes, pings, up, stories, lost, last_code, percentile(0.5), percentile(0.99),
           percentile(0.999999), cpu_seconds() - used);
    fflush(stdout);
}

static void reset(void)
{
    used = cpu_seconds();
    memset(slots, 0, sizeof slots);
    events = frames = bytes = pings = 0;
    puts("{}");
    fflush(stdout);
}

/* --- one event after the other ------------------------------------------------------------------------------------ */

static int triggers[TRIGGERS];

static void fire(const char *request, int trigger)
{
    char whole[8192], key[32];
    size_t size = strlen(request);
    char *place;
    memcpy(whole, request, size + 1);
    place = strstr(whole, KEY);
    snprintf(key, sizeof key, "%0*lu", DIGITS, now_ns());
    memcpy(place + KEY_SIZE, key, DIGITS);
    send(triggers[trigger], whole, size, MSG_NOSIGNAL);
}

static void flight(long many, long window, const char *file)
{
    static char text[1 << 22];
    const char *requests[4096];
    FILE *source = fopen(file, "r");
    size_t size = source ? fread(text, 1, sizeof text - 1, source) : 0;
    int count = 0;
    for (char *at = text; at < text + size && count < 4096; at += strlen(at) + 1)
        requests[count++] = at;
    if (!count || window > TRIGGERS)
        exit(6);
    fclose(source);
    for (int i = 0; i < window; i++) {
        triggers[i] = dial(-1);
        watch(triggers[i], EPOLLIN, MOST + (uint64_t)i, EPOLL_CTL_ADD);
    }
    usleep(50000);
    uint64_t began = now_ns(), before = events;
    double idle = cpu_seconds();
    for (long sent = 0; events - before < (uint64_t)(many * up);) {
        while (sent < many && (long)(events - before) >= (sent - window + 1) * up)
            fire(requests[sent % count], (int)(sent % window)), sent++;
        turn(1000);
        if (now_ns() - began > 300000000000u)
            exit(7);
    }
    printf("{\"events\": %ld, \"sockets\": %d, \"seconds\": %.6f, \"cpu\": %.3f}\n", many, up,
           (double)(now_ns() - began) / 1e9, cpu_seconds() - idle);
    fflush(stdout);
    usleep(50000);
    for (int i = 0; i < window; i++)
        close(triggers[i]);
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static void obey(void)
{
    char line[1024], file[900];
    long many, window;
    if (!fgets(line, sizeof line, stdin))
        exit(0);
    if (!strncmp(line, "report", 6))
        report();
    else if (!strncmp(line, "reset", 5))
        reset();
    else if (sscanf(line, "flight %ld %ld %899s", &many, &window, file) == 3)
        flight(many, window, file);
}

static void turn(int patience)
{
    struct epoll_event ready[256];
    int n = epoll_wait(loop, ready, 256, patience);
    for (int i = 0; i < n; i++) {
        uint64_t who = ready[i].data.u64;
        if (who == ASKED) {
            asked = 1;
            continue;
        }
        if (who >= MOST) { /* an answer to a trigger: nobody reads it */
            char answer[65536];
            if (recv(triggers[who - MOST], answer, sizeof answer, MSG_DONTWAIT) <= 0)
                epoll_ctl(loop, EPOLL_CTL_DEL, triggers[who - MOST], NULL);
            continue;
        }
        struct peer *peer = &peers[who];
        if (peer->state == GONE)
            continue;
        if (peer->state == CONNECTING)
            upgrade(peer, (int)who);
        else
            hear(peer);
        if (peer->stalled && peer->state == UP)
            epoll_ctl(loop, EPOLL_CTL_DEL, peer->fd, NULL);
    }
}

static void read_people(const char *file)
{
    static char line[8192];
    FILE *source = fopen(file, "r");
    if (!source)
        exit(1);
    while (wanted < MOST && fgets(line, sizeof line, source)) {
        char *rest = strdup(line);
        struct peer *peer = &peers[wanted++];
        rest[strcspn(rest, "\n")] = 0;
        peer->path = strsep(&rest, "\t");
        peer->header = strsep(&rest, "\t");
        peer->hello = strsep(&rest, "\t");
    }
    fclose(source);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    if (argc < 4)
        return 2;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    port = atoi(argv[1]);
    read_people(argv[2]);
    at_once = atoi(argv[3]);
    peers[0].stalled = argc > 4;
    loop = epoll_create1(0);
    connect_all();
    setvbuf(stdin, NULL, _IONBF, 0); /* what epoll does not see must not wait in a buffer */
    watch(0, EPOLLIN, ASKED, EPOLL_CTL_ADD);
    for (;;) {
        turn(-1);
        if (asked)
            asked = 0, obey();
    }
}
