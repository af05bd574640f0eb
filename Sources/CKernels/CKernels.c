#include "CKernels.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "Windows.h"

typedef float lsi_four __attribute__((vector_size(16)));
// Halves of vectors, and the sum of both halves of one of eight.
#define lsi_low(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
#define lsi_high(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)
#define lsi_half(v) (__builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7))

// The bodies are compiled once per instruction set. Without `min_vector_width` the compiler would split 512-bit
// vectors in two.
#if defined(__x86_64__)

#define LSI_NAME(x) x##_avx512
#define LSI_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"), min_vector_width(512)))
#define LSI_LANES 16
#define LSI_REGISTERS 32
#define LSI_TITLE "AVX-512 with FMA"
#include "KernelBody.h"

#define LSI_NAME(x) x##_avx2
#define LSI_TARGET __attribute__((target("avx2,fma"), min_vector_width(256)))
#define LSI_LANES 8
#define LSI_REGISTERS 16
#define LSI_TITLE "AVX2 with FMA"
#include "KernelBody.h"

#endif

#define LSI_NAME(x) x##_baseline
#define LSI_TARGET
#define LSI_LANES 4
#define LSI_REGISTERS 16
#define LSI_TITLE "baseline (128-bit vectors)"
#include "KernelBody.h"

// The paths of the widest vectors, taken apart by the compiler: slow, so that tests reach them on any processor.
// Everything that takes or gives such vectors is inlined, so that no calling convention for them is needed.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#define LSI_NAME(x) x##_apart
#define LSI_TARGET
#define LSI_LANES 16
#define LSI_REGISTERS 32
#define LSI_TITLE "512-bit vectors taken apart"
#include "KernelBody.h"
#pragma clang diagnostic pop

const lsi_kernels *lsi_kernels_variant(int32_t index) {
    const lsi_kernels *available[4];
    int32_t count = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma"))
        available[count++] = &table_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) available[count++] = &table_avx2;
#endif
    available[count++] = &table_baseline;
    available[count++] = &table_apart;
    return index >= 0 && index < count ? available[index] : NULL;
}
