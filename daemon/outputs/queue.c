#include "queue.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PREFIX sizeof(uint32_t)

/* A backlog that reached less than this is not worth a system call. */
#define KEPT_BYTES ((size_t)1 << 20)

static int lock_init(struct queue *queue) {
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    if (error != 0) return -error;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    error = pthread_cond_init(&queue->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (error != 0) return -error;
    error = pthread_mutex_init(&queue->lock, NULL);
    if (error != 0) pthread_cond_destroy(&queue->changed);
    return -error;
}

int queue_init(struct queue *queue, size_t cap) {
    memset(queue, 0, sizeof *queue);
    queue->cap = cap;
    queue->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->bell < 0) return -errno;
    int status;
    void *bytes = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        status = -errno;
        goto out;
    }
    queue->bytes = bytes;
    status = lock_init(queue);
    if (status == 0) return 0;
    munmap(bytes, cap);
out:
    close(queue->bell);
    return status;
}

void queue_done(struct queue *queue) {
    munmap(queue->bytes, queue->cap);
    close(queue->bell);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
}

/* Where the ring's byte is that lies OFFSET bytes behind the head. */
static size_t ring_place(const struct queue *queue, size_t offset) {
    size_t left = queue->cap - queue->head;
    return offset < left ? queue->head + offset : offset - left;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Copies into the ring, around its end where it has to. */
static void ring_write(struct queue *queue, size_t offset, const void *bytes, size_t length) {
    size_t place = ring_place(queue, offset), first = smaller(length, queue->cap - place);
    memcpy(queue->bytes + place, bytes, first);
    memcpy(queue->bytes, (const char *)bytes + first, length - first);
    size_t end = first < length ? queue->cap : place + first;
    if (end > queue->reached) queue->reached = end;
}

static void ring_read(const struct queue *queue, size_t offset, void *bytes, size_t length) {
    size_t place = ring_place(queue, offset), first = smaller(length, queue->cap - place);
    memcpy(bytes, queue->bytes + place, first);
    memcpy((char *)bytes + first, queue->bytes, length - first);
}

/* An empty ring starts at its front again: the same few pages serve while the consumer keeps up. */
static void ring_rewind(struct queue *queue) {
    queue->head = 0;
    if (queue->reached <= KEPT_BYTES) return;
    madvise(queue->bytes, queue->cap, MADV_DONTNEED);
    queue->reached = 0;
}

static bool room_is(const struct queue *queue, size_t length) {
    return PREFIX + length <= queue->cap - queue->used;
}

static void entry_append(struct queue *queue, const void *bytes, uint32_t length) {
    ring_write(queue, queue->used, &length, PREFIX);
    ring_write(queue, queue->used + PREFIX, bytes, length);
    queue->used += PREFIX + length;
    queue->count++;
}

bool queue_put(struct queue *queue, const void *bytes, size_t length, bool wait) {
    if (length == 0 || length > queue->cap - PREFIX) return false;
    pthread_mutex_lock(&queue->lock);
    while (wait && !queue->closed && !room_is(queue, length))
        pthread_cond_wait(&queue->changed, &queue->lock);
    bool taken = !queue->closed && room_is(queue, length);
    if (taken) entry_append(queue, bytes, (uint32_t)length);
    bool ring = taken && queue->sleeping;
    if (ring) queue->sleeping = false;
    pthread_mutex_unlock(&queue->lock);
    if (ring) queue_ring(queue);
    return taken;
}

size_t queue_peek(struct queue *queue, void *entries, size_t size, uint64_t most, uint64_t *count) {
    size_t total = 0, offset = 0;
    uint32_t length;
    pthread_mutex_lock(&queue->lock);
    for (*count = 0; *count < queue->count && *count < most; ++*count) {
        ring_read(queue, offset, &length, PREFIX);
        if (length > size - total) break;
        ring_read(queue, offset + PREFIX, (unsigned char *)entries + total, length);
        offset += PREFIX + length;
        total += length;
    }
    queue->sleeping = queue->count == 0;
    pthread_mutex_unlock(&queue->lock);
    return total;
}

void queue_drop(struct queue *queue, uint64_t count) {
    pthread_mutex_lock(&queue->lock);
    for (; count > 0 && queue->count > 0; count--) {
        uint32_t length;
        ring_read(queue, 0, &length, PREFIX);
        queue->head = ring_place(queue, PREFIX + length);
        queue->used -= PREFIX + length;
        queue->count--;
    }
    if (queue->count == 0) ring_rewind(queue);
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

uint64_t queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    uint64_t count = queue->count;
    queue->count = 0;
    queue->used = 0;
    queue->closed = true;
    ring_rewind(queue);
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return count;
}

void queue_ring(struct queue *queue) {
    /* It fails only where the counter is full, and then the bell rings already. */
    eventfd_write(queue->bell, 1);
}

void queue_hush(struct queue *queue) {
    eventfd_t ignored;
    /* It fails only where the bell does not ring. */
    eventfd_read(queue->bell, &ignored);
}

void queue_wait_empty(struct queue *queue, const struct timespec *deadline) {
    int error = 0;
    pthread_mutex_lock(&queue->lock);
    while (queue->count > 0 && error == 0)
        error = deadline != NULL ? pthread_cond_timedwait(&queue->changed, &queue->lock, deadline)
                                 : pthread_cond_wait(&queue->changed, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
}

void queue_leave(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->left = true;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_wait_left(struct queue *queue, const struct timespec *deadline) {
    int error = 0;
    pthread_mutex_lock(&queue->lock);
    while (!queue->left && error == 0)
        error = pthread_cond_timedwait(&queue->changed, &queue->lock, deadline);
    bool left = queue->left;
    pthread_mutex_unlock(&queue->lock);
    return left;
}

void queue_measure(struct queue *queue, uint64_t *count, size_t *bytes) {
    pthread_mutex_lock(&queue->lock);
    *count = queue->count;
    *bytes = queue->used;
    pthread_mutex_unlock(&queue->lock);
}

bool queue_has_room(struct queue *queue, size_t length) {
    pthread_mutex_lock(&queue->lock);
    bool has = !queue->closed && room_is(queue, length);
    pthread_mutex_unlock(&queue->lock);
    return has;
}
