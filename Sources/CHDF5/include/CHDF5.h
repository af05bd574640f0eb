#ifndef LSI_CHDF5_H
#define LSI_CHDF5_H

// HDF5's constants are macros over variables, which Swift cannot see; each gets a function here. So do the calls whose
// names are macros in newer releases.
#include <hdf5/serial/hdf5.h>
#include <stdint.h>
#include <sys/types.h>

static inline unsigned lsi_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned lsi_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned lsi_h5_exclusive(void) { return H5F_ACC_EXCL; }
static inline hid_t lsi_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t lsi_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t lsi_h5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t lsi_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t lsi_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t lsi_h5_all(void) { return H5S_ALL; }
static inline hid_t lsi_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t lsi_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t lsi_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t lsi_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t lsi_h5_c_string(void) { return H5T_C_S1; }
static inline size_t lsi_h5_variable(void) { return H5T_VARIABLE; }

/// Errors are returned as status codes; without this they are printed to standard error as well.
static inline void lsi_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Lets an object carry attributes above 64 KiB, which headers that track the order of attributes can.
///
/// Asking for a newer file format as a whole would do so too, but H5Fget_file_image spoils its superblock: it clears a
/// flag there without renewing the checksum.
static inline herr_t lsi_h5_allow_large_attributes(hid_t creation) {
    return H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED);
}

/// Copies the innermost entry of the error stack, the cause, to `text`.
void lsi_h5_error(char *text, size_t capacity);

/// Calls `take` with the path of every hard link below the root of `file`, each group being entered once.
herr_t lsi_h5_visit_links(hid_t file, void (*take)(const char *name, void *context), void *context);

/// What a record of an isolated export holds.
typedef enum {
    LSI_H5_END, LSI_H5_FLOAT, LSI_H5_DOUBLE, LSI_H5_BYTE, LSI_H5_INTEGER,
    /// The name is the reason.
    LSI_H5_FAILURE
} lsi_h5_record;

/// Starts a child process that opens the HDF5 file in `image` and writes its numeric datasets, or only the one named
/// `wanted`, to `descriptor`. No array may take more than `limit` bytes.
///
/// A record is three native 32-bit words (kind, length of the name, rank), the name, a 64-bit extent for each axis, and
/// the values in native form; the last one is of kind LSI_H5_END or LSI_H5_FAILURE.
///
/// \returns the child, to be waited for; negative if there is none.
pid_t lsi_h5_export_isolated(const void *image, size_t size, const char *wanted, int descriptor, uint64_t limit);

#endif
