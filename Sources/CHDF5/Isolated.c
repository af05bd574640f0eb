// Reading HDF5 files of unknown origin in a process of their own: the library does not survive every damaged or hostile
// file, and its crash must not be ours. The child sends what it reads through a pipe; the parent believes nothing else.

#include "CHDF5.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
    hid_t file;
    const char *wanted;
    int descriptor;
    uint64_t limit;
} exporter;

static void put(const exporter *to, const void *data, size_t size) {
    const char *next = data;
    while (size > 0) {
        ssize_t count = write(to->descriptor, next, size);
        // Without a reader there is nothing left to do.
        if (count <= 0) _exit(3);
        next += count;
        size -= (size_t)count;
    }
}

static void put_record(
    const exporter *to, lsi_h5_record kind, const char *name, int rank, const hsize_t *extents, const void *data,
    size_t size) {
    uint32_t head[3] = {(uint32_t)kind, (uint32_t)strlen(name), (uint32_t)rank};
    put(to, head, sizeof head);
    put(to, name, strlen(name));
    for (int axis = 0; axis < rank; axis++) {
        uint64_t extent = extents[axis];
        put(to, &extent, sizeof extent);
    }
    put(to, data, size);
}

static void fail(const exporter *to) {
    char reason[256];
    lsi_h5_error(reason, sizeof reason);
    put_record(to, LSI_H5_FAILURE, reason, 0, NULL, NULL, 0);
    _exit(1);
}

/// The kind to read a type of the file as; LSI_H5_END for one that is no number.
static lsi_h5_record kind_of(hid_t type) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT: return size <= 4 ? LSI_H5_FLOAT : LSI_H5_DOUBLE;
    case H5T_ENUM: return size == 1 ? LSI_H5_BYTE : LSI_H5_END;
    case H5T_INTEGER: return size == 1 && H5Tget_sign(type) == H5T_SGN_NONE ? LSI_H5_BYTE : LSI_H5_INTEGER;
    default: return LSI_H5_END;
    }
}

static void export_dataset(const exporter *to, const char *name, hid_t set) {
    hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    if (type < 0 || space < 0) fail(to);
    lsi_h5_record kind = kind_of(type);
    int rank = H5Sget_simple_extent_ndims(space);
    if (kind != LSI_H5_END && rank >= 0 && rank <= 32 && H5Sget_simple_extent_type(space) != H5S_NULL) {
        hsize_t extents[32];
        if (rank > 0 && H5Sget_simple_extent_dims(space, extents, NULL) < 0) fail(to);
        hid_t memory = kind == LSI_H5_FLOAT    ? H5T_NATIVE_FLOAT
                       : kind == LSI_H5_DOUBLE ? H5T_NATIVE_DOUBLE
                       : kind == LSI_H5_BYTE   ? H5T_NATIVE_UINT8
                                               : H5T_NATIVE_INT64;
        uint64_t size = H5Tget_size(memory);
        for (int axis = 0; axis < rank; axis++) {
            if (extents[axis] != 0 && size > to->limit / extents[axis]) {
                put_record(to, LSI_H5_FAILURE, "an array larger than its file can hold", 0, NULL, NULL, 0);
                _exit(1);
            }
            size *= extents[axis];
        }
        void *values = malloc(size + 1);
        if (!values) fail(to);
        if (size > 0 && H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail(to);
        put_record(to, kind, name, rank, extents, values, size);
        free(values);
    }
    H5Sclose(space);
    H5Tclose(type);
}

static void export_link(const char *name, void *context) {
    const exporter *to = context;
    if (to->wanted && strcmp(name, to->wanted) != 0) return;
    hid_t object = H5Oopen(to->file, name, H5P_DEFAULT);
    if (object < 0) fail(to);
    if (H5Iget_type(object) == H5I_DATASET) export_dataset(to, name, object);
    H5Oclose(object);
}

static void run_child(const void *image, size_t size, const char *wanted, int descriptor, uint64_t limit) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE, SIGALRM, SIGINT, SIGTERM};
    for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) signal(fatal[index], SIG_DFL);
    struct rlimit none = {0, 0}, seconds = {60, 60};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &seconds);
    struct rlimit data = {limit + ((rlim_t)1 << 30), limit + ((rlim_t)1 << 30)};
    setrlimit(RLIMIT_DATA, &data);
    exporter to = {-1, wanted, descriptor, limit};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0 || H5Pset_fapl_core(access, 1 << 20, 0) < 0) fail(&to);
    if (H5Pset_file_image(access, (void *)image, size) < 0) fail(&to);
    to.file = H5Fopen("memory", H5F_ACC_RDONLY, access);
    if (to.file < 0) fail(&to);
    if (lsi_h5_visit_links(to.file, export_link, &to) < 0) fail(&to);
    put_record(&to, LSI_H5_END, "", 0, NULL, NULL, 0);
    _exit(0);
}

pid_t lsi_h5_export_isolated(const void *image, size_t size, const char *wanted, int descriptor, uint64_t limit) {
    pid_t child = fork();
    if (child == 0) run_child(image, size, wanted, descriptor, limit);
    return child;
}
