/* A bare fan-out: one epoll loop that sends one prepared frame to each socket, one send(2) each.
 *
 * fanout FRAME_BYTES: prints {"port": N}. A GET is answered 101 and, after its first frame, with a hello; a POST sends
 * the frame to every socket, the key of its body put in place, and is answered 200. What a kernel does not take at
 * once waits and is sent when it does: no frame is left out.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 20000, KEY = 22, OWED = 1 << 20 };

static const char UPGRADED[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: not-checked\r\n\r\n";
static const char HELLO[] = "\x81\x10{\"kind\":\"hello\"}";
static const char OK[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
static const char NAME[] = "\"client_id\":\"";

struct peer {
    int is_socket, greeted;
    size_t owed; /* bytes of frames that the kernel has not taken yet; they are all alike but for the key */
    char *waiting;
};

static struct peer peers[MOST];
static int sockets[MOST], count, loop;
static char *frame;
static size_t frame_bytes, key_at;

static void prepare(size_t payload)
{
    frame = malloc(payload + 4);
    frame_bytes = payload + 4;
    memset(frame, 'x', frame_bytes);
    frame[0] = (char)0x81, frame[1] = 126, frame[2] = (char)(payload >> 8), frame[3] = (char)payload;
    memcpy(frame + 4, "{\"", 2);
    memcpy(frame + 6, NAME + 1, sizeof NAME - 2);
    key_at = 6 + sizeof NAME - 2;
    frame[key_at + KEY] = '"';
}

static void watch(int fd, uint32_t events, int how)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(loop, how, fd, &event);
}

static void keep(int fd, const char *bytes, size_t size)
{
    struct peer *peer = &peers[fd];
    if (!peer->waiting)
        peer->waiting = malloc(OWED);
    if (peer->owed + size > OWED)
        exit(3);
    memcpy(peer->waiting + peer->owed, bytes, size);
    peer->owed += size;
    watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void send_frame(int fd)
{
    ssize_t sent = peers[fd].owed ? 0 : send(fd, frame, frame_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < frame_bytes)
        keep(fd, frame + sent, frame_bytes - (size_t)sent);
}

static void send_owed(int fd)
{
    struct peer *peer = &peers[fd];
    ssize_t sent = send(fd, peer->waiting, peer->owed, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0)
        return;
    peer->owed -= (size_t)sent;
    memmove(peer->waiting, peer->waiting + sent, peer->owed);
    if (!peer->owed)
        watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void hear(int fd)
{
    char said[65536];
    ssize_t size = recv(fd, said, sizeof said - 1, MSG_DONTWAIT);
    struct peer *peer = &peers[fd];
    if (size == 0)
        close(fd);
    if (size <= 0)
        return;
    if (peer->is_socket) {
        if (!peer->greeted++)
            send(fd, HELLO, sizeof HELLO - 1, MSG_NOSIGNAL), sockets[count++] = fd;
        return;
    }
    said[size] = 0;
    if (!memcmp(said, "GET", 3)) {
        peer->is_socket = 1;
        send(fd, UPGRADED, sizeof UPGRADED - 1, MSG_NOSIGNAL);
        return;
    }
    for (char *key = said; (key = strstr(key, NAME)); key++) { /* one for each request in what was read */
        memcpy(frame + key_at, key + sizeof NAME - 1, KEY);
        for (int i = 0; i < count; i++)
            send_frame(sockets[i]);
        send(fd, OK, sizeof OK - 1, MSG_NOSIGNAL);
    }
}

static void welcome(int door)
{
    int fd = accept4(door, NULL, NULL, SOCK_NONBLOCK), one = 1;
    if (fd < 0)
        return;
    if (fd >= MOST)
        exit(4);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    memset(&peers[fd], 0, sizeof peers[fd]);
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    prepare(argc > 1 ? (size_t)atoi(argv[1]) : 1000);
    loop = epoll_create1(0);
    if (bind(door, (struct sockaddr *)&here, sizeof here) || listen(door, 4096))
        return 1;
    getsockname(door, (struct sockaddr *)&here, &size);
    watch(door, EPOLLIN, EPOLL_CTL_ADD);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event ready[256];
        int n = epoll_wait(loop, ready, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            if (fd == door) {
                welcome(door);
                continue;
            }
            if (ready[i].events & EPOLLOUT)
                send_owed(fd);
            if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                hear(fd);
        }
    }
}
