#pragma once
#include <curl/curl.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot import.
// Each wrapper fixes the type of the last argument; nothing else is done here.

typedef size_t (*canary_curl_data_function)(char *data, size_t size, size_t count, void *context);
typedef int (*canary_curl_progress_function)(
    void *context, curl_off_t downTotal, curl_off_t downNow, curl_off_t upTotal, curl_off_t upNow);
typedef int (*canary_curl_socket_function)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode canary_curl_set_long(CURL *handle, CURLoption option, long number) {
    return curl_easy_setopt(handle, option, number);
}

static inline CURLcode canary_curl_set_offset(CURL *handle, CURLoption option, curl_off_t number) {
    return curl_easy_setopt(handle, option, number);
}

static inline CURLcode canary_curl_set_string(CURL *handle, CURLoption option, const char *string) {
    return curl_easy_setopt(handle, option, string);
}

static inline CURLcode canary_curl_set_pointer(CURL *handle, CURLoption option, void *pointer) {
    return curl_easy_setopt(handle, option, pointer);
}

static inline CURLcode canary_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}

static inline CURLcode canary_curl_set_blob(CURL *handle, CURLoption option, struct curl_blob *blob) {
    return curl_easy_setopt(handle, option, blob);
}

static inline CURLcode canary_curl_set_data_function(
    CURL *handle, CURLoption option, canary_curl_data_function function) {
    return curl_easy_setopt(handle, option, function);
}

static inline CURLcode canary_curl_set_progress_function(CURL *handle, canary_curl_progress_function function) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode canary_curl_set_socket_function(CURL *handle, canary_curl_socket_function function) {
    return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, function);
}

static inline CURLcode canary_curl_get_long(CURL *handle, CURLINFO info, long *number) {
    return curl_easy_getinfo(handle, info, number);
}

static inline CURLcode canary_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *number) {
    return curl_easy_getinfo(handle, info, number);
}

static inline CURLcode canary_curl_get_string(CURL *handle, CURLINFO info, char **string) {
    return curl_easy_getinfo(handle, info, string);
}

static inline CURLMcode canary_curl_multi_set_long(CURLM *multi, CURLMoption option, long number) {
    return curl_multi_setopt(multi, option, number);
}
