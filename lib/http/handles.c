#include "http/handles.h"

#include "apr_thread_mutex.h"

#include <sys/socket.h>

#define IDLE_HANDLES 16
#define AWAY_PLACES  8
#define AWAY_TIME    apr_time_from_sec(5)

/* Idle handles wait here for the next request, with their connections: the last one that
 * came back stands last. */
struct authjs_client_t {
    apr_thread_mutex_t *mutex;
    struct {
        CURL *curl;
        unsigned place;
    } idle[IDLE_HANDLES];
    int count;
    struct {
        unsigned place;
        apr_time_t until;
    } away[AWAY_PLACES];
    int next_away;
};

static apr_status_t global_cleanup(void *data)
{
    (void)data;
    curl_global_cleanup();
    return APR_SUCCESS;
}

apr_status_t authjs_client_global_init(apr_pool_t *pconf)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return APR_EGENERAL;
    }
    apr_pool_cleanup_register(pconf, NULL, global_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

authjs_client_t *authjs_client_create(apr_pool_t *pconf)
{
    return apr_pcalloc(pconf, sizeof(authjs_client_t));
}

/* libcurl says QUIT to a mail server and waits two minutes for the answer. */
void authjs_handle_close(CURL *curl)
{
    curl_socket_t socket = CURL_SOCKET_BAD;

    if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD) {
        shutdown(socket, SHUT_RD);
    }
    curl_easy_cleanup(curl);
}

static apr_status_t close_idle(void *data)
{
    authjs_client_t *client = data;

    while (client->count > 0) {
        authjs_handle_close(client->idle[--client->count].curl);
    }
    return APR_SUCCESS;
}

void authjs_client_child_init(apr_pool_t *pchild, authjs_client_t *client)
{
    if (apr_thread_mutex_create(&client->mutex, APR_THREAD_MUTEX_DEFAULT, pchild) !=
        APR_SUCCESS) {
        client->mutex = NULL;
    }
    apr_pool_cleanup_register(pchild, client, close_idle, apr_pool_cleanup_null);
}

static unsigned place_of(const char *place)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;

    return apr_hashfunc_default(place, &len);
}

/* The caller has the mutex. */
static CURL *remove_idle(authjs_client_t *client, int i)
{
    CURL *curl = client->idle[i].curl;

    client->count--;
    memmove(&client->idle[i], &client->idle[i + 1],
            (client->count - i) * sizeof(client->idle[0]));
    return curl;
}

CURL *authjs_client_take(authjs_client_t *client, const char *place)
{
    unsigned wanted = place_of(place);
    CURL *curl = NULL;
    int i;

    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        for (i = client->count - 1; i >= 0 && client->idle[i].place != wanted; i--) {
        }
        if (i >= 0) {
            curl = remove_idle(client, i);
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    return curl ? curl : curl_easy_init();
}

/* Which of them has to go for another one of the place: the one that has waited longest;
 * -1: none. */
static int superfluous(const authjs_client_t *client, unsigned place, int idle_max)
{
    int i, there = 0, oldest = -1;

    for (i = client->count - 1; i >= 0; i--) {
        if (client->idle[i].place == place) {
            there++;
            oldest = i;
        }
    }
    if (there >= idle_max) {
        return oldest;
    }
    return client->count < IDLE_HANDLES ? -1 : 0;
}

void authjs_client_give_back(authjs_client_t *client, const char *place, CURL *curl,
                             int idle_max)
{
    unsigned where = place_of(place);
    CURL *closed = curl;

    curl_easy_reset(curl);
    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        int i = superfluous(client, where, idle_max);

        closed = i < 0 ? NULL : remove_idle(client, i);
        client->idle[client->count].curl = curl;
        client->idle[client->count++].place = where;
        apr_thread_mutex_unlock(client->mutex);
    }
    if (closed) {
        authjs_handle_close(closed);
    }
}

int authjs_client_is_away(authjs_client_t *client, const char *place)
{
    unsigned where = place_of(place);
    apr_time_t now = apr_time_now();
    int i, away = 0;

    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        for (i = 0; i < AWAY_PLACES; i++) {
            away |= client->away[i].place == where && client->away[i].until > now;
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    return away;
}

void authjs_client_note_away(authjs_client_t *client, const char *place)
{
    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        client->away[client->next_away].place = place_of(place);
        client->away[client->next_away].until = apr_time_now() + AWAY_TIME;
        client->next_away = (client->next_away + 1) % AWAY_PLACES;
        apr_thread_mutex_unlock(client->mutex);
    }
}
