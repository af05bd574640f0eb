#ifndef LSI_CHDF5_H
#define LSI_CHDF5_H

// HDF5's constants are macros over variables, which Swift cannot see; each gets a function here.
#include <hdf5/serial/hdf5.h>

static inline unsigned lsi_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned lsi_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned lsi_h5_exclusive(void) { return H5F_ACC_EXCL; }
static inline hid_t lsi_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t lsi_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t lsi_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t lsi_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t lsi_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t lsi_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t lsi_h5_c_string(void) { return H5T_C_S1; }

#endif
