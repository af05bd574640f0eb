// OpenBLAS carries CBLAS; Debian ships LAPACKE apart from it.
#include <cblas.h>
#include <lapacke.h>
