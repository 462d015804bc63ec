#include "clients.h"

#include <string.h>

void clients_clear(struct clients *clients) {
    memset(clients, 0, sizeof *clients);
}

void clients_note(struct clients *clients, uint64_t hash) {
    uint64_t entry = hash != 0 ? hash : 1; /* 0 marks a free place */
    uint64_t place = entry % CLIENTS_PLACES;
    while (clients->places[place] != 0 && clients->places[place] != entry)
        place = (place + 1) % CLIENTS_PLACES;
    if (clients->places[place] == entry) return;
    if (clients->count == CLIENTS_CAP) {
        clients->capped = true;
        return;
    }
    clients->places[place] = entry;
    clients->count++;
}
